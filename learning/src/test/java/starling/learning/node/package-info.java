/** Tests of the room. */
@NullMarked
package starling.learning.node;

import org.jspecify.annotations.NullMarked;
