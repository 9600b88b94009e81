/** Tests of the room. */
@NullMarked
package starling.learning.uplink;

import org.jspecify.annotations.NullMarked;
