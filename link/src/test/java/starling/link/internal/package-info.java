/** Tests of what the transports share. */
@NullMarked
package starling.link.internal;

import org.jspecify.annotations.NullMarked;
