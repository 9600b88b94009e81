/** Bits that workers really send for real gradients, in the rows of the thesis' tables. */
@NullMarked
package starling.experiments.transmitted;

import org.jspecify.annotations.NullMarked;
