package starling.link.frame;

import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * IEEE 754 binary16 and its conversion from and to binary32: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits.
 *
 * <p>To half: rounded to nearest, ties to even; magnitudes from 65520 on become infinite, magnitudes of at most 2^-25 become zero with
 * the sign kept; a NaN stays a (quiet) NaN with the upper bits of its payload. To float: exact. Both take a handful of integer operations
 * per number and allocate nothing.
 */
public final class Half {

    private static final int FLOAT_INFINITY = 0x7F800000;
    private static final int HALF_INFINITY = 0x7C00;

    /** Bits of the float 65520, the smallest magnitude that rounds to infinity. */
    private static final int OVERFLOW = 0x477FF000;

    /** Bits of the float 2^-14, the smallest normal half. */
    private static final int SMALLEST_NORMAL = 0x38800000;

    /** Bits of the float 2^-25: half of the smallest subnormal, a tie that goes to the even zero. */
    private static final int UNDERFLOW = 0x33000000;

    private Half() {}

    /** The nearest half's 16 bits. */
    public static short ofFloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int magnitude = bits & 0x7FFFFFFF;
        if (magnitude >= OVERFLOW) {
            if (magnitude > FLOAT_INFINITY) {
                return (short) (sign | HALF_INFINITY | 0x200 | ((magnitude >>> 13) & 0x3FF));
            }
            return (short) (sign | HALF_INFINITY);
        }
        if (magnitude >= SMALLEST_NORMAL) {
            // Rebias the exponent from 127 to 15, then round the 13 bits that go away; a carry walks into the exponent
            // as it should.
            int rebiased = magnitude - (112 << 23);
            return (short) (sign | ((rebiased + 0xFFF + ((rebiased >>> 13) & 1)) >>> 13));
        }
        if (magnitude <= UNDERFLOW) {
            return (short) sign;
        }
        // Subnormal: the significand with its leading one, shifted so that one unit is 2^-24.
        int significand = (magnitude & 0x7FFFFF) | 0x800000;
        int shift = 126 - (magnitude >>> 23);
        int quotient = significand >>> shift;
        int rest = significand & ((1 << shift) - 1);
        int tie = 1 << (shift - 1);
        if (rest > tie || (rest == tie && (quotient & 1) == 1)) {
            quotient++;
        }
        return (short) (sign | quotient);
    }

    /** The number that a half's 16 bits stand for. */
    public static float toFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int magnitude = half & 0x7FFF;
        if (magnitude >= HALF_INFINITY) {
            return Float.intBitsToFloat(sign | FLOAT_INFINITY | ((magnitude & 0x3FF) << 13));
        }
        if (magnitude >= 0x400) {
            return Float.intBitsToFloat(sign | ((magnitude << 13) + (112 << 23)));
        }
        // Subnormal or zero: magnitude x 2^-24, exact in float.
        return Float.intBitsToFloat(sign | Float.floatToRawIntBits(magnitude * 0x1p-24f));
    }

    /** Puts every remaining float of the source into the target as halves. */
    static void put(FloatBuffer source, ShortBuffer target) {
        while (source.hasRemaining()) {
            target.put(ofFloat(source.get()));
        }
    }

    /** Puts the source's halves into the target as floats, as many as the target takes. */
    static void get(ShortBuffer source, FloatBuffer target) {
        while (target.hasRemaining()) {
            target.put(toFloat(source.get()));
        }
    }
}
