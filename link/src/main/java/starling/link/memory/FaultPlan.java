package starling.link.memory;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Decides what becomes of each message on its way from the in-memory broker to one subscriber. */
@FunctionalInterface
public interface FaultPlan {

    /** Every message arrives once, at once. */
    FaultPlan NONE = (from, to, topic) -> List.of(Duration.ZERO);

    /**
     * The fate of one message for one subscriber. Called under the broker's lock: it must not block or publish.
     *
     * @param from the publisher's client id
     * @param to the subscriber's client id
     * @return one delay per arrival: an empty list loses the message, two entries double it, a longer delay lets later ones overtake it
     */
    List<Duration> fate(String from, String to, String topic);

    /**
     * Random faults that depend on the seed and on the order of messages only.
     *
     * @param drop probability that a message is lost
     * @param duplicate probability that one that is not lost arrives twice
     * @param late probability that an arrival is delayed, uniformly up to {@code longest}
     */
    static FaultPlan seeded(long seed, double drop, double duplicate, double late, Duration longest) {
        SplittableRandom random = new SplittableRandom(seed);
        return (from, to, topic) -> {
            if (random.nextDouble() < drop) {
                return List.of();
            }
            Duration first = delay(random, late, longest);
            return random.nextDouble() < duplicate ? List.of(first, delay(random, late, longest)) : List.of(first);
        };
    }

    private static Duration delay(SplittableRandom random, double late, Duration longest) {
        return random.nextDouble() < late ? Duration.ofNanos(random.nextLong(longest.toNanos() + 1)) : Duration.ZERO;
    }
}
