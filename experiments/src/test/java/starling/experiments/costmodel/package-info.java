/** Tests of the package of the same name. */
@NullMarked
package starling.experiments.costmodel;

import org.jspecify.annotations.NullMarked;
