/** Tests of the in-memory transport. */
@NullMarked
package starling.link.memory;

import org.jspecify.annotations.NullMarked;
