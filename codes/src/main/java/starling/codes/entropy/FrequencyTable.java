package starling.codes.entropy;

import starling.codes.MalformedMessageException;

/**
 * Frequencies with the sum 2^24 and the way back from a place to its symbol. A symbol is found by the place's first bits
 * and a binary search among the few that share them.
 *
 * <p>Cost: O(k) to build over k symbols, with tables of 5 k to 9 k numbers.
 */
final class FrequencyTable {
    static final int SHIFT = 24;
    private static final int TOTAL = 1 << SHIFT;
    private static final int NOT_BUILT = -1;

    private final int[] below;
    private final int[] firstAtSlot;
    private final int slotShift;

    FrequencyTable(int symbols) {
        below = new int[symbols + 1];
        int slotBits = 34 - Integer.numberOfLeadingZeros(symbols);
        slotShift = SHIFT - slotBits;
        firstAtSlot = new int[(1 << slotBits) + 1];
        firstAtSlot[0] = NOT_BUILT;
    }

    /**
     * Makes the frequencies proportional to {@code counts[from ..)}, at least 1 where the count is positive, 0 where it
     * is 0; not all may be 0.
     */
    void build(int[] counts, int from) {
        int symbols = below.length - 1;
        long sum = 0;
        int present = 0;
        for (int symbol = 0; symbol < symbols; symbol++) {
            sum += counts[from + symbol];
            present += counts[from + symbol] > 0 ? 1 : 0;
        }
        long before = 0;
        int presentBefore = 0;
        for (int symbol = 0; symbol < symbols; symbol++) {
            below[symbol] = presentBefore + (int) (before * (TOTAL - present) / sum);
            before += counts[from + symbol];
            presentBefore += counts[from + symbol] > 0 ? 1 : 0;
        }
        below[symbols] = TOTAL;
        firstAtSlot[0] = NOT_BUILT;
    }

    void encode(RangeEncoder encoder, int symbol) {
        int start = below[symbol];
        int frequency = below[symbol + 1] - start;
        if (frequency == 0) {
            throw new IllegalArgumentException("a symbol that was not counted cannot be encoded: " + symbol);
        }
        encoder.encodeShift(start, frequency, SHIFT);
    }

    int decode(RangeDecoder decoder) {
        if (firstAtSlot[0] == NOT_BUILT) {
            buildSlots();
        }
        int place = decoder.placeShift(SHIFT);
        int slot = place >>> slotShift;
        int symbol = firstAtSlot[slot];
        int last = firstAtSlot[slot + 1];
        while (symbol < last) {
            int middle = (symbol + last + 1) >>> 1;
            if (below[middle] <= place) {
                symbol = middle;
            } else {
                last = middle - 1;
            }
        }
        decoder.take(below[symbol], below[symbol + 1] - below[symbol]);
        return symbol;
    }

    /** For a slot the symbol that holds its first place; for the end the last symbol. */
    private void buildSlots() {
        int symbol = 0;
        for (int slot = 0; slot < firstAtSlot.length - 1; slot++) {
            while (below[symbol + 1] <= slot << slotShift) {
                symbol++;
            }
            firstAtSlot[slot] = symbol;
        }
        while (below[symbol + 1] < TOTAL) {
            symbol++;
        }
        firstAtSlot[firstAtSlot.length - 1] = symbol;
    }

    /** For a context that was never counted. */
    static MalformedMessageException nothingCounted(int context) {
        return new MalformedMessageException("a context that was not counted cannot occur: context " + context);
    }
}
