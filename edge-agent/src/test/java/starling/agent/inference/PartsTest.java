package starling.agent.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import starling.link.frame.FrameDescriptor;
import starling.models.plan.Plan;

class PartsTest {
    @Test
    void thePlanCountsTheHeaderThatFramesHave() {
        assertEquals(FrameDescriptor.HEADER_LENGTH, Plan.FRAME_HEADER_BYTES);
    }

    @Test
    void begunInferencesAreRememberedAsASetWouldWithinTheWindow() {
        SplittableRandom random = new SplittableRandom(1);
        BegunInferences begun = new BegunInferences();
        Set<Long> all = new TreeSet<>();
        long highest = -1;
        for (int i = 0; i < 20_000; i++) {
            long jump = random.nextInt(500) == 0 ? random.nextLong(3L * BegunInferences.WINDOW) : random.nextLong(8);
            long inference = Math.max(0, highest + jump - random.nextLong(random.nextInt(20) == 0 ? 6_000 : 12));
            boolean tooOld = highest - inference >= BegunInferences.WINDOW;
            boolean known = tooOld || all.contains(inference);
            assertEquals(known, begun.contains(inference), "contains " + inference + " below " + highest);
            assertEquals(!known, begun.add(inference), "add " + inference + " below " + highest);
            all.add(inference);
            highest = Math.max(highest, inference);
        }
        begun.clear();
        assertFalse(begun.contains(0));
        assertTrue(begun.add(Long.MAX_VALUE));
        assertTrue(begun.contains(Long.MAX_VALUE));
        assertTrue(begun.contains(5), "far below counts as begun");
    }

    @Test
    void quantilesAreNearestRanksOfTheLastNumbers() {
        Quantiles quantiles = new Quantiles();
        assertEquals(0, quantiles.at(0.5));
        quantiles.add(7);
        assertEquals(7, quantiles.at(0.5));
        assertEquals(7, quantiles.at(0.95));
        SplittableRandom random = new SplittableRandom(2);
        long[] last = new long[Quantiles.KEPT];
        for (int i = 0; i < 5_000; i++) {
            long value = random.nextLong(1_000);
            quantiles.add(value);
            last[i % last.length] = value;
        }
        Arrays.sort(last);
        for (double share : new double[] {0.01, 0.5, 0.95, 1}) {
            long answer = quantiles.at(share);
            long notAbove = Arrays.stream(last).filter(value -> value <= answer).count();
            long below = Arrays.stream(last).filter(value -> value < answer).count();
            assertTrue(notAbove >= share * last.length && below < share * last.length, share + ": " + answer);
        }
    }
}
