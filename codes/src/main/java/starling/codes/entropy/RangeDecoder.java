package starling.codes.entropy;

import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;

/**
 * Reads what a {@link RangeEncoder} wrote; the message must end there. Whatever the bytes, each call takes bounded time,
 * and {@link #finish} refuses what is not to the byte what an encoder makes of the symbols read: bytes added always, most
 * bytes cut off. A message that is damaged otherwise may be that of other symbols.
 *
 * <p>Quotients are found in double arithmetic: both numbers have at most 48 bits, so that the rounded quotient has the
 * integer part of the exact one. Not safe for use by several threads.
 */
public final class RangeDecoder {
    private static final long REGISTER = (1L << RangeEncoder.WIDTH) - 1;

    private final BitReader message;
    private int left;
    private int beyond;
    private long code;
    private long recent;
    private long range = 1L << RangeEncoder.WIDTH;
    private long part;

    /** @param message range coded from its next whole byte to its end */
    public RangeDecoder(BitReader message) {
        this.message = message;
        message.align();
        left = message.remainingBytes();
        for (int i = 0; i < RangeEncoder.REGISTER_BYTES; i++) {
            code = code << Byte.SIZE | next();
        }
        recent = code;
    }

    /**
     * Where the next symbol lies, 0 to {@code total} - 1: the symbol is the one whose frequencies hold this place. To be
     * followed by {@link #take}.
     *
     * @param total as it was encoded
     */
    public int place(int total) {
        if (total <= 0) {
            throw new IllegalArgumentException("a total of frequencies must be positive: " + total);
        }
        part = range / total;
        return place(part, total);
    }

    /** Takes the symbol that {@link #place} found, with its frequency and those below it together. */
    public void take(int below, int frequency) {
        code -= part * below;
        range = part * frequency;
        if (code < 0 || code >= range) {
            throw new IllegalArgumentException(
                    "the symbol taken must hold its place: " + frequency + " above " + below + " does not");
        }
        while (range < RangeEncoder.LEAST_RANGE) {
            int next = next();
            code = code << Byte.SIZE | next;
            recent = (recent << Byte.SIZE | next) & REGISTER;
            range <<= Byte.SIZE;
        }
    }

    /** Reads {@code count} bits, 0 to 32. */
    public int bits(int count) {
        if (count < 0 || count > 32) {
            throw new IllegalArgumentException("0 to 32 bits are read at once, not " + count);
        }
        if (count > 16) {
            int high = few(count - 16);
            return high << 16 | few(16);
        }
        return few(count);
    }

    /** As {@link #place} with a total of 2^{@code shift}, at most 2^24. */
    int placeShift(int shift) {
        part = range >>> shift;
        return place(part, 1 << shift);
    }

    /**
     * Checks that the message ends as an encoder ends it after the last symbol.
     *
     * @throws MalformedMessageException when it does not
     */
    public void finish() {
        long low = (recent - code) & REGISTER;
        int zeros = RangeEncoder.zerosAtEnd(low, range);
        if (left > 0 || beyond != zeros / Byte.SIZE || recent != (RangeEncoder.roundUp(low, zeros) & REGISTER)) {
            throw new MalformedMessageException("a message must end with its last symbol: " + left
                    + " bytes follow, and what came is not how this symbol ends");
        }
    }

    private int few(int count) {
        int value = placeShift(count);
        take(value, 1);
        return value;
    }

    private int place(long divisor, int total) {
        int place = (int) ((double) code / divisor);
        if (place >= total) {
            throw new MalformedMessageException(
                    "a range coded symbol must lie within its total: " + place + " of " + total);
        }
        return place;
    }

    private int next() {
        if (left > 0) {
            left--;
            return message.bits(Byte.SIZE);
        }
        if (++beyond > RangeEncoder.REGISTER_BYTES) {
            throw new MalformedMessageException("a message must not end early: range coded symbols are missing");
        }
        return 0;
    }
}
