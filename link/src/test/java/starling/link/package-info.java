/** Tests of what is common to all transports. */
@NullMarked
package starling.link;

import org.jspecify.annotations.NullMarked;
