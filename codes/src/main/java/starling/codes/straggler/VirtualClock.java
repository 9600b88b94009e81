package starling.codes.straggler;

import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * A clock that jumps from event to event. Events of the same time come in the order in which they were scheduled. Not safe
 * for use by several threads.
 *
 * @param <E> what an event is
 */
public final class VirtualClock<E> {
    private final PriorityQueue<Event<E>> events = new PriorityQueue<>(
            Comparator.comparingDouble((Event<E> event) -> event.time).thenComparing(event -> event.order));
    private double now;
    private long scheduled;

    /**
     * Something that happens.
     *
     * @param time when
     * @param order how many events were scheduled before it
     * @param what it is
     */
    public record Event<E>(double time, long order, E what) {}

    /** The time of the event that came last, 0 before the first. */
    public double now() {
        return now;
    }

    /**
     * Schedules an event.
     *
     * @throws IllegalArgumentException if the time is past or not a number; infinite means never, and is forgotten
     */
    public void schedule(double time, E what) {
        if (!(time >= now)) {
            throw new IllegalArgumentException(
                    "events must not be scheduled in the past: it is " + now + ", not " + time);
        }
        if (time < Double.POSITIVE_INFINITY) {
            events.add(new Event<>(time, scheduled++, what));
        }
    }

    /** Goes on to the next event, if there is any. */
    public Optional<Event<E>> next() {
        Event<E> event = events.poll();
        if (event == null) {
            return Optional.empty();
        }
        now = event.time;
        return Optional.of(event);
    }
}
