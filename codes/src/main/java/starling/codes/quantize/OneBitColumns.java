package starling.codes.quantize;

import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.gradient.Columns;
import starling.codes.gradient.ExactError;
import starling.codes.gradient.Finite;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;

/**
 * 1-bit SGD (F. Seide et al., Interspeech 2014): one bit per number says whether it is negative, and each column of the
 * gradient's matrix has two points, the mean of its numbers that are negative and of those that are not. What a column is,
 * the weights of an output or of an input, {@link Columns} says. Biased, deterministic: meant for
 * {@link starling.codes.gradient.ErrorFeedback}. ||error||^2 is the variance within the groups, at most (1 - 1/c) ||x||^2 for columns of
 * c numbers.
 *
 * <p>Message: two floats per column, then the bits. O(n); one int per number in memory.
 */
public final class OneBitColumns implements GradientCode, ExactError {
    private static final RandomStream NOTHING = new RandomStream(0);

    private final Columns columns;
    private final Packing packing;

    /**
     * Columns that follow one another.
     *
     * @param columnLength c, at least 1; the last may be shorter
     * @param packing {@link Packing#FIXED}, {@link Packing#ADAPTIVE} or {@link Packing#COUNTED}
     */
    public OneBitColumns(int columnLength, Packing packing) {
        this(Columns.inSequence(columnLength), packing);
    }

    /**
     * Any columns.
     *
     * @param packing {@link Packing#FIXED}, {@link Packing#ADAPTIVE} or {@link Packing#COUNTED}
     */
    public OneBitColumns(Columns columns, Packing packing) {
        if (packing == Packing.ELIAS || packing == Packing.DITHER_CONTEXTS) {
            throw new IllegalArgumentException(
                    "signs without a dither are sent fixed, adaptive or counted: " + packing.label());
        }
        this.columns = columns;
        this.packing = packing;
    }

    @Override
    public String name() {
        return "one-bit-sgd(column=" + columns.label() + "," + packing.label() + ")";
    }

    @Override
    public Properties properties(int length) {
        return new Properties(
                false,
                false,
                1 - 1.0 / columns.size(0, length),
                2.0 * Float.SIZE * columns.count(length) + length,
                packing.entropyCoded());
    }

    @Override
    public double meanSquaredError(float[] vector, int from, int to) {
        double[] points = points(vector, from, to);
        double squares = 0;
        for (int i = 0; i < to - from; i++) {
            double error = vector[from + i] - points[2 * columns.of(i) + sign(vector[from + i])];
            squares += error * error;
        }
        return squares;
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        double[] points = points(vector, from, to);
        BitWriter message = new BitWriter((to - from) / Byte.SIZE + Float.BYTES * points.length + 8);
        for (double point : points) {
            message.real(Finite.nearest(point));
        }
        int[] signs = new int[to - from];
        for (int i = 0; i < signs.length; i++) {
            signs[i] = sign(vector[from + i]);
        }
        packing.write(message, signs, 0, 2, NOTHING);
        return message.message();
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
        BitReader reader = new BitReader(message);
        int length = to - from;
        if (reader.remainingBytes() < 8L * columns.count(length)) {
            throw new MalformedMessageException("a message must not end early: " + columns.count(length)
                    + " columns have two points each, it has " + reader.remainingBytes() + " bytes");
        }
        float[] points = new float[2 * columns.count(length)];
        for (int i = 0; i < points.length; i++) {
            points[i] = reader.real();
        }
        int[] signs = packing.read(reader, length, 0, 2, NOTHING);
        for (int i = 0; i < length; i++) {
            into[from + i] = points[2 * columns.of(i) + signs[i]];
        }
    }

    /** For each column the mean of its numbers that are not negative, and of those that are; 0 where there is none. */
    private double[] points(float[] vector, int from, int to) {
        Finite.largest(vector, from, to);
        double[] points = new double[2 * columns.count(to - from)];
        int[] counts = new int[points.length];
        for (int i = 0; i < to - from; i++) {
            int point = 2 * columns.of(i) + sign(vector[from + i]);
            points[point] += vector[from + i];
            counts[point]++;
        }
        for (int point = 0; point < points.length; point++) {
            points[point] /= Math.max(1, counts[point]);
        }
        return points;
    }

    private static int sign(float number) {
        return number < 0 ? 1 : 0;
    }
}
