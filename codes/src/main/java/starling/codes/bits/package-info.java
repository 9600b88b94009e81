/** Messages bit by bit: a writer that grows, and a reader that never reads what is not there. */
@NullMarked
package starling.codes.bits;

import org.jspecify.annotations.NullMarked;
