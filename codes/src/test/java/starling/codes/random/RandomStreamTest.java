package starling.codes.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;

class RandomStreamTest {
    private static final int MANY = 1 << 20;

    @Test
    void outputsAreThoseOfSplitMix64InOrder() {
        long key = 0x1234_5678_9abc_def0L;
        UniformRandomProvider reference = RandomSource.SPLIT_MIX_64.create(key);
        RandomStream stream = new RandomStream(key);
        for (int place = 0; place < 1000; place++) {
            assertEquals(reference.nextLong(), stream.bits(place));
        }
    }

    @Test
    void ditherIsOddMultipleOfItsStepAndUniform() {
        RandomStream stream = new RandomStream(7);
        double sum = 0;
        double squares = 0;
        int[] counts = new int[16];
        for (int place = 0; place < MANY; place++) {
            float dither = stream.dither(place);
            assertTrue(Math.abs(dither) < 0.5f);
            long steps = (long) (dither * 0x1p25);
            assertEquals(1, Math.abs(steps % 2));
            sum += dither;
            squares += dither * dither;
            counts[(int) ((dither + 0.5) * 16)]++;
        }
        // five standard deviations each: P(failure) < 2e-5 over all eighteen
        between(-5 * Math.sqrt(1 / 12.0 / MANY), 5 * Math.sqrt(1 / 12.0 / MANY), sum / MANY);
        between(1 / 12.0 - 5 * 0.0746 / 1024, 1 / 12.0 + 5 * 0.0746 / 1024, squares / MANY);
        for (int count : counts) {
            between(MANY / 16.0 - 5 * 248, MANY / 16.0 + 5 * 248, (double) count);
        }
    }

    @Test
    void signsAreFairAndNeighboursIndependent() {
        RandomStream stream = new RandomStream(3);
        int sum = 0;
        int products = 0;
        for (int place = 0; place < MANY; place++) {
            int sign = stream.sign(place);
            assertEquals(1, sign * sign);
            sum += sign;
            products += sign * stream.sign(place + 1);
        }
        // five standard deviations of 1024: P(failure) < 2e-6
        assertTrue(Math.abs(sum) < 5 * 1024);
        assertTrue(Math.abs(products) < 5 * 1024);
    }

    @Test
    void aBoundIsNeverReachedAndAllBelowItAreEquallyOften() {
        RandomStream stream = new RandomStream(11);
        int[] counts = new int[7];
        for (int place = 0; place < 70_000; place++) {
            counts[stream.below(place, 7)]++;
        }
        for (int count : counts) {
            between(10_000 - 5 * 93, 10_000 + 5 * 93, count); // five standard deviations
        }
        assertEquals(0, stream.below(0, 1));
        between(0, Integer.MAX_VALUE - 1, stream.below(5, Integer.MAX_VALUE));
    }

    @Test
    void everyNumberOfADrawChangesItsStreamsAndNodesShareTheCommonOne() {
        Draw draw = new Draw(1, 2, 3, 4);
        long own = draw.own(Draw.Purpose.DITHER).bits(0);
        long common = draw.common(Draw.Purpose.DITHER).bits(0);
        assertEquals(common, draw.withNode(9).common(Draw.Purpose.DITHER).bits(0));
        assertNotEquals(own, draw.withNode(9).own(Draw.Purpose.DITHER).bits(0));
        assertNotEquals(common, draw.withRound(9).common(Draw.Purpose.DITHER).bits(0));
        assertNotEquals(common, draw.withBlock(9).common(Draw.Purpose.DITHER).bits(0));
        assertNotEquals(common, new Draw(9, 2, 3, 4).common(Draw.Purpose.DITHER).bits(0));
        assertNotEquals(common, draw.common(Draw.Purpose.ROWS).bits(0));
        assertNotEquals(common, new Draw(1, 2, 4, 3).common(Draw.Purpose.DITHER).bits(0));
    }

    private static void between(double least, double most, double value) {
        assertTrue(value >= least && value <= most, () -> value + " is not from " + least + " to " + most);
    }
}
