package starling.codes.syndrome;

/**
 * Quantized numbers -M to M as bits, each plane after those before: is it not 0; is it negative; is its magnitude at least
 * 2; at least 3 and so on to M. A plane that says nothing more of a number holds no bit of it. M + 1 planes.
 */
final class BitPlanes {
    static final int NONE = -1;

    private final int levels;

    /** What the planes before one say of a symbol, as a number; by symbol, then plane. */
    private final int[][] prefixes;

    BitPlanes(int levels) {
        this.levels = levels;
        prefixes = new int[symbols()][planes() + 1];
        for (int index = 0; index < symbols(); index++) {
            for (int plane = 0; plane < planes(); plane++) {
                prefixes[index][plane + 1] = extended(prefixes[index][plane], bit(index - levels, plane));
            }
        }
    }

    int planes() {
        return levels + 1;
    }

    int symbols() {
        return 2 * levels + 1;
    }

    /** A symbol's bit in a plane, or {@link #NONE}. */
    int bit(int symbol, int plane) {
        if (plane == 0) {
            return symbol == 0 ? 0 : 1;
        }
        if (symbol == 0 || (plane > 1 && Math.abs(symbol) < plane - 1)) {
            return NONE;
        }
        if (plane == 1) {
            return symbol < 0 ? 1 : 0;
        }
        return Math.abs(symbol) >= plane ? 1 : 0;
    }

    /** What is known with one more bit, or {@link #NONE}. */
    static int extended(int prefix, int bit) {
        return prefix * 3 + bit + 1;
    }

    /** Whether a plane holds a bit of the symbols that these bits begin. */
    boolean has(int prefix, int plane) {
        for (int index = 0; index < symbols(); index++) {
            if (prefixes[index][plane] == prefix) {
                return bit(index - levels, plane) != NONE;
            }
        }
        throw new IllegalArgumentException("no symbol begins with the bits " + prefix);
    }

    /** P(bits so far, and this one) of a plane by a law over the symbols -M to M. */
    double weight(double[] law, int prefix, int plane, int bit) {
        double sum = 0;
        for (int index = 0; index < symbols(); index++) {
            if (prefixes[index][plane] == prefix && bit(index - levels, plane) == bit) {
                sum += law[index];
            }
        }
        return sum;
    }

    /** What the planes before one say of a symbol. */
    int prefix(int symbol, int plane) {
        return prefixes[symbol + levels][plane];
    }

    /** The symbol that all planes together say. */
    int symbol(int prefix) {
        for (int index = 0; index < symbols(); index++) {
            if (prefixes[index][planes()] == prefix) {
                return index - levels;
            }
        }
        throw new IllegalArgumentException("no symbol has the bits " + prefix);
    }
}
