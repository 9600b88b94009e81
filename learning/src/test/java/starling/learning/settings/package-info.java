/** Tests of the room. */
@NullMarked
package starling.learning.settings;

import org.jspecify.annotations.NullMarked;
