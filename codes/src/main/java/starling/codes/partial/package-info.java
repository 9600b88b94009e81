/**
 * Computation of partial gradients: codes whose workers send several answers in an iteration, so that what slow workers did
 * counts too, and that let the master go on with most of the gradient (Ozfatura, Ulukus and Gunduz).
 */
@NullMarked
package starling.codes.partial;

import org.jspecify.annotations.NullMarked;
