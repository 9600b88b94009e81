package starling.agent.inference;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what was not used, by cause, and says each cause once per source. Thread-safe. */
public final class Drops {
    private static final Logger LOG = LoggerFactory.getLogger(Drops.class);
    private static final int MAX_SAID = 1000;

    /** Why something was not used. */
    public enum Cause {
        /** No frame, or not one that belongs on its topic. */
        MALFORMED,
        /** A frame of another plan. */
        OTHER_PLAN,
        /** A frame or input of another epoch. */
        OTHER_EPOCH,
        /** Seen before. */
        REPEATED,
        /** Not what the plan says at this place: wrong exchange, sender or number of values. */
        MISFIT,
        /** A frame for a stage that has run, or an inference that has ended. */
        LATE,
        /** A frame whose inference's input never came. */
        ORPHANED,
        /** More came than could be worked off. */
        OVERFLOW,
        /** Sent but never arrived, as sequence numbers tell. */
        LOST
    }

    private final Map<Cause, Long> counts = new EnumMap<>(Cause.class);
    private final Set<String> said = new HashSet<>();

    /** Counts one. */
    public void count(Cause cause, String source, String sentence) {
        count(cause, 1, source, sentence);
    }

    /** Counts several. */
    public void count(Cause cause, long many, String source, String sentence) {
        boolean first;
        synchronized (this) {
            counts.merge(cause, many, Long::sum);
            first = said.size() < MAX_SAID && said.add(cause + " " + source);
        }
        if (first) {
            LOG.warn("{} (further ones from {} are only counted)", sentence, source);
        }
    }

    /** How many were counted. */
    public synchronized long of(Cause cause) {
        return counts.getOrDefault(cause, 0L);
    }

    /** For people: {@code 3 late, 1 repeated}; {@code nothing}. */
    @Override
    public synchronized String toString() {
        StringJoiner text = new StringJoiner(", ").setEmptyValue("nothing");
        counts.forEach((cause, count) ->
                text.add(count + " " + cause.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
        return text.toString();
    }
}
