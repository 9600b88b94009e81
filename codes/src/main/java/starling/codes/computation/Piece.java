package starling.codes.computation;

/**
 * A part of the result that counts when it is known: a block of C, or one of the products that add up to it.
 *
 * @param row of blocks of C to which it belongs
 * @param column of blocks of C to which it belongs
 * @param functional the piece as a combination of all products of blocks
 */
@SuppressWarnings("ArrayRecordComponent") // read by the code that owns it; pieces are not compared by equals
public record Piece(int row, int column, double[] functional) {}
