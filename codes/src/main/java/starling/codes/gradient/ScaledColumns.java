package starling.codes.gradient;

import starling.codes.bits.BitReader;
import starling.codes.random.Draw;

/**
 * A scale for each column of a vector ({@link Columns}), as the thesis' experiments in chapter 2 have it: each number is
 * divided by the largest magnitude of its column, all of them are coded as one vector of largest magnitude 1, and what comes
 * out is multiplied back. Entropy coding thus learns from all columns at once. The error of a column is that of the inner
 * code used on the column alone, and the mean of the whole is kept where the inner code keeps it.
 *
 * <p>Message: ||x_c||_inf of each column as a float and, unless all are 0, the inner code's message for the columns that are
 * not zero, without its own scale, which is known to be 1. A column of zeros costs 32 bits and decodes to zeros. O(n) beside
 * the inner code; one float per number in memory.
 */
public final class ScaledColumns implements GradientCode, ExactError {
    private final Columns columns;
    private final GradientCode code;
    private final ExactError error;

    /**
     * @param code in units of the largest magnitude
     * @throws IllegalArgumentException when the code's settings make it one of other units
     */
    public <C extends GradientCode & LargestUnit & ExactError> ScaledColumns(Columns columns, C code) {
        ColumnScales.check(code);
        this.columns = columns;
        this.code = code;
        error = code;
    }

    @Override
    public String name() {
        return "columns(" + columns.label() + "," + code.name() + ")";
    }

    @Override
    public Properties properties(int length) {
        Properties whole = code.properties(length);
        return new Properties(
                whole.unbiased(),
                whole.errorIndependent(),
                code.properties(columns.size(0, length)).varianceBound(),
                ColumnScales.rawBits(columns, length, whole.rawBits()),
                whole.entropyCoded());
    }

    @Override
    public double meanSquaredError(float[] vector, int from, int to) {
        Finite.largest(vector, from, to);
        int[] order = columns.order(to - from);
        float[] sorted = new float[order.length];
        for (int i = 0; i < order.length; i++) {
            sorted[i] = vector[from + order[i]];
        }
        double sum = 0;
        int start = 0;
        for (int column = 0; column < columns.count(order.length); column++) {
            int end = start + columns.size(column, order.length);
            sum += error.meanSquaredError(sorted, start, end);
            start = end;
        }
        return sum;
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        return ColumnScales.of(columns, vector, from, to).message(vector, from, code, draw);
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
        BitReader reader = new BitReader(message);
        ColumnScales scales = ColumnScales.read(reader, columns, to - from);
        float[] units = new float[scales.loud()];
        if (units.length == 0) {
            reader.end();
        } else {
            code.decode(ColumnScales.inner(reader, message), draw, units, 0, units.length);
        }
        scales.restore(units, into, from);
    }
}
