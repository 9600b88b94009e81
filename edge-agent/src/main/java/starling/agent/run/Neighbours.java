package starling.agent.run;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.link.InboundMessage;
import starling.link.frame.PlanHash;
import starling.link.presence.EpochGuard;
import starling.link.presence.Presence;
import starling.link.presence.PresenceBoard;

/**
 * Whom an agent needs: the router, and the workers it exchanges frames with. Follows the router's epoch, and says who is missing: every
 * {@value #PATIENCE_SECONDS} s until all were there once, then at each change. Thread-safe.
 */
final class Neighbours {
    private static final Logger LOG = LoggerFactory.getLogger(Neighbours.class);
    private static final long PATIENCE_SECONDS = 5;
    private static final String ROUTER = "router";

    private final PresenceBoard board;
    private final PlanHash plan;
    private final LongSupplier nanoClock;
    private final EpochGuard epoch = new EpochGuard(Presence.NO_EPOCH);
    private final Set<String> otherPlans = new HashSet<>();
    private final Set<String> heard = new HashSet<>();
    private SortedSet<String> missing = new TreeSet<>();
    private volatile Set<String> away = Set.of();
    private boolean complete;
    private long saidNanos;

    Neighbours(List<String> peers, PlanHash plan, Duration heartbeat, LongSupplier nanoClock) {
        Set<String> expected = new TreeSet<>(peers);
        expected.add(ROUTER);
        this.board = new PresenceBoard(expected, heartbeat, nanoClock);
        this.plan = plan;
        this.nanoClock = nanoClock;
        this.saidNanos = nanoClock.getAsLong();
    }

    /** Takes a message from a worker's presence or heartbeat topic. */
    void worker(InboundMessage message) {
        board.heard(message);
    }

    /** Takes a message from the router's; an epoch below one heard before is of another time and is not followed. */
    void router(InboundMessage message) {
        board.heard(message);
        try {
            Presence presence = Presence.parse(message.payload());
            if (presence.identity().equals(ROUTER)
                    && presence.status() != Presence.Status.GONE
                    && epoch.admits(presence.epoch())) {
                board.epochIs(presence.epoch());
            }
        } catch (IllegalArgumentException e) {
            LOG.debug("{} is no presence: {}", message.topic(), e.getMessage());
        }
    }

    /** The router's epoch, {@link Presence#NO_EPOCH} before it was heard. */
    long epoch() {
        return epoch.epoch();
    }

    /** Whether somebody was there at some time and is known to be away now. */
    boolean isAway(String identity) {
        return away.contains(identity);
    }

    /** Looks who is there, and says what has changed; returns whether all have been there at once. */
    synchronized boolean look() {
        SortedSet<String> now = new TreeSet<>(board.missing());
        for (String identity : board.present()) {
            Presence presence = board.find(identity).orElse(null);
            if (presence != null
                    && !presence.plan().equals(plan)
                    && !presence.plan().equals(PlanHash.NONE)) {
                now.add(identity);
                if (otherPlans.add(identity + presence.instance())) {
                    LOG.warn(
                            "{} runs plan {}, this agent runs plan {}: give both the same bundle",
                            identity,
                            presence.plan(),
                            plan);
                }
            }
        }
        long nanos = nanoClock.getAsLong();
        if (!complete) {
            complete = now.isEmpty() && epoch() != Presence.NO_EPOCH;
            if (complete) {
                LOG.info("everybody is there: the router and all workers that this one exchanges frames with");
            } else if (nanos - saidNanos >= TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
                saidNanos = nanos;
                LOG.info("waiting for {}: {}", String.join(", ", now), board.describe());
            }
        } else if (!now.equals(missing)) {
            if (now.isEmpty()) {
                LOG.info("everybody is there again");
            } else {
                LOG.warn("missing: {} ({})", String.join(", ", now), board.describe());
            }
        }
        missing = now;
        heard.addAll(board.present());
        SortedSet<String> gone = new TreeSet<>(now);
        gone.retainAll(heard);
        away = Set.copyOf(gone);
        return complete;
    }

    /** Who was missing at the last look. */
    synchronized SortedSet<String> missing() {
        return new TreeSet<>(missing);
    }
}
