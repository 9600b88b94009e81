package starling.models.plan;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Workers that are away, and what becomes of inferences that miss them: the policy of agents and requester alike.
 *
 * @param workers who is away
 * @param policy what stands for what they do not send
 */
public record Absence(Set<Integer> workers, Policy policy) {
    /** Nobody is away. */
    public static final Absence NONE = new Absence(Set.of(), Policy.ZERO);

    /** What stands for a frame or an answer that does not come. */
    public enum Policy {
        /** Nothing: whoever misses a frame fails, and so does everybody who waits for it. */
        FAIL,
        /** Zeros. */
        ZERO,
        /** The last one that was made while nobody was away, zeros before there was any. */
        LAST;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Absence {
        workers = Set.copyOf(new TreeSet<>(workers));
    }

    /**
     * Whether the requester gets an answer: by {@link Policy#FAIL} only if nobody whose part it needs is away or waits,
     * directly or through others, for somebody who is; otherwise if somebody whose part it needs is there.
     */
    public boolean isAnswered(Plan plan) {
        if (policy != Policy.FAIL) {
            return plan.parts().stream().anyMatch(part -> part.outputValues() > 0 && !workers.contains(part.worker()));
        }
        int[] failsAt = new int[plan.workers()];
        Arrays.setAll(failsAt, k -> workers.contains(k) ? 0 : Integer.MAX_VALUE);
        for (Plan.Exchange exchange : plan.exchanges()) {
            for (Plan.Link link : exchange.links()) {
                if (failsAt[link.from()] < exchange.step()) {
                    failsAt[link.to()] = Math.min(failsAt[link.to()], exchange.step());
                }
            }
        }
        for (Plan.Part part : plan.parts()) {
            for (int s = 0; s < part.stages().size(); s++) {
                if (part.stages().get(s).output() && failsAt[part.worker()] <= s) {
                    return false;
                }
            }
        }
        return true;
    }
}
