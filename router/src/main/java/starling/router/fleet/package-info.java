/** Who of the plan's workers is there, who is not and why, and whether that is enough to take inferences on. */
@NullMarked
package starling.router.fleet;

import org.jspecify.annotations.NullMarked;
