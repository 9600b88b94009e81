/** Tests of the package of the same name. */
@NullMarked
package starling.experiments.fidelity;

import org.jspecify.annotations.NullMarked;
