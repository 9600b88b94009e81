/** Tests of the package of the same name. */
@NullMarked
package starling.experiments;

import org.jspecify.annotations.NullMarked;
