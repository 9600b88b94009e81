/** Tests of the room. */
@NullMarked
package starling.learning.share;

import org.jspecify.annotations.NullMarked;
