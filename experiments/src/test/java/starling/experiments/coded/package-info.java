/** Tests of the package of the same name. */
@NullMarked
package starling.experiments.coded;

import org.jspecify.annotations.NullMarked;
