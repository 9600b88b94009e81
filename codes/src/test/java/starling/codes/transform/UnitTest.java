package starling.codes.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;

class UnitTest {

    /** The power of two next below the largest magnitude, 2^-149 to 2^127, and an exact way back. */
    @ParameterizedTest
    @ValueSource(
            floats = {
                1,
                -1.5f,
                1.9999999f,
                2,
                0.1f,
                -3e-20f,
                Float.MIN_NORMAL,
                Float.MIN_VALUE,
                -5 * Float.MIN_VALUE,
                1e30f,
                Float.MAX_VALUE
            })
    void theLargestNumberIsBetweenOneAndTwo(float largest) {
        float[] x = {9e37f, largest / 4, largest, 0, -largest / 2, -9e37f};
        float[] quotients = new float[5];
        quotients[4] = 77;
        BitWriter message = new BitWriter(4);
        assertTrue(Unit.divide(x, 1, 5, quotients, message));
        assertEquals(16, message.bitCount());
        double unit = Unit.read(new BitReader(message.message()));
        assertEquals(
                Math.scalb(1.0, (int) Math.floor(Math.log(Math.abs((double) largest)) / Math.log(2) + 1e-9)), unit);
        assertTrue(Math.abs(quotients[1]) >= 1 && Math.abs(quotients[1]) < 2);
        for (int i = 0; i < 4; i++) {
            assertEquals(x[1 + i] / unit, quotients[i], 0);
        }
        assertEquals(77, quotients[4]);
        float[] back = x.clone();
        back[1] = back[2] = back[3] = back[4] = 5;
        Unit.multiply(quotients, unit, back, 1, 5);
        assertArrayEquals(x, back);
    }

    @Test
    void zerosHaveNoUnit() {
        BitWriter message = new BitWriter(4);
        assertFalse(Unit.divide(new float[] {1, 0, 0, 1}, 1, 3, new float[2], message));
        assertArrayEquals(new byte[2], message.message());
        assertEquals(0, Unit.read(new BitReader(new byte[2])));
    }

    /** 256 + e for e from -149 to 127: 107 to 383. */
    @Test
    void otherExponentsAreRefused() {
        for (int header = 1; header < 1 << 16; header = header < 500 ? header + 1 : 2 * header) {
            BitReader reader = new BitReader(new byte[] {(byte) (header >> 8), (byte) header});
            if (header >= 107 && header <= 383) {
                assertEquals(Math.pow(2, header - 256), Unit.read(reader));
            } else {
                assertThrows(MalformedMessageException.class, () -> Unit.read(reader), "header " + header);
            }
        }
    }

    @Test
    void productsBeyondFloatsAreCutOff() {
        float[] into = new float[2];
        Unit.multiply(new float[] {-3, 3}, 0x1p127, into, 0, 2);
        assertArrayEquals(new float[] {-Float.MAX_VALUE, Float.MAX_VALUE}, into);
        assertEquals(2.01 * 12, Unit.largestNorm(144), 1e-12);
    }
}
