/**
 * The binary frames that carry numbers between workers, router and clients: their layout, their encoding, and the checks
 * that stand between a received byte array and anything that trusts it.
 */
@NullMarked
package starling.link.frame;

import org.jspecify.annotations.NullMarked;
