/** Runs one worker's part of a split model. */
@NullMarked
package starling.agent;

import org.jspecify.annotations.NullMarked;
