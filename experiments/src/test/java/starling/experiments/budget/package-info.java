/** Tests of the package of the same name. */
@NullMarked
package starling.experiments.budget;

import org.jspecify.annotations.NullMarked;
