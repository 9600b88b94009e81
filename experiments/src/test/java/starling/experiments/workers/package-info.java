/** Tests of the package of the same name. */
@NullMarked
package starling.experiments.workers;

import org.jspecify.annotations.NullMarked;
