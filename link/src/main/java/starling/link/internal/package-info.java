/** What the transports share among themselves; not for others. */
@NullMarked
package starling.link.internal;

import org.jspecify.annotations.NullMarked;
