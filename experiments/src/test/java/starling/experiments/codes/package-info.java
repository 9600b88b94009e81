/** Tests of the package of the same name. */
@NullMarked
package starling.experiments.codes;

import org.jspecify.annotations.NullMarked;
