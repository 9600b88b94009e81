/**
 * The contract of a gradient code, vectors in and bytes out and back, and what holds for every code: its stated
 * properties, blocks of a long vector, sums of many senders.
 */
@NullMarked
package starling.codes.gradient;

import org.jspecify.annotations.NullMarked;
