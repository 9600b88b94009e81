package starling.codes.entropy;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Frequencies that both ends learn from the symbols already sent, one law for each context. A context's law starts
 * uniform with the weight of about one symbol and follows the counts at once for the first symbols, later whenever their
 * number has grown by a sixteenth. Over n stationary symbols it costs about (k - 1)/2 log2 n bits more than the
 * empirical entropy for each context with k symbols that occur.
 *
 * <p>Cost: O(1) per symbol to write, amortised; two or three steps of search more to read. Memory: about 6 k to 10 k
 * numbers for each context that occurs. Not safe for use by several threads.
 */
public final class AdaptiveModel {
    /** The most symbols an alphabet may have. */
    public static final int MOST_SYMBOLS = 1 << 16;

    private static final int SEEN_ONCE = 64;
    private static final int MOST_COUNT = 1 << 30;
    private static final int LONGEST_DELAY = 1 << 13;

    private final int symbols;
    private final @Nullable Law[] laws;

    /**
     * @param symbols k, 1 to 65 536; symbols are 0 to k - 1
     * @param contexts how many laws are learned, at least 1
     */
    public AdaptiveModel(int symbols, int contexts) {
        if (symbols < 1 || symbols > MOST_SYMBOLS) {
            throw new IllegalArgumentException("an alphabet has 1 to " + MOST_SYMBOLS + " symbols: " + symbols);
        }
        if (contexts < 1) {
            throw new IllegalArgumentException("a model has at least one context: " + contexts);
        }
        this.symbols = symbols;
        laws = new Law[contexts];
    }

    /** Writes a symbol in its context and learns it. */
    public void encode(RangeEncoder encoder, int context, int symbol) {
        Law law = law(context);
        law.table.encode(encoder, symbol);
        law.learn(symbol);
    }

    /** Reads the next symbol in its context and learns it. */
    public int decode(RangeDecoder decoder, int context) {
        Law law = law(context);
        int symbol = law.table.decode(decoder);
        law.learn(symbol);
        return symbol;
    }

    private Law law(int context) {
        Law law = laws[context];
        if (law == null) {
            law = new Law(symbols);
            laws[context] = law;
        }
        return law;
    }

    private static final class Law {
        private final int[] counts;
        private final FrequencyTable table;
        private int sum;
        private int delay = 1;

        Law(int symbols) {
            counts = new int[symbols];
            Arrays.fill(counts, Math.max(1, SEEN_ONCE / symbols));
            sum = counts[0] * symbols;
            table = new FrequencyTable(symbols);
            table.build(counts, 0);
        }

        void learn(int symbol) {
            counts[symbol] += SEEN_ONCE;
            sum += SEEN_ONCE;
            if (--delay == 0) {
                if (sum > MOST_COUNT - LONGEST_DELAY * SEEN_ONCE) {
                    halve();
                }
                table.build(counts, 0);
                delay = Math.max(1, Math.min(LONGEST_DELAY, sum / (16 * SEEN_ONCE)));
            }
        }

        private void halve() {
            sum = 0;
            for (int symbol = 0; symbol < counts.length; symbol++) {
                counts[symbol] = (counts[symbol] + 1) >> 1;
                sum += counts[symbol];
            }
        }
    }
}
