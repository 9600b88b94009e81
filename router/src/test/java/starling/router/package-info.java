/** Tests of the router's command line. */
@NullMarked
package starling.router;

import org.jspecify.annotations.NullMarked;
