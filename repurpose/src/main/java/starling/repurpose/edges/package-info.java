/** The thesis' objective: fewest edges between workers at the least change of the weights. */
@NullMarked
package starling.repurpose.edges;

import org.jspecify.annotations.NullMarked;
