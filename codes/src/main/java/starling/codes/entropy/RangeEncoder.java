package starling.codes.entropy;

import starling.codes.bits.BitWriter;

/**
 * Arithmetic coding by bytes (G. N. N. Martin, Range encoding, 1979), with the carry carried: a byte is held back while a
 * later carry may still raise it. The interval has 40 to 48 bits, so that rounding it to a total of 2^24 costs less than
 * 2^-16 of a bit per symbol. The end costs at most the bytes that tell the interval from its neighbours, mostly one.
 *
 * <p>Cost: a shift, two products and on average less than a byte per symbol. Not safe for use by several threads.
 */
public final class RangeEncoder {
    static final int WIDTH = 48;
    static final int REGISTER_BYTES = WIDTH / Byte.SIZE;
    static final long LEAST_RANGE = 1L << (WIDTH - Byte.SIZE);

    private static final int NOTHING = -1;

    private final BitWriter message;
    private long low;
    private long range = 1L << WIDTH;
    private int held = NOTHING;
    private long heldOnes;

    /** @param message the range coded bytes follow what it holds, from the next whole byte on */
    public RangeEncoder(BitWriter message) {
        this.message = message;
        message.align();
    }

    /**
     * Writes one of a number of symbols whose frequencies have the sum {@code total}: the one with the frequency
     * {@code frequency} after symbols that have {@code below} together. Costs log2(total / frequency) bits.
     *
     * @throws IllegalArgumentException unless 0 &lt;= below, 0 &lt; frequency, below + frequency &lt;= total
     */
    public void encode(int below, int frequency, int total) {
        if (below < 0 || frequency <= 0 || total - below < frequency) {
            throw new IllegalArgumentException("a symbol's frequency must be positive and within the total: "
                    + frequency + " above " + below + " of " + total);
        }
        narrow(range / total, below, frequency);
    }

    /** Writes the lowest {@code count} bits of {@code value}, 0 to 32, at a bit each. */
    public void bits(int value, int count) {
        if (count < 0 || count > 32) {
            throw new IllegalArgumentException("0 to 32 bits are written at once, not " + count);
        }
        if (count > 16) {
            narrow(range >>> (count - 16), (value >>> 16) & ((1 << (count - 16)) - 1), 1);
            narrow(range >>> 16, value & 0xffff, 1);
        } else {
            narrow(range >>> count, value & ((1 << count) - 1), 1);
        }
    }

    /** The same with a total of 2^{@code shift}, at most 2^24; what is given is not checked. */
    void encodeShift(int below, int frequency, int shift) {
        narrow(range >>> shift, below, frequency);
    }

    /** Writes what tells the last interval from others. Nothing may be encoded afterwards. */
    public void finish() {
        int zeros = zerosAtEnd(low, range);
        low = roundUp(low, zeros);
        for (int bytes = REGISTER_BYTES - zeros / Byte.SIZE; bytes > 0; bytes--) {
            shift();
        }
        releaseHeld(low >>> WIDTH);
    }

    /** The most zeros that a number in [low, low + range) ends with. */
    static int zerosAtEnd(long low, long range) {
        int zeros = WIDTH;
        while (roundUp(low, zeros) - low >= range) {
            zeros--;
        }
        return zeros;
    }

    static long roundUp(long low, int zeros) {
        long step = 1L << zeros;
        return (low + step - 1) & -step;
    }

    private void narrow(long part, int below, int frequency) {
        low += part * below;
        range = part * frequency;
        while (range < LEAST_RANGE) {
            shift();
            range <<= Byte.SIZE;
        }
    }

    private void shift() {
        long carry = low >>> WIDTH;
        int top = (int) (low >>> (WIDTH - Byte.SIZE)) & 0xff;
        if (carry == 0 && top == 0xff) {
            heldOnes++;
        } else {
            releaseHeld(carry);
            held = top;
        }
        low = (low & (LEAST_RANGE - 1)) << Byte.SIZE;
    }

    private void releaseHeld(long carry) {
        if (held != NOTHING) {
            message.bits(held + (int) carry, Byte.SIZE);
        }
        for (; heldOnes > 0; heldOnes--) {
            message.bits(0xff + (int) carry, Byte.SIZE);
        }
        held = NOTHING;
    }
}
