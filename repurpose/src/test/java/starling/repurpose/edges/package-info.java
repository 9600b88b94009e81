/** Tests of the objective over edges. */
@NullMarked
package starling.repurpose.edges;

import org.jspecify.annotations.NullMarked;
