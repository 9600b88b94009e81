package starling.codes.bits;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import starling.codes.Refused;

class BitReaderTest {
    @Test
    void whatWasWrittenIsRead() {
        SplittableRandom random = new SplittableRandom(5);
        for (int run = 0; run < 200; run++) {
            int items = random.nextInt(60);
            int[] widths = new int[items];
            int[] values = new int[items];
            BitWriter writer = new BitWriter(0);
            long bits = 0;
            for (int i = 0; i < items; i++) {
                widths[i] = random.nextInt(33);
                values[i] = widths[i] == 0 ? 0 : random.nextInt() >>> (32 - widths[i]);
                writer.bits(values[i], widths[i]);
                bits += widths[i];
                assertEquals(bits, writer.bitCount());
            }
            byte[] message = writer.message();
            assertEquals((int) ((bits + 7) / 8), message.length);
            BitReader reader = new BitReader(message);
            for (int i = 0; i < items; i++) {
                assertEquals(values[i], reader.bits(widths[i]));
            }
            reader.end();
        }
    }

    @Test
    void bitsStandMostSignificantFirst() {
        BitWriter writer = new BitWriter(1);
        writer.bits(0b101, 3);
        writer.bit(true);
        writer.bits(0xfff, 4); // only the lowest four count
        writer.real(1f);
        assertArrayEquals(new byte[] {(byte) 0xbf, 0x3f, (byte) 0x80, 0, 0}, writer.message());
    }

    @Test
    void numbersTakeSevenBitsAByte() {
        for (int number : new int[] {0, 1, 127, 128, 16_383, 16_384, Integer.MAX_VALUE}) {
            BitWriter writer = new BitWriter(1);
            writer.number(number);
            byte[] message = writer.message();
            int expected = Math.max(1, (32 - Integer.numberOfLeadingZeros(number) + 6) / 7);
            assertEquals(expected, message.length);
            assertEquals(number, new BitReader(message).number(number));
            if (number > 0) {
                Refused.by("at most " + (number - 1), () -> new BitReader(message).number(number - 1));
            }
        }
    }

    @Test
    void endlessNumbersAreRefused() {
        byte[] endless = {-1, -1, -1, -1, -1, -1, -1};
        Refused.by("", () -> new BitReader(endless).number(Integer.MAX_VALUE));
        byte[] zeros = {-128, -128, -128, -128, -128, -128, 0};
        Refused.by("", () -> new BitReader(zeros).number(Integer.MAX_VALUE));
    }

    @Test
    void readingPastTheEndNamesWhatIsLeft() {
        BitReader reader = new BitReader(new byte[] {1, 2});
        assertEquals(4, reader.bits(10));
        Refused.by("7 bits are wanted, 6 are left", () -> reader.bits(7));
    }

    @Test
    void whatFollowsTheContentIsRefusedAndPaddingIsZeros() {
        BitReader longer = new BitReader(new byte[] {0, 0});
        longer.bits(3);
        Refused.by("1 bytes follow", longer::end);
        BitReader padded = new BitReader(new byte[] {1});
        padded.bits(3);
        Refused.by("zeros", padded::end);
    }

    @Test
    void realsMustBeFiniteAndMagnitudesNotNegative() {
        for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, -1f}) {
            BitWriter writer = new BitWriter(4);
            writer.real(value);
            Refused.by("must", () -> new BitReader(writer.message()).magnitude());
        }
    }

    @Test
    void wholeBytesAreCopiedAndSkipped() {
        BitWriter writer = new BitWriter(0);
        writer.bits(1, 3);
        writer.bytes(new byte[] {9, 8, 7, 6}, 1, 4);
        writer.bits(1, 8);
        byte[] message = writer.message();
        assertArrayEquals(new byte[] {0x20, 8, 7, 6, 1}, message);
        BitReader reader = new BitReader(message);
        assertEquals(1, reader.bits(3));
        assertEquals(1, reader.position());
        reader.position(4);
        assertEquals(1, reader.bits(8));
        Refused.by("", () -> reader.position(6));
        Refused.by("", () -> reader.position(2));
    }
}
