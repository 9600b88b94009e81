package starling.agent.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import starling.codes.straggler.StragglerModel;
import starling.codes.straggler.StragglerPattern;

class PaceTest {
    @Test
    void waitingMakesUpWhatTheDeviceWouldTake() {
        assertEquals(0, Pace.OWN.extra(1, 0, 0.5, 1, 1e9));
        assertEquals(2, Pace.of(5, null).extra(1, 0, 0.5, 1, 1e9), 1e-12);
        Pace device = new Pace(1e9, 3, (job, worker) -> job == 7, null);
        assertEquals(1.5, device.extra(1, 0, 0.5, 1, 2e9), 1e-12);
        assertEquals(5.5, device.extra(7, 0, 0.5, 1, 2e9), 1e-12);
        assertEquals(0, device.extra(1, 0, 0.5, 1, 1e8), 1e-12);
        Pace drawn = Pace.of(1, (job, worker) -> 10 * job + worker);
        assertEquals(2 * 13, drawn.extra(1, 3, 0.5, 2, 1), 1e-12);
    }

    /** Of 20 000 jobs, within five deviations of the mean: each fails by chance with a probability of 6e-7. */
    @Test
    void lawsAreDrawnAsTheySay() {
        assertEquals(0.5, mean(Pace.law("exponential:2", 5)), 5 * 0.5 / Math.sqrt(20_000));
        assertEquals(1.5, mean(Pace.law("shifted:1,2", 5)), 5 * 0.5 / Math.sqrt(20_000));
        StragglerPattern own = Pace.jobs("own:0.3", 2, 5);
        long slow = IntStream.range(0, 20_000).filter(job -> own.slow(job, 2)).count();
        assertEquals(6000, (double) slow, 5 * Math.sqrt(20_000 * 0.21));
        StragglerPattern bursts = Pace.jobs("bursts:1,0.01,0.1,0", 2, 5);
        long bad = IntStream.range(0, 20_000).filter(job -> bursts.slow(job, 2)).count();
        long changes = IntStream.range(1, 20_000)
                .filter(job -> bursts.slow(job, 2) != bursts.slow(job - 1, 2))
                .count();
        assertTrue(bad > 10 * changes / 4 && changes > 0, bad + " slow jobs, " + changes + " changes");
    }

    private static double mean(StragglerModel model) {
        return IntStream.range(0, 20_000)
                .mapToDouble(job -> model.pace(job, 1))
                .average()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "exponential", "exponential:", "exponential:0", "shifted:1", "shifted:-1,1", "normal:1"})
    void delaysThatAreNoneAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Pace.law(text, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "own", "own:2", "own:x", "bursts:1,1,1", "bursts:0,1,1,1", "bursts:1,1,1,a"})
    void slowJobsThatAreNoneAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Pace.jobs(text, 0, 1));
    }
}
