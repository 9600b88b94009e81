package starling.link.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import starling.link.Timing;

class BackoffTest {

    private static final Timing TIMING = Timing.DEFAULT.withPauses(Duration.ofMillis(100), Duration.ofSeconds(5));

    private static List<Duration> pauses(long seed) {
        Backoff backoff = new Backoff(TIMING, seed);
        return Stream.generate(backoff::next).limit(200).toList();
    }

    @Test
    void pausesDoubleUpToTheLongestAndVaryByHalf() {
        for (long seed = 0; seed < 50; seed++) {
            List<Duration> pauses = pauses(seed);
            for (int n = 0; n < pauses.size(); n++) {
                long full = (long) Math.min(5000, 100 * Math.pow(2, n));
                long millis = pauses.get(n).toMillis();
                assertTrue(millis >= full / 2 && millis <= full, "pause " + n + " is " + millis);
            }
        }
    }

    @Test
    void theSeedDecides() {
        assertEquals(pauses(1), pauses(1));
        assertNotEquals(pauses(1), pauses(2));
    }

    @Test
    void afterResetThePausesAreShortAgain() {
        Backoff backoff = new Backoff(TIMING, 1);
        for (int i = 0; i < 20; i++) {
            backoff.next();
        }
        backoff.reset();
        assertTrue(backoff.next().toMillis() <= 100);
    }
}
