/** Judging a plan: accuracy and deviation of the fleet run in one process, and checks of a bundle. */
@NullMarked
package starling.repurpose.evaluate;

import org.jspecify.annotations.NullMarked;
