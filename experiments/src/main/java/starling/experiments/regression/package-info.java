/** Linear regression by compressed gradients, small enough to be repeated until the step size that still converges is known. */
@NullMarked
package starling.experiments.regression;

import org.jspecify.annotations.NullMarked;
