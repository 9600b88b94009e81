/** Unit spaces: what of a network can be given to which worker, and which operators carry, end or open a space. */
@NullMarked
package starling.repurpose.space;

import org.jspecify.annotations.NullMarked;
