package starling.codes.entropy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;

final class RangeCoderTest {

    private record Symbol(int below, int frequency, int total) {}

    private static byte[] encode(Symbol[] symbols) {
        BitWriter message = new BitWriter(16);
        RangeEncoder encoder = new RangeEncoder(message);
        for (Symbol symbol : symbols) {
            encoder.encode(symbol.below, symbol.frequency, symbol.total);
        }
        encoder.finish();
        return message.message();
    }

    private static void assertDecodes(Symbol[] symbols, byte[] message) {
        RangeDecoder decoder = new RangeDecoder(new BitReader(message));
        for (int i = 0; i < symbols.length; i++) {
            Symbol symbol = symbols[i];
            int place = decoder.place(symbol.total);
            assertTrue(
                    place >= symbol.below && place < symbol.below + symbol.frequency,
                    "place " + place + " of symbol " + i + ", " + symbol);
            decoder.take(symbol.below, symbol.frequency);
        }
        decoder.finish();
    }

    private static double information(Symbol[] symbols) {
        double bits = 0;
        for (Symbol symbol : symbols) {
            bits += Math.log((double) symbol.total / symbol.frequency) / Math.log(2);
        }
        return bits;
    }

    private static Symbol random(SplittableRandom random) {
        int total = 1 + random.nextInt(1 << random.nextInt(25));
        int frequency = 1 + random.nextInt(total);
        return new Symbol(random.nextInt(total - frequency + 1), frequency, total);
    }

    @Test
    void anySequenceComesBackAtItsInformation() {
        SplittableRandom random = new SplittableRandom(1);
        for (int trial = 0; trial < 2000; trial++) {
            Symbol[] symbols = new Symbol[random.nextInt(200)];
            Arrays.setAll(symbols, i -> random(random));
            byte[] message = encode(symbols);
            assertDecodes(symbols, message);
            double most = information(symbols) + symbols.length * 0x1p-15 + 2 + 7;
            assertTrue(8 * message.length <= most, 8 * message.length + " bits instead of " + most);
        }
    }

    /** Long runs at the very top of the interval hold bytes of ones back; then a carry does or does not come. */
    @Test
    void carriesRunThroughHeldBytes() {
        for (int run = 0; run < 60; run++) {
            for (int last = 0; last < 3; last++) {
                Symbol[] symbols = new Symbol[run + 3];
                symbols[0] = new Symbol(1, 1, 4);
                Arrays.fill(symbols, 1, run + 1, new Symbol((1 << 24) - 1, 1, 1 << 24));
                symbols[run + 1] = new Symbol(last, 1, 3);
                symbols[run + 2] = new Symbol(6, 1, 7);
                assertDecodes(symbols, encode(symbols));
            }
        }
    }

    /** The bytes as a fraction must lie in the interval that exact arithmetic finds for 40 dyadic symbols. */
    @Test
    void messageIsANumberInTheExactInterval() {
        SplittableRandom random = new SplittableRandom(2);
        for (int trial = 0; trial < 200; trial++) {
            BigInteger low = BigInteger.ZERO;
            int bits = 0;
            Symbol[] symbols = new Symbol[40];
            for (int i = 0; i < symbols.length; i++) {
                int shift = 1 + random.nextInt(12);
                int below = random.nextInt(1 << shift);
                symbols[i] = new Symbol(below, 1, 1 << shift);
                low = low.shiftLeft(shift).add(BigInteger.valueOf(below));
                bits += shift;
            }
            byte[] message = encode(symbols);
            int scale = Math.max(bits, 8 * message.length);
            BigInteger value = new BigInteger(1, message).shiftLeft(scale - 8 * message.length);
            BigInteger least = low.shiftLeft(scale - bits);
            assertTrue(value.compareTo(least) >= 0);
            assertTrue(value.compareTo(least.add(BigInteger.ONE.shiftLeft(scale - bits))) < 0);
        }
    }

    @Test
    void nothingTakesNoByte() {
        assertEquals(0, encode(new Symbol[0]).length);
        assertEquals(0, encode(new Symbol[] {new Symbol(0, 5, 5)}).length);
        new RangeDecoder(new BitReader(new byte[0])).finish();
    }

    /** A sure symbol costs nothing, however often. */
    @Test
    void sureSymbolsAreFree() {
        Symbol[] symbols = new Symbol[10_000];
        Arrays.fill(symbols, new Symbol(0, 7, 7));
        assertTrue(encode(symbols).length <= 1 + symbols.length / 2000);
        assertDecodes(symbols, encode(symbols));
    }

    @Test
    void bitsFollowWhatTheMessageHolds() {
        BitWriter message = new BitWriter(16);
        message.bits(5, 3);
        RangeEncoder encoder = new RangeEncoder(message);
        int[] values = {0, 1, -1, 0x12345678, Integer.MIN_VALUE, 77};
        for (int count = 0; count <= 32; count++) {
            for (int value : values) {
                encoder.bits(value, count);
            }
        }
        encoder.finish();
        byte[] bytes = message.message();
        int content = 6 * 32 * 33 / 2;
        assertTrue(bytes.length - 1 <= (content + 7) / 8 + 1, bytes.length + " bytes for " + content + " bits");
        BitReader reader = new BitReader(bytes);
        assertEquals(5, reader.bits(3));
        RangeDecoder decoder = new RangeDecoder(reader);
        for (int count = 0; count <= 32; count++) {
            for (int value : values) {
                assertEquals((int) (value & (1L << count) - 1), decoder.bits(count), count + " bits of " + value);
            }
        }
        decoder.finish();
    }

    /** What is accepted, though cut or damaged, is to the byte what an encoder makes of the symbols decoded. */
    @Test
    void onlyWhatAnEncoderMakesIsAccepted() {
        SplittableRandom random = new SplittableRandom(3);
        Symbol[] symbols = new Symbol[100];
        Arrays.setAll(symbols, i -> new Symbol(random.nextInt(200), 1, 200));
        byte[] message = encode(symbols);
        int refused = 0;
        for (int trial = 0; trial < 1000; trial++) {
            byte[] other = Arrays.copyOf(message, trial < 120 ? trial : message.length);
            if (trial >= 120) {
                other[random.nextInt(message.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                RangeDecoder decoder = new RangeDecoder(new BitReader(other));
                Symbol[] decoded = new Symbol[100];
                for (int i = 0; i < symbols.length; i++) {
                    decoded[i] = new Symbol(decoder.place(200), 1, 200);
                    decoder.take(decoded[i].below, 1);
                }
                decoder.finish();
                assertArrayEquals(encode(decoded), other, "trial " + trial);
                assertTrue(trial <= message.length || trial >= 120, "bytes added: " + (trial - message.length));
            } catch (MalformedMessageException e) {
                refused++;
            }
        }
        assertTrue(refused > 110, "refused " + refused);
    }

    /** 2^48 / 3 leaves one number over, which no encoder uses. */
    @Test
    void whatLiesAboveTheTotalIsRefused() {
        byte[] ones = {-1, -1, -1, -1, -1, -1};
        RangeDecoder decoder = new RangeDecoder(new BitReader(ones));
        assertThrows(MalformedMessageException.class, () -> decoder.place(3));
    }

    @Test
    void wrongArgumentsAreRefused() {
        RangeEncoder encoder = new RangeEncoder(new BitWriter(16));
        assertThrows(IllegalArgumentException.class, () -> encoder.encode(0, 0, 4));
        assertThrows(IllegalArgumentException.class, () -> encoder.encode(-1, 1, 4));
        assertThrows(IllegalArgumentException.class, () -> encoder.encode(3, 2, 4));
        assertThrows(IllegalArgumentException.class, () -> encoder.bits(0, 33));
        encoder.encode(0, Integer.MAX_VALUE, Integer.MAX_VALUE);
        RangeDecoder decoder = new RangeDecoder(new BitReader(new byte[] {(byte) 0x80}));
        assertThrows(IllegalArgumentException.class, () -> decoder.place(0));
        assertThrows(IllegalArgumentException.class, () -> decoder.bits(-1));
        assertEquals(2, decoder.place(4));
        assertThrows(IllegalArgumentException.class, () -> decoder.take(3, 1));
    }

    /** Totals up to the largest int cost at most 2^-9 of a bit more. */
    @Test
    void largestTotalsComeBack() {
        int total = Integer.MAX_VALUE;
        Symbol[] symbols = new Symbol[300];
        SplittableRandom random = new SplittableRandom(6);
        Arrays.setAll(symbols, i -> new Symbol(random.nextInt(total), 1, total));
        byte[] message = encode(symbols);
        assertDecodes(symbols, message);
        assertEquals(300 * 31, 8 * message.length, 16);
    }

    /** Known answer, worked out by hand: 2/3 of 2^48 from 1/3 on, then its middle third, is [5/9, 7/9): 0xC0 = 3/4. */
    @Test
    void shortestByteStringIsTaken() {
        byte[] message = encode(new Symbol[] {new Symbol(1, 2, 3), new Symbol(1, 1, 3)});
        assertArrayEquals(new byte[] {(byte) 0xC0}, message);
    }
}
