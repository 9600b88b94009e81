/** Tests of frames. */
@NullMarked
package starling.link.frame;

import org.jspecify.annotations.NullMarked;
