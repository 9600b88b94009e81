/** Tests of the package of the same name. */
@NullMarked
package starling.models.gradient;

import org.jspecify.annotations.NullMarked;
