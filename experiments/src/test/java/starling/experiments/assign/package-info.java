/** Tests of the package of the same name. */
@NullMarked
package starling.experiments.assign;

import org.jspecify.annotations.NullMarked;
