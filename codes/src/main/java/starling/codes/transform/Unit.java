package starling.codes.transform;

import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.gradient.Finite;

/**
 * The power of two by which numbers are divided before a transform, so that the largest is in [1, 2) and no sum of them overflows or
 * vanishes. It travels as its exponent plus 256 in 16 bits; 0 says that all numbers are zeros.
 */
public final class Unit {
    private static final int OFFSET = 256;
    private static final int LEAST = -149;

    private Unit() {}

    /**
     * Writes the unit and divides.
     *
     * @param into takes the quotients in its first numbers
     * @return whether there is a number other than zero
     */
    public static boolean divide(float[] vector, int from, int to, float[] into, BitWriter message) {
        float largest = Finite.largest(vector, from, to);
        if (largest == 0) {
            message.bits(0, 16);
            return false;
        }
        int exponent = Math.getExponent((double) largest);
        double inverse = Math.scalb(1.0, -exponent);
        for (int i = from; i < to; i++) {
            into[i - from] = (float) (vector[i] * inverse);
        }
        message.bits(exponent + OFFSET, 16);
        return true;
    }

    /** The unit in a message; 0 where all numbers are zeros. */
    public static double read(BitReader reader) {
        int header = reader.bits(16);
        if (header == 0) {
            return 0;
        }
        int exponent = header - OFFSET;
        if (exponent < LEAST || exponent > Float.MAX_EXPONENT) {
            throw new MalformedMessageException("an exponent in a message must be from -149 to 127: " + exponent);
        }
        return Math.scalb(1.0, exponent);
    }

    /** Writes the numbers times the unit. */
    public static void multiply(float[] numbers, double unit, float[] into, int from, int to) {
        for (int i = from; i < to; i++) {
            into[i] = Finite.nearest(numbers[i - from] * unit);
        }
    }

    /** The largest norm of n numbers of which none reaches 2, with room for rounding. */
    public static double largestNorm(int n) {
        return 2.01 * Math.sqrt(n);
    }
}
