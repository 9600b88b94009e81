/** Tests of the unit spaces. */
@NullMarked
package starling.repurpose.space;

import org.jspecify.annotations.NullMarked;
