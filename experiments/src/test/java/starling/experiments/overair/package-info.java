/** Tests of the package of the same name. */
@NullMarked
package starling.experiments.overair;

import org.jspecify.annotations.NullMarked;
