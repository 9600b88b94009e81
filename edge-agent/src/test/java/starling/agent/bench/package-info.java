/** Tests of what a device measures of itself. */
@NullMarked
package starling.agent.bench;

import org.jspecify.annotations.NullMarked;
