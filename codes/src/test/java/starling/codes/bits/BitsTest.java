package starling.codes.bits;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import starling.codes.MalformedMessageException;

final class BitsTest {

    /** Against a number of any length that is shifted and added to. */
    @Test
    void bitsAreThoseOfOneLongNumber() {
        SplittableRandom random = new SplittableRandom(1);
        for (int trial = 0; trial < 200; trial++) {
            int parts = random.nextInt(100);
            int[] values = new int[parts];
            int[] counts = new int[parts];
            BitWriter writer = new BitWriter(0);
            BigInteger all = BigInteger.ZERO;
            int bits = 0;
            for (int i = 0; i < parts; i++) {
                counts[i] = random.nextInt(33);
                values[i] = random.nextInt();
                writer.bits(values[i], counts[i]);
                long kept = values[i] & ((1L << counts[i]) - 1);
                all = all.shiftLeft(counts[i]).add(BigInteger.valueOf(kept));
                bits += counts[i];
                assertEquals(bits, writer.bitCount());
            }
            byte[] message = writer.message();
            assertEquals((bits + 7) / 8, message.length);
            assertEquals(all.shiftLeft(8 * message.length - bits), new BigInteger(1, message));
            BitReader reader = new BitReader(message);
            for (int i = 0; i < parts; i++) {
                assertEquals((int) (values[i] & ((1L << counts[i]) - 1)), reader.bits(counts[i]));
            }
            assertEquals(8 * message.length - bits, reader.remainingBits());
            reader.end();
        }
    }

    @Test
    void numbersInGroupsOfSeven() {
        for (int value : new int[] {0, 1, 127, 128, 16_383, 16_384, 1 << 28, Integer.MAX_VALUE}) {
            BitWriter writer = new BitWriter(8);
            writer.number(value);
            int groups = Math.max(1, (38 - Integer.numberOfLeadingZeros(value)) / 7);
            assertEquals(8L * groups, writer.bitCount());
            byte[] message = writer.message();
            assertEquals(value, new BitReader(message).number(Integer.MAX_VALUE));
            assertEquals(value, new BitReader(message).number(value));
            if (value > 0) {
                assertThrows(MalformedMessageException.class, () -> new BitReader(message).number(value - 1));
            }
        }
        byte[] endless = {-1, -1, -1, -1, -1, -1, -1, -1};
        assertThrows(MalformedMessageException.class, () -> new BitReader(endless).number(Integer.MAX_VALUE));
        byte[] zeros = {-128, -128, -128, -128, -128, -128, -128, 0};
        assertThrows(MalformedMessageException.class, () -> new BitReader(zeros).number(Integer.MAX_VALUE));
        assertThrows(IllegalArgumentException.class, () -> new BitWriter(8).number(-1));
    }

    @Test
    void bytesStandAtWholePlaces() {
        BitWriter writer = new BitWriter(1);
        writer.bit(true);
        byte[] block = new byte[40];
        for (int i = 0; i < 40; i++) {
            block[i] = (byte) i;
        }
        writer.bytes(block, 3, 40);
        writer.bit(false);
        writer.bit(true);
        byte[] message = writer.message();
        assertEquals(1 + 37 + 1, message.length);
        assertEquals((byte) 0x80, message[0]);
        assertEquals(3, message[1]);
        assertEquals(0x40, message[38]);
        BitReader reader = new BitReader(message);
        assertEquals(true, reader.bit());
        assertEquals(1, reader.position());
        assertEquals(38, reader.remainingBytes());
        reader.position(38);
        assertEquals(1, reader.bits(2));
        reader.end();
        assertThrows(MalformedMessageException.class, () -> new BitReader(message).position(40));
        BitReader second = new BitReader(message);
        second.position(5);
        assertThrows(MalformedMessageException.class, () -> second.position(4));
    }

    /** After any number of bits the next byte is ceil(bits / 8), and a reader may go on anywhere up to the end. */
    @Test
    void placesAreBytesAfterWhatWasRead() {
        byte[] message = new byte[12];
        message[11] = 1;
        for (int bits = 0; bits <= 32; bits++) {
            BitReader reader = new BitReader(message, 1, 12);
            assertEquals(0, reader.bits(bits));
            assertEquals(88 - bits, reader.remainingBits());
            assertEquals(11 - (bits + 7) / 8, reader.remainingBytes());
            int place = 1 + (bits + 7) / 8;
            assertEquals(place, reader.position());
            assertEquals(12 - place, reader.remainingBytes());
            reader.position(place);
            assertEquals(place, reader.position());
            assertThrows(MalformedMessageException.class, () -> reader.position(place - 1));
            reader.position(11);
            assertEquals(1, reader.bits(8));
            reader.position(12);
            reader.end();
        }
        BitReader bits = new BitReader(new byte[] {0x40});
        assertEquals(false, bits.bit());
        assertEquals(true, bits.bit());
    }

    /** Padding that is no zeros is found by whoever asks for a place. */
    @Test
    void placesCheckThePaddingBeforeThem() {
        BitReader reader = new BitReader(new byte[] {(byte) 0x82, 0, 0});
        assertEquals(true, reader.bit());
        assertThrows(MalformedMessageException.class, reader::position);
    }

    @Test
    void paddingAndEndsAreChecked() {
        BitReader padded = new BitReader(new byte[] {(byte) 0x81});
        padded.bit();
        assertThrows(MalformedMessageException.class, padded::end);
        BitReader longer = new BitReader(new byte[] {(byte) 0x80, 0});
        longer.bit();
        assertThrows(MalformedMessageException.class, longer::end);
        BitReader part = new BitReader(new byte[] {1, 2, 3}, 1, 2);
        assertEquals(2, part.bits(8));
        assertThrows(MalformedMessageException.class, part::bit);
        assertThrows(IllegalArgumentException.class, () -> part.bits(33));
        assertThrows(IllegalArgumentException.class, () -> part.bits(-1));
        for (int[] wrong : new int[][] {{-1, 1}, {2, 1}, {0, 4}}) {
            assertThrows(IllegalArgumentException.class, () -> new BitReader(new byte[3], wrong[0], wrong[1]));
        }
        assertThrows(IllegalArgumentException.class, () -> new BitWriter(1).bits(0, 33));
        assertThrows(IllegalArgumentException.class, () -> new BitWriter(1).bits(0, -1));
    }

    @Test
    void realsAreFiniteAndMagnitudesNotNegative() {
        BitWriter writer = new BitWriter(8);
        writer.real(1.5f);
        writer.real(-2f);
        writer.real(Float.NaN);
        byte[] message = writer.message();
        assertArrayEquals(new byte[] {0x3f, (byte) 0xc0, 0, 0}, Arrays.copyOf(message, 4));
        BitReader reader = new BitReader(message);
        assertEquals(1.5f, reader.magnitude(), 0);
        assertThrows(MalformedMessageException.class, reader::magnitude);
        assertThrows(MalformedMessageException.class, reader::real);
        assertEquals(0, new BitReader(new byte[4]).magnitude(), 0);
    }
}
