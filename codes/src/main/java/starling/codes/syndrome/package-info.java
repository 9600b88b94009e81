/**
 * Distributed source coding by syndromes (DISCUS): a sender tells only which coset of a linear code its bits lie in, and a
 * receiver who holds something similar finds them there. Low-density parity-check codes, belief propagation, and the code for
 * quantized gradients made of them, which never gives a wrong answer for a right one.
 */
@NullMarked
package starling.codes.syndrome;

import org.jspecify.annotations.NullMarked;
