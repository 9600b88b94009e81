package starling.link.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import starling.link.frame.Arrival.Order;

class SequenceGuardTest {

    private final SequenceGuard<String> guard = new SequenceGuard<>(4, 64);

    private Order order(long sequence) {
        return guard.arrived("a", sequence).order();
    }

    @Test
    void numbersInOrderAreNew() {
        SequenceNumbers numbers = new SequenceNumbers(77);
        for (int i = 0; i < 1000; i++) {
            assertEquals(Order.NEW, order(numbers.next()));
        }
        assertEquals(0, guard.missing("a"));
    }

    @Test
    void aGapSaysHowManyAndLateOnesFillIt() {
        assertEquals(Order.NEW, order(5));
        assertEquals(new Arrival(Order.GAP, 3), guard.arrived("a", 9));
        assertEquals(3, guard.missing("a"));
        assertEquals(Order.LATE, order(7));
        assertEquals(Order.DUPLICATE, order(7));
        assertEquals(Order.DUPLICATE, order(9));
        assertEquals(Order.DUPLICATE, order(5));
        assertEquals(2, guard.missing("a"));
        assertEquals(Order.STALE, order(4), "before the first one heard");
        assertTrue(new Arrival(Order.LATE, 0).fresh());
        assertFalse(new Arrival(Order.DUPLICATE, 0).fresh());
    }

    @Test
    void whatIsBelowTheWindowIsStale() {
        order(0);
        assertEquals(new Arrival(Order.GAP, 99), guard.arrived("a", 100));
        assertEquals(Order.STALE, order(36));
        assertEquals(Order.LATE, order(37));
        assertEquals(Order.DUPLICATE, order(37));
        assertEquals(new Arrival(Order.GAP, 1L << 39), guard.arrived("a", 101 + (1L << 39)));
        assertEquals(Order.LATE, order(100 + (1L << 39)), "a huge jump clears the window");
    }

    @Test
    void aRestartedSenderIsHeardAndItsFormerLifeIsNot() {
        SequenceNumbers first = new SequenceNumbers(9);
        SequenceNumbers second = new SequenceNumbers(4);
        long lost = first.next();
        assertEquals(Order.NEW, order(first.next()));
        assertEquals(Order.RESTART, order(second.next()));
        assertEquals(Order.STALE, order(first.next()));
        assertEquals(Order.STALE, order(lost));
        assertEquals(Order.NEW, order(second.next()));
    }

    @Test
    void streamsAreApartAndTheLongestSilentIsForgotten() {
        for (String stream : List.of("a", "b", "c", "d")) {
            assertEquals(Order.NEW, guard.arrived(stream, 0).order());
        }
        assertEquals(Order.DUPLICATE, guard.arrived("a", 0).order());
        assertEquals(Order.NEW, guard.arrived("e", 0).order());
        assertEquals(Order.DUPLICATE, guard.arrived("a", 0).order());
        assertEquals(Order.NEW, guard.arrived("b", 0).order(), "b was forgotten");
    }

    @Test
    void agreesWithASetOnRandomDisorder() {
        SplittableRandom random = new SplittableRandom(8);
        for (int trial = 0; trial < 200; trial++) {
            int window = 64 * (1 + random.nextInt(3));
            SequenceGuard<Integer> judged = new SequenceGuard<>(1, window);
            List<Long> sent = new ArrayList<>();
            for (long i = 0; i < 500; i++) {
                if (random.nextInt(10) > 0) {
                    sent.add(Math.max(0, i + random.nextInt(-window / 2, window / 2)));
                }
            }
            Set<Long> seen = new HashSet<>();
            long first = sent.get(0);
            long highest = first;
            long missing = 0;
            for (long number : sent) {
                Arrival arrival = judged.arrived(0, number);
                boolean old = number < first || number <= highest - window;
                assertEquals(!old && seen.add(number), arrival.fresh());
                if (number > highest) {
                    assertEquals(number - highest - 1, arrival.missing());
                    missing += number - highest - 1;
                    highest = number;
                } else if (arrival.order() == Order.LATE) {
                    missing--;
                }
            }
            assertEquals(missing, judged.missing(0));
        }
    }

    @Test
    void sizesAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> new SequenceGuard<String>(0, 64));
        assertThrows(IllegalArgumentException.class, () -> new SequenceGuard<String>(1, 65));
        assertThrows(IllegalArgumentException.class, () -> new SequenceNumbers(1 << 24));
    }
}
