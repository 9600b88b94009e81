/** Meeting agents at a broker that is not the router's own: what the commands that do so share on the command line. */
@NullMarked
package starling.router.meeting;

import org.jspecify.annotations.NullMarked;
