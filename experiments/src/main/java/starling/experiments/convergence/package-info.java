/** Curves and final accuracies of networks that several workers learn together, one contender a code. */
@NullMarked
package starling.experiments.convergence;

import org.jspecify.annotations.NullMarked;
