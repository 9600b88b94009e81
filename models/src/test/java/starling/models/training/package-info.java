/** Tests of the package of the same name. */
@NullMarked
package starling.models.training;

import org.jspecify.annotations.NullMarked;
