package starling.codes.bits;

import starling.codes.MalformedMessageException;

/**
 * Reads what a {@link BitWriter} wrote. Whoever reads past the end gets a {@link MalformedMessageException}; nothing is
 * ever allocated by a number that stands in a message. Not safe for use by several threads.
 */
public final class BitReader {
    private final byte[] bytes;
    private final int end;
    private int position;
    private long pending;
    private int pendingBits;

    public BitReader(byte[] message) {
        this(message, 0, message.length);
    }

    public BitReader(byte[] bytes, int from, int to) {
        if (from < 0 || to < from || to > bytes.length) {
            throw new IllegalArgumentException(
                    "a part of a message lies within it: " + from + " to " + to + " of " + bytes.length + " bytes");
        }
        this.bytes = bytes;
        this.position = from;
        this.end = to;
    }

    /**
     * The next {@code count} bits as a number without sign, in the lowest bits of the answer.
     *
     * @param count 0 to 32
     * @throws MalformedMessageException when fewer are left
     */
    public int bits(int count) {
        if (count < 0 || count > 32) {
            throw new IllegalArgumentException("0 to 32 bits are read at once, not " + count);
        }
        while (pendingBits < count) {
            if (position == end) {
                throw new MalformedMessageException("a message must not end early: " + count + " bits are wanted, "
                        + pendingBits + " are left after " + end + " bytes");
            }
            pending = pending << Byte.SIZE | (bytes[position++] & 0xff);
            pendingBits += Byte.SIZE;
        }
        pendingBits -= count;
        return (int) (pending >>> pendingBits & ((1L << count) - 1));
    }

    public boolean bit() {
        return bits(1) != 0;
    }

    /** A float that must be finite. */
    public float real() {
        float value = Float.intBitsToFloat(bits(Float.SIZE));
        if (!Float.isFinite(value)) {
            throw new MalformedMessageException("a number in a message must be finite: " + value);
        }
        return value;
    }

    /** A float that must be finite and not negative: a scale, a norm. */
    public float magnitude() {
        float value = real();
        if (value < 0) {
            throw new MalformedMessageException("a magnitude in a message must not be negative: " + value);
        }
        return value;
    }

    /**
     * A number as {@link BitWriter#number} writes it.
     *
     * @param most the largest that makes sense here
     * @throws MalformedMessageException when it is larger
     */
    public int number(int most) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            int group = bits(Byte.SIZE);
            value |= (long) (group & 0x7f) << shift;
            if (value > most || shift > 28) {
                throw new MalformedMessageException(
                        "a number in a message must be at most " + most + ": it is at least " + value);
            }
            if ((group & 0x80) == 0) {
                return (int) value;
            }
        }
    }

    /** Skips to the next whole byte; what is skipped must be zeros. */
    public void align() {
        int skipped = pendingBits % Byte.SIZE;
        if (skipped > 0 && bits(skipped) != 0) {
            throw new MalformedMessageException("the padding of a message must be zeros");
        }
    }

    /** The place of the next whole byte in the array that was given; aligned. */
    public int position() {
        align();
        return position - pendingBits / Byte.SIZE;
    }

    /** Goes on at this place of the array, as {@link #position} counts. */
    public void position(int place) {
        if (place < position() || place > end) {
            throw new MalformedMessageException(
                    "a part of a message must end within it: at byte " + place + " of " + end);
        }
        position = place;
        pending = 0;
        pendingBits = 0;
    }

    /** Bits that were not read. */
    public long remainingBits() {
        return (long) (end - position) * Byte.SIZE + pendingBits;
    }

    /** Whole bytes that were not read. */
    public int remainingBytes() {
        return (int) (remainingBits() / Byte.SIZE);
    }

    /** Checks that the message ends here, but for padding. */
    public void end() {
        align();
        int left = remainingBytes();
        if (left > 0) {
            throw new MalformedMessageException("a message must end with its content: " + left + " bytes follow");
        }
    }
}
