package starling.codes.quantize;

import java.util.stream.IntStream;
import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.gradient.ExactError;
import starling.codes.gradient.Finite;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;

/**
 * 1-bit SGD (F. Seide et al., Interspeech 2014): one bit per number says whether it is negative, and each column of the
 * gradient's matrix has two points, the mean of its numbers that are negative and of those that are not. A column is a run
 * of numbers, as a weight matrix stored by its outputs has them; the last may be shorter. Biased, deterministic: meant for
 * {@link starling.codes.gradient.ErrorFeedback}. ||error||^2 is the variance within the groups, at most (1 - 1/c) ||x||^2 for columns of
 * c numbers.
 *
 * <p>Message: two floats per column, then the bits. O(n); one int per number in memory.
 */
public final class OneBitColumns implements GradientCode, ExactError {
    private static final RandomStream NOTHING = new RandomStream(0);

    private final int columnLength;
    private final Packing packing;

    /**
     * @param columnLength c, at least 1
     * @param packing {@link Packing#FIXED}, {@link Packing#ADAPTIVE} or {@link Packing#COUNTED}
     */
    public OneBitColumns(int columnLength, Packing packing) {
        if (columnLength < 1) {
            throw new IllegalArgumentException("a column holds at least one number: " + columnLength);
        }
        if (packing == Packing.ELIAS || packing == Packing.DITHER_CONTEXTS) {
            throw new IllegalArgumentException(
                    "signs without a dither are sent fixed, adaptive or counted: " + packing.label());
        }
        this.columnLength = columnLength;
        this.packing = packing;
    }

    @Override
    public String name() {
        return "one-bit-sgd(column=" + columnLength + "," + packing.label() + ")";
    }

    @Override
    public Properties properties(int length) {
        return new Properties(
                false,
                false,
                1 - 1.0 / Math.min(columnLength, length),
                2.0 * Float.SIZE * columns(length) + length,
                packing.entropyCoded());
    }

    @Override
    public double meanSquaredError(float[] vector, int from, int to) {
        Finite.largest(vector, from, to);
        double squares = 0;
        for (int column = 0; column < columns(to - from); column++) {
            for (boolean negative : new boolean[] {false, true}) {
                double mean = mean(vector, start(from, column), end(from, to, column), negative);
                squares += IntStream.range(start(from, column), end(from, to, column))
                        .filter(i -> vector[i] < 0 == negative)
                        .mapToDouble(i -> (vector[i] - mean) * (vector[i] - mean))
                        .sum();
            }
        }
        return squares;
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        Finite.largest(vector, from, to);
        int length = to - from;
        BitWriter message = new BitWriter(length / Byte.SIZE + 8 * columns(length) + 8);
        for (int column = 0; column < columns(length); column++) {
            message.real(Finite.nearest(mean(vector, start(from, column), end(from, to, column), false)));
            message.real(Finite.nearest(mean(vector, start(from, column), end(from, to, column), true)));
        }
        int[] signs = new int[length];
        for (int i = 0; i < length; i++) {
            signs[i] = vector[from + i] < 0 ? 1 : 0;
        }
        packing.write(message, signs, 0, 2, NOTHING);
        return message.message();
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
        BitReader reader = new BitReader(message);
        int length = to - from;
        if (reader.remainingBytes() < 8L * columns(length)) {
            throw new MalformedMessageException("a message must not end early: " + columns(length)
                    + " columns have two points each, it has " + reader.remainingBytes() + " bytes");
        }
        float[] points = new float[2 * columns(length)];
        for (int i = 0; i < points.length; i++) {
            points[i] = reader.real();
        }
        int[] signs = packing.read(reader, length, 0, 2, NOTHING);
        for (int i = 0; i < length; i++) {
            into[from + i] = points[2 * (i / columnLength) + signs[i]];
        }
    }

    /** The mean of the numbers that are negative, or of those that are not; 0 where there is none. */
    private static double mean(float[] vector, int from, int to, boolean negative) {
        double sum = 0;
        int count = 0;
        for (int i = from; i < to; i++) {
            if (vector[i] < 0 == negative) {
                sum += vector[i];
                count++;
            }
        }
        return count == 0 ? 0 : sum / count;
    }

    private int columns(int length) {
        return (int) ((length + (long) columnLength - 1) / columnLength);
    }

    private int start(int from, int column) {
        return from + column * columnLength;
    }

    private int end(int from, int to, int column) {
        return (int) Math.min(to, from + (column + 1L) * columnLength);
    }
}
