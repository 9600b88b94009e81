package starling.codes.rotated;

import starling.codes.MalformedMessageException;

/**
 * Entropy coding with tables that both ends hold: the range variant of asymmetric numeral systems (Duda, 2013), two states
 * of 31 bits that take turns, so that a processor works on both at once, words of 16 bits. Symbols are encoded last to first and decoded first to last. The last states must be those that the
 * encoder began with, which tells nearly every damaged message.
 *
 * <p>Cost: a division to encode a symbol, none to decode one; the message is within 2^-13 bits per symbol of what the tables
 * say, plus 64 bits.
 */
final class TabledRans {
    private static final int FIRST = 1 << 15;
    private static final int MASK = DitheredNormalModel.TOTAL - 1;
    private static final int FULL_SHIFT = 31 - DitheredNormalModel.PRECISION;

    private TabledRans() {}

    /**
     * Writes the message of {@code n} symbols to the end of {@code into}, which must have 2 n + 8 bytes.
     *
     * @param entries index into {@code packed} of each symbol
     * @return where it begins
     */
    static int encode(int[] packed, int[] entries, int n, byte[] into) {
        int at = into.length;
        int state = FIRST;
        int next = FIRST;
        for (int i = n - 1; i >= 0; i--) {
            int entry = packed[entries[i]];
            int count = entry & 0xffff;
            if (state >>> FULL_SHIFT >= count) {
                into[--at] = (byte) state;
                into[--at] = (byte) (state >>> 8);
                state >>>= 16;
            }
            int quotient = state / count;
            int coded = (quotient << DitheredNormalModel.PRECISION) + state - quotient * count + (entry >>> 16);
            state = next;
            next = coded;
        }
        at = put(state, into, at);
        return put(next, into, at);
    }

    private static int put(int state, byte[] into, int end) {
        into[end - 1] = (byte) state;
        into[end - 2] = (byte) (state >>> 8);
        into[end - 3] = (byte) (state >>> 16);
        into[end - 4] = (byte) (state >>> 24);
        return end - 4;
    }

    private static int state(byte[] message, int at) {
        int state = (message[at] & 0xff) << 24
                | (message[at + 1] & 0xff) << 16
                | (message[at + 2] & 0xff) << 8
                | (message[at + 3] & 0xff);
        if (state < FIRST) {
            throw new MalformedMessageException("the state of a coder must be at least " + FIRST + ": " + state);
        }
        return state;
    }

    /**
     * Reads {@code n} symbols.
     *
     * @param bins of each symbol; replaced by the symbol
     * @return where the message ends
     */
    static int decode(DitheredNormalModel model, byte[] message, int from, int[] bins, int n) {
        int[] packed = model.packed();
        byte[] lookup = model.lookup();
        int symbols = model.symbols();
        int end = message.length;
        int at = from;
        if (end - at < 8) {
            throw truncated(end);
        }
        int state = state(message, at);
        int next = state(message, at + 4);
        at += 8;
        for (int i = 0; i < n; i++) {
            int bin = bins[i];
            int place = state & MASK;
            int symbol = lookup[bin * DitheredNormalModel.TOTAL + place] & 0xff;
            int entry = packed[bin * symbols + symbol];
            int rest = (entry & 0xffff) * (state >>> DitheredNormalModel.PRECISION) + place - (entry >>> 16);
            if (rest < FIRST) {
                if (end - at < 2) {
                    throw truncated(end);
                }
                rest = rest << 16 | (message[at] & 0xff) << 8 | (message[at + 1] & 0xff);
                at += 2;
            }
            state = next;
            next = rest;
            bins[i] = symbol;
        }
        if (state != FIRST || next != FIRST) {
            throw new MalformedMessageException("the last states of a coder must be " + FIRST + ": they are " + state
                    + " and " + next + ", the message is damaged");
        }
        return at;
    }

    private static MalformedMessageException truncated(int end) {
        return new MalformedMessageException("a message must not end early: more is wanted after " + end + " bytes");
    }
}
