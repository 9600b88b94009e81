/** Tests of the view of the fleet. */
@NullMarked
package starling.router.fleet;

import org.jspecify.annotations.NullMarked;
