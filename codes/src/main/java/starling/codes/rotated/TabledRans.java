package starling.codes.rotated;

import starling.codes.MalformedMessageException;

/**
 * Entropy coding with tables that both ends hold: the range variant of asymmetric numeral systems (Duda, 2013), a state of 31
 * bits, words of 16. Symbols are encoded last to first and decoded first to last. The last state must be the one that the
 * encoder began with, which tells nearly every damaged message.
 *
 * <p>Cost: a division to encode a symbol, none to decode one; the message is within 2^-13 bits per symbol of what the tables
 * say, plus 32 bits.
 */
final class TabledRans {
    private static final int FIRST = 1 << 15;
    private static final int MASK = DitheredNormalModel.TOTAL - 1;
    private static final int FULL_SHIFT = 31 - DitheredNormalModel.PRECISION;

    private TabledRans() {}

    /**
     * Writes the message of {@code n} symbols to the end of {@code into}, which must have 2 n + 4 bytes.
     *
     * @param entries index into {@code packed} of each symbol
     * @return where it begins
     */
    static int encode(int[] packed, int[] entries, int n, byte[] into) {
        int at = into.length;
        int state = FIRST;
        for (int i = n - 1; i >= 0; i--) {
            int entry = packed[entries[i]];
            int count = entry & 0xffff;
            if (state >>> FULL_SHIFT >= count) {
                into[--at] = (byte) state;
                into[--at] = (byte) (state >>> 8);
                state >>>= 16;
            }
            int quotient = state / count;
            state = (quotient << DitheredNormalModel.PRECISION) + state - quotient * count + (entry >>> 16);
        }
        into[--at] = (byte) state;
        into[--at] = (byte) (state >>> 8);
        into[--at] = (byte) (state >>> 16);
        into[--at] = (byte) (state >>> 24);
        return at;
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
        if (end - at < 4) {
            throw truncated(end);
        }
        int state = (message[at] & 0xff) << 24
                | (message[at + 1] & 0xff) << 16
                | (message[at + 2] & 0xff) << 8
                | (message[at + 3] & 0xff);
        at += 4;
        if (state < FIRST) {
            throw new MalformedMessageException("the state of a coder must be at least " + FIRST + ": " + state);
        }
        for (int i = 0; i < n; i++) {
            int bin = bins[i];
            int place = state & MASK;
            int symbol = lookup[bin * DitheredNormalModel.TOTAL + place] & 0xff;
            int entry = packed[bin * symbols + symbol];
            state = (entry & 0xffff) * (state >>> DitheredNormalModel.PRECISION) + place - (entry >>> 16);
            if (state < FIRST) {
                if (end - at < 2) {
                    throw truncated(end);
                }
                state = state << 16 | (message[at] & 0xff) << 8 | (message[at + 1] & 0xff);
                at += 2;
            }
            bins[i] = symbol;
        }
        if (state != FIRST) {
            throw new MalformedMessageException(
                    "the last state of a coder must be " + FIRST + ": it is " + state + ", the message is damaged");
        }
        return at;
    }

    private static MalformedMessageException truncated(int end) {
        return new MalformedMessageException("a message must not end early: more is wanted after " + end + " bytes");
    }
}
