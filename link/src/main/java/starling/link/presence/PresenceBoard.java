package starling.link.presence;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.link.InboundMessage;
import starling.link.Transport;
import starling.link.topic.Role;

/**
 * Who is expected, who is there, who is missing and since when.
 *
 * <p>Somebody is <em>there</em> who was heard live (a birth or heartbeat that was not retained) within the last {@value #MISSED_BEATS} heartbeats by
 * this board's own monotonic clock; clocks of others play no part. A retained birth alone makes nobody there: its sender may have died with
 * its broker. A last will or good-bye counts only for the very instance and connection that was heard last. A retained message of an older epoch is
 * ignored. A new instance replaces the one before; of former ones only new live signs count (of two programs
 * with one identity the older may win).
 *
 * <p>Memory: one entry per expected identity; others are ignored. Thread-safe.
 */
public final class PresenceBoard {

    /** So many heartbeats without a sign of life, and somebody is missing. */
    public static final int MISSED_BEATS = 3;

    private static final Logger LOG = LoggerFactory.getLogger(PresenceBoard.class);
    private static final int FORMER_INSTANCES = 8;

    /** What is known of one identity. */
    private static final class Entry {
        private @Nullable Presence last;
        private boolean live;
        private long heardNanos;
        private final Map<String, Presence> former = new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Presence> eldest) {
                return size() > FORMER_INSTANCES;
            }
        };
    }

    private final Map<String, Entry> entries = new TreeMap<>();
    private final long patienceNanos;
    private final LongSupplier nanoClock;
    private long epoch;

    /**
     * A board that has heard nobody.
     *
     * @param expected the identities that are waited for
     * @param heartbeat the period that all use
     * @param nanoClock a monotonic clock in ns: {@code System::nanoTime}
     */
    public PresenceBoard(Iterable<String> expected, Duration heartbeat, LongSupplier nanoClock) {
        expected.forEach(identity -> entries.put(identity, new Entry()));
        this.patienceNanos = heartbeat.toNanos() * MISSED_BEATS;
        this.nanoClock = nanoClock;
    }

    /** From now on retained messages of older epochs are ignored. */
    public synchronized void epochIs(long present) {
        epoch = present;
    }

    /** Subscribes to the presence and heartbeat topics (or filters) of a fleet; completes as {@link Transport#subscribe} does. */
    public CompletableFuture<Void> listen(Transport transport, String... filters) {
        CompletableFuture<?>[] all = new CompletableFuture<?>[filters.length];
        for (int i = 0; i < filters.length; i++) {
            all[i] = transport.subscribe(filters[i], this::heard);
        }
        return CompletableFuture.allOf(all);
    }

    /** Takes one message from a presence or heartbeat topic; what cannot be parsed, or speaks for another, is logged and ignored. */
    public void heard(InboundMessage message) {
        if (message.payload().length == 0) {
            return;
        }
        try {
            Presence presence = Presence.parse(message.payload());
            if (speaksFor(message.topic(), presence.identity())) {
                heard(presence, message.retained());
            } else {
                LOG.warn("presence of {} on the topic of another, {}: ignored", presence.identity(), message.topic());
            }
        } catch (IllegalArgumentException e) {
            LOG.warn("presence on {} ignored: {}", message.topic(), e.getMessage());
        }
    }

    /** Takes one presence as it was heard. */
    public synchronized void heard(Presence presence, boolean retained) {
        Entry entry = entries.get(presence.identity());
        if (entry == null || (retained && presence.isOlderThan(epoch))) {
            return;
        }
        Presence last = entry.last;
        boolean same = last != null && last.instance().equals(presence.instance());
        if (presence.status() == Presence.Status.GONE) {
            if (last == null || (same && last.connection() == presence.connection())) {
                // A will was written long before: what was heard since counts as heard.
                entry.last = last == null
                        ? presence
                        : presence.at(last.connection(), Math.max(last.beat(), presence.beat()));
                entry.live = false;
            }
            return;
        }
        Presence known = same ? last : entry.former.get(presence.instance());
        if (known != null && (isOutdated(presence, known, !same) || (!same && retained))) {
            return;
        }
        if (last != null && !same) {
            entry.former.put(last.instance(), last);
        }
        if (!same || !retained) {
            entry.live = !retained;
            entry.heardNanos = nanoClock.getAsLong();
        }
        entry.last = presence;
    }

    /** The last presence of somebody who is there. */
    public synchronized Optional<Presence> find(String identity) {
        Entry entry = entries.get(identity);
        return entry != null && isThere(entry) ? Optional.ofNullable(entry.last) : Optional.empty();
    }

    /** Those who are there. */
    public synchronized SortedSet<String> present() {
        SortedSet<String> there = new TreeSet<>();
        entries.forEach((identity, entry) -> {
            if (isThere(entry)) {
                there.add(identity);
            }
        });
        return there;
    }

    /** Those who are expected and not there. */
    public synchronized SortedSet<String> missing() {
        SortedSet<String> missing = new TreeSet<>(entries.keySet());
        missing.removeAll(present());
        return missing;
    }

    /** One line for people: who is there, who is missing and why that is thought. */
    public synchronized String describe() {
        List<String> there = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        entries.forEach((identity, entry) -> {
            Presence last = entry.last;
            if (last == null) {
                missing.add(identity + " (never heard)");
            } else if (isThere(entry)) {
                there.add(last.status() == Presence.Status.READY ? identity : identity + " (starting)");
            } else if (last.status() == Presence.Status.GONE) {
                missing.add(identity + " (said good-bye or lost its connection)");
            } else if (entry.live) {
                long silent = TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - entry.heardNanos);
                missing.add(identity + " (silent for " + silent + " ms)");
            } else {
                missing.add(identity + " (announced once, not heard since)");
            }
        });
        return "expected " + entries.size() + "; there: " + list(there) + "; missing: " + list(missing);
    }

    private static String list(List<String> names) {
        return names.isEmpty() ? "none" : String.join(", ", names);
    }

    private boolean isThere(Entry entry) {
        return entry.live && nanoClock.getAsLong() - entry.heardNanos <= patienceNanos;
    }

    /** Whether what the same instance says now is older than what is known of it, or, if it {@code mustBeNewer}, no newer. */
    private static boolean isOutdated(Presence presence, Presence known, boolean mustBeNewer) {
        if (presence.connection() != known.connection()) {
            return presence.connection() < known.connection();
        }
        // An update between two heartbeats repeats the count; after a death the count must have gone on.
        boolean repeats = presence.beat() == known.beat();
        return presence.beat() < known.beat() || (repeats && (mustBeNewer || known.status() == Presence.Status.GONE));
    }

    /** Whether an identity is the one that a topic's publisher has: {@code .../worker/3/...} is worker-3's. */
    private static boolean speaksFor(String topic, String identity) {
        String[] levels = topic.split("/", -1);
        if (levels.length == 5 && levels[2].equals("worker")) {
            return identity.equals(Role.Worker.PREFIX + levels[3]);
        }
        return levels.length == 4 && levels[2].equals(identity);
    }
}
