package starling.codes.computation;

import java.util.BitSet;

/**
 * The product as far as it is known.
 *
 * @param result C, with zeros for pieces that are not known
 * @param pieces which pieces are known
 * @param complete whether all of C is known: also where the pieces of a block are not known, but their sum is
 * @param operations multiplications and additions that the decoding took
 * @param condition the largest condition number of what was put in, 1 where nothing is known
 */
public record Decoded(Matrix result, BitSet pieces, boolean complete, long operations, double condition) {}
