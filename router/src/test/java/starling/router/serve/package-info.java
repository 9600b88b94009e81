/** Tests of the settings of a router, and of routers as a whole. */
@NullMarked
package starling.router.serve;

import org.jspecify.annotations.NullMarked;
