package starling.codes.entropy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;

final class ModelTest {

    private static byte[] message(Consumer<RangeEncoder> content) {
        BitWriter message = new BitWriter(16);
        RangeEncoder encoder = new RangeEncoder(message);
        content.accept(encoder);
        encoder.finish();
        return message.message();
    }

    private static RangeDecoder decoder(byte[] message) {
        return new RangeDecoder(new BitReader(message));
    }

    @Test
    void everyIntComesBack() {
        int[] values = {0, 1, -1, 3, -3, 4, -4, 100, -100, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 30, -(1 << 30)};
        for (int reach : new int[] {0, 1, 3, 200, 32_766}) {
            byte[] message = message(encoder -> {
                IntegerModel model = new IntegerModel(reach, 2);
                for (int i = 0; i < values.length; i++) {
                    model.encode(encoder, i & 1, values[i]);
                }
            });
            IntegerModel model = new IntegerModel(reach, 2);
            RangeDecoder decoder = decoder(message);
            for (int i = 0; i < values.length; i++) {
                assertEquals(values[i], model.decode(decoder, i & 1), "number " + i + " with reach " + reach);
            }
            decoder.finish();
        }
    }

    @Test
    void numbersBeyondAnIntAreRefused() {
        byte[] message = message(encoder -> {
            new AdaptiveModel(2 * 5 + 3, 1).encode(encoder, 0, 12);
            new AdaptiveModel(32, 2).encode(encoder, 1, 31);
            encoder.bits(-1, 31);
        });
        IntegerModel model = new IntegerModel(5, 1);
        assertThrows(MalformedMessageException.class, () -> model.decode(decoder(message), 0));
    }

    @Test
    void firstSymbolIsUniform() {
        for (int symbols : new int[] {1, 2, 3, 64, 65, 300, 65_536}) {
            int last = symbols - 1;
            byte[] message = message(encoder -> new AdaptiveModel(symbols, 1).encode(encoder, 0, last));
            double bits = Math.log(symbols) / Math.log(2);
            assertTrue(8 * message.length <= bits + 9, 8 * message.length + " bits for one of " + symbols);
            assertEquals(last, new AdaptiveModel(symbols, 1).decode(decoder(message), 0));
        }
    }

    /** Contexts learn apart: two sure symbols cost nearly nothing when the context tells them apart, a bit when not. */
    @Test
    void contextsLearnApart() {
        SplittableRandom random = new SplittableRandom(4);
        int[] coin = random.ints(8000, 0, 2).toArray();
        byte[] apart = message(encoder -> {
            AdaptiveModel model = new AdaptiveModel(2, 2);
            for (int side : coin) {
                model.encode(encoder, side, side);
            }
        });
        byte[] together = message(encoder -> {
            AdaptiveModel model = new AdaptiveModel(2, 1);
            for (int side : coin) {
                model.encode(encoder, 0, side);
            }
        });
        assertTrue(apart.length < 6, apart.length + " bytes");
        assertTrue(together.length > 990 && together.length < 1010, together.length + " bytes");
    }

    /** Counts are halved when there are too many: 2^25 symbols pass that twice, and a new law is learned after it. */
    @Test
    void countsNeverOverflow() {
        AdaptiveModel writing = new AdaptiveModel(3, 1);
        byte[] message = message(encoder -> {
            for (int i = 0; i < 1 << 25; i++) {
                writing.encode(encoder, 0, 1);
            }
            for (int i = 0; i < 100; i++) {
                writing.encode(encoder, 0, i % 3);
            }
        });
        assertTrue(message.length < 300, message.length + " bytes");
        AdaptiveModel reading = new AdaptiveModel(3, 1);
        RangeDecoder decoder = decoder(message);
        for (int i = 0; i < 1 << 25; i++) {
            if (reading.decode(decoder, 0) != 1) {
                throw new AssertionError("symbol " + i);
            }
        }
        for (int i = 0; i < 100; i++) {
            assertEquals(i % 3, reading.decode(decoder, 0));
        }
        decoder.finish();
    }

    @Test
    void histogramKeepsRareAndAbsentSymbols() {
        int[][] counts = {{0, 1, 0, Integer.MAX_VALUE, 0, 0, 3, 0}, {0, 0, 0, 0, 0, 0, 0, 0}, {5, 0, 0, 0, 0, 0, 0, 0}};
        HistogramModel model = HistogramModel.of(counts);
        byte[] message = message(encoder -> {
            model.write(encoder);
            model.encode(encoder, 0, 1);
            model.encode(encoder, 0, 6);
            model.encode(encoder, 0, 3);
            model.encode(encoder, 2, 0);
        });
        RangeDecoder decoder = decoder(message);
        HistogramModel read = HistogramModel.read(decoder, 8, 3);
        assertEquals(1, read.decode(decoder, 0));
        assertEquals(6, read.decode(decoder, 0));
        assertEquals(3, read.decode(decoder, 0));
        assertEquals(0, read.decode(decoder, 2));
        decoder.finish();
        assertThrows(MalformedMessageException.class, () -> read.decode(decoder, 1));
        RangeEncoder encoder = new RangeEncoder(new BitWriter(16));
        assertThrows(IllegalArgumentException.class, () -> model.encode(encoder, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> model.encode(encoder, 1, 0));
    }

    @Test
    void histogramIsShort() {
        int[][] counts = {{1_000_000, 1000, 30, 2, 1, 0}};
        HistogramModel model = HistogramModel.of(counts);
        int bytes = message(model::write).length;
        // Six bit lengths at about five bits each, and 11, 6, 3, 1, 0 and 0 bits of the counts.
        assertTrue(8 * bytes <= 6 * 6 + 21 + 8, 8 * bytes + " bits");
    }

    @Test
    void hugeHistogramsAreRefused() {
        int[][] counts = new int[1][40];
        Arrays.fill(counts[0], Integer.MAX_VALUE);
        assertThrows(IllegalArgumentException.class, () -> HistogramModel.of(counts));
        byte[] message = message(encoder -> {
            AdaptiveModel lengths = new AdaptiveModel(32, 1);
            for (int i = 0; i < 40; i++) {
                lengths.encode(encoder, 0, 31);
                encoder.bits(-1, 17);
            }
        });
        assertThrows(MalformedMessageException.class, () -> HistogramModel.read(decoder(message), 40, 1));
    }

    @Test
    void randomBytesDecodeOrAreRefused() {
        SplittableRandom random = new SplittableRandom(5);
        for (int trial = 0; trial < 3000; trial++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            try {
                RangeDecoder decoder = decoder(bytes);
                HistogramModel histogram = HistogramModel.read(decoder, 5, 2);
                AdaptiveModel adaptive = new AdaptiveModel(9, 2);
                IntegerModel integers = new IntegerModel(4, 2);
                for (int i = 0; i < 50; i++) {
                    int symbol = histogram.decode(decoder, i & 1);
                    assertTrue(symbol >= 0 && symbol < 5);
                    symbol = adaptive.decode(decoder, i & 1);
                    assertTrue(symbol >= 0 && symbol < 9);
                    integers.decode(decoder, i & 1);
                }
                decoder.finish();
            } catch (MalformedMessageException refused) {
                assertTrue(refused.getMessage() != null);
            }
        }
    }

    @Test
    void dithersHaveContexts() {
        assertEquals(0, IntegerModel.ditherContext(-0.5f + 0x1p-25f, 16));
        assertEquals(15, IntegerModel.ditherContext(0.5f - 0x1p-25f, 16));
        assertEquals(8, IntegerModel.ditherContext(0x1p-25f, 16));
        assertEquals(7, IntegerModel.ditherContext(-0x1p-25f, 16));
        assertEquals(0, IntegerModel.ditherContext(0.3f, 1));
    }

    @Test
    void wrongSettingsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new AdaptiveModel(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new AdaptiveModel(65_537, 1));
        assertThrows(IllegalArgumentException.class, () -> new AdaptiveModel(2, 0));
        assertThrows(IllegalArgumentException.class, () -> new IntegerModel(-1, 1));
        assertThrows(IllegalArgumentException.class, () -> new IntegerModel(32_767, 1));
        assertThrows(IllegalArgumentException.class, () -> HistogramModel.of(new int[][] {{1, -1}}));
        assertThrows(IllegalArgumentException.class, () -> HistogramModel.of(new int[][] {{}}));
        RangeDecoder decoder = decoder(new byte[0]);
        assertThrows(IllegalArgumentException.class, () -> HistogramModel.read(decoder, 3, 0));
    }
}
