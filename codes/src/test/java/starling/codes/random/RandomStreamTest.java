package starling.codes.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import starling.codes.random.Draw.Purpose;

final class RandomStreamTest {

    /** The first outputs of SplitMix64 with seed 1234567, as published for the reference code of S. Vigna. */
    @Test
    void outputsAreThoseOfSplitMix() {
        RandomStream stream = new RandomStream(1234567);
        assertEquals(6457827717110365317L, stream.bits(0));
        assertEquals(3203168211198807973L, stream.bits(1));
        assertEquals(Long.parseUnsignedLong("9817491932198370423"), stream.bits(2));
    }

    /** Mean and variance of 10^5 numbers within five deviations each (6e-7). */
    @Test
    void dithersAndUniformNumbersHaveTheirMoments() {
        RandomStream stream = new RandomStream(5);
        double mean = 0;
        double square = 0;
        double uniform = 0;
        int signs = 0;
        int n = 100_000;
        for (int i = 0; i < n; i++) {
            float dither = stream.dither(i);
            assertTrue(dither > -0.5f && dither < 0.5f && dither != 0);
            assertEquals(1, Math.abs((long) (dither * 0x1p25) % 2));
            mean += dither / n;
            square += (double) dither * dither / n;
            double u = stream.uniform(i);
            assertTrue(u > 0 && u < 1);
            uniform += u / n;
            signs += stream.sign(i);
        }
        assertEquals(0, mean, 5 * Math.sqrt(1 / 12.0 / n));
        assertEquals(1 / 12.0, square, 5 * Math.sqrt(1 / 180.0 / n));
        assertEquals(0.5, uniform, 5 * Math.sqrt(1 / 12.0 / n));
        assertEquals(0, signs, 5 * Math.sqrt(n));
    }

    /** Written again from the definitions: the top 24 and 53 bits, halfway between their multiples, and single bits. */
    @Test
    void ditherUniformAndSignAreBitsOfTheStream() {
        RandomStream stream = new RandomStream(8);
        for (int i = 0; i < 1000; i++) {
            long word = stream.bits(i);
            BigInteger bits = new BigInteger(Long.toUnsignedString(word));
            double top24 = bits.shiftRight(40).doubleValue();
            assertEquals((top24 + 0.5) / 0x1p24 - 0.5, stream.dither(i), 0);
            double top53 = bits.shiftRight(11).doubleValue();
            assertEquals((top53 + 0.5) / 0x1p53, stream.uniform(i), 0x1p-53);
            for (int j = 0; j < 64; j++) {
                assertEquals(bits.testBit(j) ? -1 : 1, stream.sign(64L * i + j));
            }
        }
    }

    /** Branches differ from each other and from the stream they leave, for neighbouring numbers too. */
    @Test
    void branchesAreStreamsOfTheirOwn() {
        Set<Long> seen = new HashSet<>();
        for (long key = 0; key < 30; key++) {
            RandomStream stream = new RandomStream(key);
            seen.add(stream.bits(0));
            for (long number = -15; number < 15; number++) {
                seen.add(stream.branch(number).bits(0));
                assertEquals(
                        stream.branch(number).bits(5), stream.branch(number).bits(5));
            }
        }
        assertEquals(30 * 31, seen.size());
    }

    /** 70 000 numbers below 7: each count within five deviations of 10 000. */
    @Test
    void numbersBelowABoundAreUniform() {
        RandomStream stream = new RandomStream(6);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) {
            counts[stream.below(i, 7)]++;
        }
        for (int count : counts) {
            assertEquals(10_000, count, 5 * Math.sqrt(70_000.0 * 6 / 49));
        }
        assertEquals(0, stream.below(3, 1));
        assertThrows(IllegalArgumentException.class, () -> stream.below(0, 0));
    }

    @Test
    void everyPartOfADrawMatters() {
        Draw draw = new Draw(1, 2, 3, 4);
        Set<Long> own = new HashSet<>();
        Set<Long> common = new HashSet<>();
        for (Draw other : new Draw[] {
            draw, draw.withNode(9), draw.withRound(9), draw.withBlock(9), new Draw(9, 2, 3, 4), new Draw(2, 1, 3, 4)
        }) {
            for (Purpose purpose : Purpose.values()) {
                own.add(other.own(purpose).bits(0));
                common.add(other.common(purpose).bits(0));
            }
        }
        assertEquals(6 * Purpose.values().length, own.size());
        // The stream in common does not know the node.
        assertEquals(5 * Purpose.values().length, common.size());
        assertEquals(new Draw(1, 9, 3, 4), draw.withNode(9));
        assertEquals(new Draw(1, 2, 9, 4), draw.withRound(9));
        assertEquals(new Draw(1, 2, 3, 9), draw.withBlock(9));
    }
}
