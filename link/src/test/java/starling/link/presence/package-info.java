/** Tests of presence. */
@NullMarked
package starling.link.presence;

import org.jspecify.annotations.NullMarked;
