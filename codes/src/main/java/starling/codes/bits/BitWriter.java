package starling.codes.bits;

import java.util.Arrays;

/**
 * Writes bits into a growing array, most significant bit first. The message is what was written, padded with zeros to
 * the next byte.
 *
 * <p>Cost: amortised O(1) per call; at most twice the message in memory. Not safe for use by several threads.
 */
public final class BitWriter {
    private byte[] bytes;
    private int length;
    private long pending;
    private int pendingBits;

    /** @param expectedBytes a first capacity; the writer grows where it is exceeded */
    public BitWriter(int expectedBytes) {
        bytes = new byte[Math.max(16, expectedBytes)];
    }

    /**
     * Writes the lowest {@code count} bits of {@code value}.
     *
     * @param count 0 to 32
     */
    public void bits(int value, int count) {
        if (count < 0 || count > 32) {
            throw new IllegalArgumentException("0 to 32 bits are written at once, not " + count);
        }
        pending = pending << count | (value & ((1L << count) - 1));
        pendingBits += count;
        while (pendingBits >= Byte.SIZE) {
            pendingBits -= Byte.SIZE;
            append((byte) (pending >>> pendingBits));
        }
    }

    public void bit(boolean one) {
        bits(one ? 1 : 0, 1);
    }

    /** Writes a float as its 32 bits. */
    public void real(float value) {
        bits(Float.floatToIntBits(value), Float.SIZE);
    }

    /**
     * Writes a number that is not negative in groups of seven bits, least significant group first, each with a bit that
     * says whether more follow: 8 bits up to 127, 16 up to 16 383, at most 40.
     */
    public void number(int value) {
        if (value < 0) {
            throw new IllegalArgumentException("a number in a message must not be negative: " + value);
        }
        int rest = value;
        while (rest > 0x7f) {
            bits((rest & 0x7f) | 0x80, Byte.SIZE);
            rest >>>= 7;
        }
        bits(rest, Byte.SIZE);
    }

    /** Pads to the next byte with zeros, then writes {@code source[from..to)}. */
    public void bytes(byte[] source, int from, int to) {
        align();
        ensure(to - from);
        System.arraycopy(source, from, bytes, length, to - from);
        length += to - from;
    }

    /** Pads with zeros to the next byte. */
    public void align() {
        if (pendingBits > 0) {
            bits(0, Byte.SIZE - pendingBits);
        }
    }

    /** What was written so far, in bits, without padding. */
    public long bitCount() {
        return (long) length * Byte.SIZE + pendingBits;
    }

    /** The message: everything written, padded with zeros to a whole byte. */
    public byte[] message() {
        align();
        return Arrays.copyOf(bytes, length);
    }

    private void append(byte value) {
        ensure(1);
        bytes[length++] = value;
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length + (bytes.length >> 1)));
        }
    }
}
