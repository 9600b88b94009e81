package starling.codes.entropy;

import starling.codes.MalformedMessageException;

/**
 * Integers without bound, most of them small: -reach to reach are symbols of an {@link AdaptiveModel}; two more symbols,
 * one for each sign, say that a number lies beyond, by how much follows as its bit length (learned too) and its bits.
 * Every int can be sent; where the reach is exceeded once in a thousand numbers the detour costs a few hundredths of a
 * bit per number.
 *
 * <p>Not safe for use by several threads.
 */
public final class IntegerModel {
    private final AdaptiveModel near;
    private final AdaptiveModel lengths = new AdaptiveModel(Integer.SIZE, 2);
    private final int reach;

    /**
     * @param reach the largest magnitude with a symbol of its own, 0 to 32 766
     * @param contexts how many laws are learned, at least 1
     */
    public IntegerModel(int reach, int contexts) {
        int most = (AdaptiveModel.MOST_SYMBOLS - 3) / 2;
        if (reach < 0 || reach > most) {
            throw new IllegalArgumentException("the reach of a model must be 0 to " + most + ": " + reach);
        }
        this.reach = reach;
        near = new AdaptiveModel(2 * reach + 3, contexts);
    }

    /**
     * The context of a dither in (-1/2, 1/2): the number of the equal part of that interval it lies in, 0 to
     * {@code contexts} - 1. What is known of the dither tells much of the symbol when steps are large.
     */
    public static int ditherContext(float dither, int contexts) {
        return (int) ((dither + 0.5) * contexts);
    }

    /** Writes a number in its context and learns it. */
    public void encode(RangeEncoder encoder, int context, int value) {
        if (value >= -reach && value <= reach) {
            near.encode(encoder, context, value + reach + 1);
            return;
        }
        near.encode(encoder, context, value > 0 ? 2 * reach + 2 : 0);
        int excess = (int) (Math.abs((long) value) - reach);
        int length = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(excess);
        lengths.encode(encoder, value > 0 ? 1 : 0, length);
        encoder.bits(excess, length);
    }

    /**
     * Reads the next number in its context and learns it.
     *
     * @throws MalformedMessageException when it is no int
     */
    public int decode(RangeDecoder decoder, int context) {
        int symbol = near.decode(decoder, context);
        if (symbol > 0 && symbol < 2 * reach + 2) {
            return symbol - reach - 1;
        }
        int sign = symbol > 0 ? 1 : 0;
        int length = lengths.decode(decoder, sign);
        long magnitude = reach + (1L << length | Integer.toUnsignedLong(decoder.bits(length)));
        long value = sign > 0 ? magnitude : -magnitude;
        if (value != (int) value) {
            throw new MalformedMessageException("a number in a message must have 32 bits: " + value);
        }
        return (int) value;
    }
}
