/** Tests of the package of the same name. */
@NullMarked
package starling.experiments.bound;

import org.jspecify.annotations.NullMarked;
