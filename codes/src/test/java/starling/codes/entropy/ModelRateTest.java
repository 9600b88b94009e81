package starling.codes.entropy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;

/** A million symbols of several laws take at most 0.5 % more than their empirical (conditional) entropy. */
final class ModelRateTest {
    private static final int LENGTH = 1_000_000;

    /** Symbols with their contexts; lowest is the symbol that stands for 0 in the alphabet. */
    record Source(String name, int alphabet, int contexts, int lowest, int[] symbols, int[] context) {
        @Override
        public String toString() {
            return name;
        }

        int[][] counts() {
            int[][] counts = new int[contexts][alphabet];
            for (int i = 0; i < symbols.length; i++) {
                counts[context[i]][symbols[i] - lowest]++;
            }
            return counts;
        }

        /** sum over contexts and symbols of c log2(c of the context / c), in bits. */
        double entropyBits() {
            double bits = 0;
            for (int[] counts : counts()) {
                double sum = 0;
                for (int count : counts) {
                    sum += count;
                }
                for (int count : counts) {
                    bits += count == 0 ? 0 : count * Math.log(sum / count) / Math.log(2);
                }
            }
            return bits;
        }
    }

    static Stream<Source> sources() {
        return Stream.of(
                skewed("0.01 bits, two symbols", 2, 0.000_85),
                skewed("0.01 bits, three symbols", 3, 0.000_75),
                uniform(2),
                uniform(7),
                uniform(300),
                geometric(),
                dithered("dithered, step 2 sigma", 2.0),
                dithered("dithered, step 4 sigma", 4.0),
                dithered("dithered, step 0.5 sigma", 0.5));
    }

    private static Source skewed(String name, int alphabet, double probability) {
        SplittableRandom random = new SplittableRandom(11);
        int[] symbols = new int[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            symbols[i] = random.nextDouble() < probability ? 1 + random.nextInt(alphabet - 1) : 0;
        }
        return new Source(name, alphabet, 1, 0, symbols, new int[LENGTH]);
    }

    private static Source uniform(int alphabet) {
        SplittableRandom random = new SplittableRandom(12);
        return new Source(
                "uniform over " + alphabet,
                alphabet,
                1,
                0,
                random.ints(LENGTH, 0, alphabet).toArray(),
                new int[LENGTH]);
    }

    private static Source geometric() {
        SplittableRandom random = new SplittableRandom(13);
        int[] symbols = new int[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            symbols[i] = (int) Math.min(63, -3 * Math.log(1 - random.nextDouble()));
        }
        return new Source("geometric", 64, 1, 0, symbols, new int[LENGTH]);
    }

    private static Source dithered(String name, double step) {
        SplittableRandom random = new SplittableRandom(14);
        int[] symbols = new int[LENGTH];
        int[] context = new int[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            float dither = (float) ((random.nextInt(1 << 20) + 0.5) * 0x1p-20 - 0.5);
            symbols[i] = (int) Math.rint(random.nextGaussian() / step + dither);
            context[i] = IntegerModel.ditherContext(dither, 16);
        }
        return new Source(name, 41, 16, -20, symbols, context);
    }

    @ParameterizedTest
    @MethodSource("sources")
    void adaptive(Source source) {
        BitWriter message = new BitWriter(LENGTH);
        RangeEncoder encoder = new RangeEncoder(message);
        AdaptiveModel model = new AdaptiveModel(source.alphabet, source.contexts);
        for (int i = 0; i < LENGTH; i++) {
            model.encode(encoder, source.context[i], source.symbols[i] - source.lowest);
        }
        encoder.finish();
        byte[] bytes = message.message();
        assertRate(source, bytes);
        RangeDecoder decoder = new RangeDecoder(new BitReader(bytes));
        AdaptiveModel again = new AdaptiveModel(source.alphabet, source.contexts);
        for (int i = 0; i < LENGTH; i++) {
            assertEquals(source.symbols[i] - source.lowest, again.decode(decoder, source.context[i]));
        }
        decoder.finish();
    }

    @ParameterizedTest
    @MethodSource("sources")
    void twoPasses(Source source) {
        BitWriter message = new BitWriter(LENGTH);
        RangeEncoder encoder = new RangeEncoder(message);
        HistogramModel model = HistogramModel.of(source.counts());
        model.write(encoder);
        for (int i = 0; i < LENGTH; i++) {
            model.encode(encoder, source.context[i], source.symbols[i] - source.lowest);
        }
        encoder.finish();
        byte[] bytes = message.message();
        assertRate(source, bytes);
        RangeDecoder decoder = new RangeDecoder(new BitReader(bytes));
        HistogramModel again = HistogramModel.read(decoder, source.alphabet, source.contexts);
        for (int i = 0; i < LENGTH; i++) {
            assertEquals(source.symbols[i] - source.lowest, again.decode(decoder, source.context[i]));
        }
        decoder.finish();
    }

    /** With a reach that the numbers exceed once in a while, the escapes included. */
    @ParameterizedTest
    @MethodSource("sources")
    void integers(Source source) {
        int reach = List.of("geometric", "dithered, step 0.5 sigma").contains(source.name)
                ? 24
                : Math.max(2, source.alphabet + source.lowest);
        BitWriter message = new BitWriter(LENGTH);
        RangeEncoder encoder = new RangeEncoder(message);
        IntegerModel model = new IntegerModel(reach, source.contexts);
        for (int i = 0; i < LENGTH; i++) {
            model.encode(encoder, source.context[i], source.symbols[i]);
        }
        encoder.finish();
        byte[] bytes = message.message();
        assertRate(source, bytes);
        RangeDecoder decoder = new RangeDecoder(new BitReader(bytes));
        IntegerModel again = new IntegerModel(reach, source.contexts);
        for (int i = 0; i < LENGTH; i++) {
            assertEquals(source.symbols[i], again.decode(decoder, source.context[i]));
        }
        decoder.finish();
    }

    private static void assertRate(Source source, byte[] message) {
        double entropy = source.entropyBits();
        double excess = 8.0 * message.length / entropy - 1;
        assertTrue(
                excess <= 0.005,
                8 * message.length + " bits are " + 100 * excess + " % more than the entropy, " + entropy);
        assertTrue(excess >= -0.001, "no code is shorter than the empirical entropy: " + excess);
    }
}
