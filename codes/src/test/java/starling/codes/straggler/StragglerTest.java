package starling.codes.straggler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import starling.codes.computation.Partition;
import starling.codes.threshold.MdsCode;
import starling.codes.threshold.UncodedCode;

class StragglerTest {

    /** Mean alpha + 1/mu and the share below a time, of 200 000 paces: within 5 deviations, so wrong by chance below 1e-5. */
    @Test
    void shiftedExponentialFollowsItsLaw() {
        ShiftedExponential law = new ShiftedExponential(0.01, 10, 7);
        int count = 200_000;
        double sum = 0;
        int below = 0;
        for (int i = 0; i < count; i++) {
            double pace = law.pace(i / 20, i % 20);
            assertTrue(pace > 0.01);
            sum += pace;
            below += pace <= 0.06 ? 1 : 0;
        }
        assertEquals(0.11, sum / count, 5 * 0.1 / Math.sqrt(count));
        double share = 1 - Math.exp(-0.5);
        assertEquals(share, law.atLeast(1, 0.06), 1e-12);
        assertEquals(share, (double) below / count, 5 * Math.sqrt(share * (1 - share) / count));
        assertEquals(law.pace(3, 4), new ShiftedExponential(0.01, 10, 7).pace(3, 4));
        double all = 0;
        for (int s = 0; s <= 3; s++) {
            all += law.exactly(s, 3, 0.1);
        }
        assertEquals(1, all, 1e-12);
        assertEquals(0, law.exactly(3, 3, 0.0299));
        // Law (1) for s alpha <= t < (s + 1) alpha and beyond
        assertEquals(1 - Math.exp(-10 * (0.025 / 2 - 0.01)), law.exactly(2, 3, 0.025), 1e-12);
        assertEquals(Math.exp(-10 * (0.1 / 2 - 0.01)) - Math.exp(-10 * (0.1 - 0.01)), law.exactly(1, 3, 0.1), 1e-12);
        assertEquals(2.0, mean(ShiftedExponential.scaled(1, 0.5, 3), count), 5 * 2 / Math.sqrt(count));
    }

    private static double mean(StragglerModel model, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += model.pace(i, 0);
        }
        return sum / count;
    }

    /** Share of slow rounds, mean length of bursts: 8 independent chains of 50 000 rounds, tolerances of about 6 deviations. */
    @Test
    void fritchmanChainsHaveTheirStationaryLawAndBursts() {
        FritchmanPattern.Law law = new FritchmanPattern.Law(3, 0.05, 0.5, 0);
        assertEquals(6.0 / 26, law.bad(), 1e-12);
        FritchmanPattern pattern = new FritchmanPattern(law, 8, 50_000, 9);
        long slow = 0;
        long bursts = 0;
        for (int worker = 0; worker < 8; worker++) {
            boolean before = false;
            for (int round = 0; round < 50_000; round++) {
                boolean now = pattern.slow(round, worker);
                slow += now ? 1 : 0;
                bursts += now && !before ? 1 : 0;
                before = now;
            }
        }
        assertEquals(law.slow(), slow / 400_000.0, 0.01);
        assertEquals(6, (double) slow / bursts, 0.2);
        FritchmanPattern isolated = new FritchmanPattern(new FritchmanPattern.Law(1, 1e-9, 1, 0.25), 1, 100_000, 1);
        int count = 0;
        for (int round = 0; round < 100_000; round++) {
            count += isolated.slow(round, 0) ? 1 : 0;
        }
        assertEquals(0.25, count / 100_000.0, 0.008);
    }

    @Test
    void slowFactorsAndIndependentPatterns() {
        IndependentPattern pattern = new IndependentPattern(0.3, 2);
        SlowFactor model = new SlowFactor(pattern, 2, 5);
        int slow = 0;
        for (int i = 0; i < 100_000; i++) {
            double pace = model.pace(i, i % 3);
            slow += pace == 10 ? 1 : 0;
            assertTrue(pace == 2 || pace == 10);
            assertEquals(pattern.slow(i, i % 3), pace == 10);
        }
        assertEquals(0.3, slow / 100_000.0, 5 * Math.sqrt(0.21 / 100_000));
        assertTrue(new IndependentPattern(1, 1).slow(5, 5));
    }

    @Test
    void tracesAreReadAndRepeated() {
        PaceTrace trace = PaceTrace.of(List.of("# seconds", "0.5, 1.5", "", "2\t3"));
        assertEquals(2, trace.workers());
        assertEquals(2, trace.iterations());
        assertEquals(1.5, trace.pace(0, 1));
        assertEquals(2, trace.pace(3, 0));
        says("line 2 has 1", () -> PaceTrace.of(List.of("1 2", "3")));
        says("in line 1 worker 1 has 'x'", () -> PaceTrace.of(List.of("1,x")));
        says("has '-1'", () -> PaceTrace.of(List.of("-1")));
        says("has 'NaN'", () -> PaceTrace.of(List.of("NaN")));
        says("it has none", () -> PaceTrace.of(List.of("# nothing")));
        says("there is no worker 2", () -> trace.pace(0, 2));
    }

    @Test
    void theClockGoesForwardAndKeepsTheOrderOfEqualTimes() {
        VirtualClock<String> clock = new VirtualClock<>();
        clock.schedule(2, "c");
        clock.schedule(1, "a");
        clock.schedule(1, "b");
        clock.schedule(Double.POSITIVE_INFINITY, "never");
        List<String> order = new ArrayList<>();
        for (Optional<VirtualClock.Event<String>> next = clock.next(); next.isPresent(); next = clock.next()) {
            order.add(next.get().what());
        }
        assertEquals(List.of("a", "b", "c"), order);
        assertEquals(2, clock.now());
        says("in the past", () -> clock.schedule(1.5, "late"));
    }

    /** An MDS code is done with its k-th worker: mean (H_n - H_{n-k}) / mu + alpha, to 5 deviations of 20 000 iterations. */
    @Test
    void raceEndsWithTheOrderStatistic() {
        int n = 6;
        int k = 4;
        double mean = 0;
        double variance = 0;
        for (int i = n - k + 1; i <= n; i++) {
            mean += 1.0 / i;
            variance += 1.0 / (i * (double) i);
        }
        int trials = 20_000;
        double sum = 0;
        ShiftedExponential law = new ShiftedExponential(0.5, 1, 11);
        for (int trial = 0; trial < trials; trial++) {
            Race race = new Race(MdsCode.of(k, n), law, trial, 1);
            while (race.pieces() < k) {
                assertTrue(race.next().isPresent());
            }
            assertEquals(k, race.messages());
            sum += race.time();
        }
        assertEquals(0.5 + mean, sum / trials, 5 * Math.sqrt(variance / trials));
    }

    /** Two workers with two and one tasks at known paces. */
    @Test
    void raceFollowsEveryWorkersOrder() {
        Race race =
                new Race(UncodedCode.of(Partition.rowsTimesColumns(3, 1), 2), PaceTrace.of(List.of("1, 1.5")), 0, 2);
        List<Double> times = new ArrayList<>();
        List<Race.Message> messages = new ArrayList<>();
        for (Optional<Race.Message> next = race.next(); next.isPresent(); next = race.next()) {
            times.add(race.time());
            messages.add(next.get());
        }
        assertEquals(List.of(2.0, 3.0, 4.0), times);
        assertEquals(
                List.of(new Race.Message(0, 0, 1), new Race.Message(1, 0, 1), new Race.Message(0, 1, 1)), messages);
        assertEquals(3, race.pieces());
        assertEquals(3, race.answers());
    }

    @Test
    void lawsRefuseImpossibleNumbers() {
        says("must be positive: it is 0.0", () -> new ShiftedExponential(0, 0, 1));
        says("must not be negative: it is -1.0", () -> new ShiftedExponential(-1, 1, 1));
        says("from 0 to 1: it is 1.5", () -> new IndependentPattern(1.5, 1));
        says("at least 1: it is 0.5", () -> new SlowFactor(new IndependentPattern(0, 1), 1, 0.5));
        says("at least one bad state: 0", () -> new FritchmanPattern.Law(0, 0.5, 0.5, 0));
    }

    private static void says(String part, Runnable refused) {
        IllegalArgumentException thrown = assertThrows(IllegalArgumentException.class, refused::run);
        assertTrue(String.valueOf(thrown.getMessage()).contains(part), thrown.getMessage());
    }
}
