/** One page that shows what a plan does: pictures, costs, accuracy and proofs, without anything from outside. */
@NullMarked
package starling.repurpose.report;

import org.jspecify.annotations.NullMarked;
