package starling.learning.product;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import starling.codes.MalformedMessageException;
import starling.codes.computation.Matrix;

/**
 * Matrices as they travel, big-endian: of a list of lists their number (4), of each its length (4), of a matrix rows (4), columns (4) and
 * the numbers (8 each) row by row.
 */
final class Matrices {
    /** Bytes of a message, at most: what an array can have. */
    private static final int LONGEST = Integer.MAX_VALUE - 8;

    /** Bytes of a message before what follows. */
    static final int HEADER = 1 + Long.BYTES;

    private static final int SHAPE = 2 * Integer.BYTES;

    private Matrices() {}

    static long bytes(Matrix matrix) {
        return SHAPE + (long) Double.BYTES * matrix.values().length;
    }

    static long bytes(List<List<Matrix>> shares) {
        long bytes = Integer.BYTES;
        for (List<Matrix> share : shares) {
            bytes += Integer.BYTES + share.stream().mapToLong(Matrices::bytes).sum();
        }
        return bytes;
    }

    static void put(ByteBuffer out, Matrix matrix) {
        out.putInt(matrix.rows()).putInt(matrix.columns());
        out.asDoubleBuffer().put(matrix.values());
        out.position(out.position() + Double.BYTES * matrix.values().length);
    }

    static void put(ByteBuffer out, List<List<Matrix>> shares) {
        out.putInt(shares.size());
        for (List<Matrix> share : shares) {
            out.putInt(share.size());
            share.forEach(matrix -> put(out, matrix));
        }
    }

    /** Reads a matrix, whatever its numbers are. */
    static Matrix matrix(ByteBuffer in) {
        need(in, SHAPE, "the shape of a matrix");
        int rows = in.getInt();
        int columns = in.getInt();
        if (rows < 1 || columns < 1 || (long) rows * columns > in.remaining() / Double.BYTES) {
            throw new MalformedMessageException("a matrix must have its numbers: it is " + rows + " x " + columns
                    + ", and " + in.remaining() + " bytes are left");
        }
        double[] values = new double[rows * columns];
        in.asDoubleBuffer().get(values);
        in.position(in.position() + Double.BYTES * values.length);
        return new Matrix(rows, columns, values);
    }

    /** Reads shares, one list for each task, none of them empty; all numbers are finite. */
    static List<List<Matrix>> shares(ByteBuffer in) {
        int tasks = count(in, "shares");
        List<List<Matrix>> shares = new ArrayList<>();
        for (int task = 0; task < tasks; task++) {
            int terms = count(in, "matrices of a share");
            List<Matrix> share = new ArrayList<>();
            for (int term = 0; term < terms; term++) {
                share.add(finite(matrix(in)));
            }
            shares.add(List.copyOf(share));
        }
        return List.copyOf(shares);
    }

    private static Matrix finite(Matrix matrix) {
        for (double value : matrix.values()) {
            if (!Double.isFinite(value)) {
                throw new MalformedMessageException("the numbers of a share must be finite: one is " + value);
            }
        }
        return matrix;
    }

    /** Each takes four bytes at least. */
    private static int count(ByteBuffer in, String what) {
        need(in, Integer.BYTES, "the number of " + what);
        int count = in.getInt();
        if (count < 1 || count > in.remaining() / Integer.BYTES) {
            throw new MalformedMessageException(
                    "the number of " + what + " must be 1 to what there is room for: it is " + count);
        }
        return count;
    }

    static void need(ByteBuffer in, int bytes, String what) {
        if (in.remaining() < bytes) {
            throw new MalformedMessageException(
                    what + " must have " + bytes + " bytes: " + in.remaining() + " are left");
        }
    }

    static void end(ByteBuffer in) {
        if (in.hasRemaining()) {
            throw new MalformedMessageException("nothing must follow a message: " + in.remaining() + " bytes do");
        }
    }

    /**
     * A message: kind (1), a number (8), and what follows.
     *
     * @param rest bytes of what follows
     * @throws IllegalArgumentException if they are too many
     */
    static byte[] message(byte kind, long number, long rest, Consumer<ByteBuffer> writer) {
        if (rest > LONGEST - HEADER) {
            throw new IllegalArgumentException(
                    "a message must have at most " + LONGEST + " bytes: this one has " + (HEADER + rest));
        }
        ByteBuffer out = ByteBuffer.allocate((int) (HEADER + rest));
        writer.accept(out.put(kind).putLong(number));
        return out.array();
    }
}
