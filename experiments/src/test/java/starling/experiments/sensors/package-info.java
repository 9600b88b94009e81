/** Tests of the package of the same name. */
@NullMarked
package starling.experiments.sensors;

import org.jspecify.annotations.NullMarked;
