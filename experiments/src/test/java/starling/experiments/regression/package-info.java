/** Tests of the package of the same name. */
@NullMarked
package starling.experiments.regression;

import org.jspecify.annotations.NullMarked;
