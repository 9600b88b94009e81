/** Tests of the package of the same name. */
@NullMarked
package starling.experiments.training;

import org.jspecify.annotations.NullMarked;
