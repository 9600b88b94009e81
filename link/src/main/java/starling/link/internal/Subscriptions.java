package starling.link.internal;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.link.InboundMessage;
import starling.link.LinkException;
import starling.link.MessageHandler;
import starling.link.topic.TopicFilter;

/** A transport's filters and handlers; filters never overlap, so a message has at most one handler. */
public final class Subscriptions {

    private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);

    private record Entry(String filter, MessageHandler handler) {}

    private final List<Entry> entries = new CopyOnWriteArrayList<>();
    private final Map<String, Entry> exact = new ConcurrentHashMap<>();

    /**
     * Adds a handler.
     *
     * @throws LinkException with reason UNFIT if the filter is malformed or overlaps another one
     */
    public synchronized void add(String filter, MessageHandler handler) {
        try {
            TopicFilter.requireFilter(filter);
        } catch (IllegalArgumentException e) {
            throw new LinkException(LinkException.Reason.UNFIT, String.valueOf(e.getMessage()), e);
        }
        for (Entry entry : entries) {
            if (TopicFilter.overlap(entry.filter, filter)) {
                throw new LinkException(
                        LinkException.Reason.UNFIT,
                        "filters of one transport must not overlap: " + filter + " overlaps " + entry.filter);
            }
        }
        Entry entry = new Entry(filter, handler);
        entries.add(entry);
        exact.put(filter, entry);
    }

    /** Forgets a filter. */
    public synchronized void remove(String filter) {
        Entry entry = exact.remove(filter);
        if (entry != null) {
            entries.remove(entry);
        }
    }

    /** All filters, in the order they were added. */
    public List<String> filters() {
        return entries.stream().map(Entry::filter).toList();
    }

    /** Whether some filter matches the topic. */
    public boolean match(String topic) {
        return find(topic) != null;
    }

    /** Hands a message to its handler; what the handler throws is logged. */
    public void dispatch(InboundMessage message) {
        Entry entry = find(message.topic());
        if (entry == null) {
            return;
        }
        try {
            entry.handler.received(message);
        } catch (RuntimeException e) {
            LOG.warn("the handler of {} failed on a message of {} bytes", entry.filter, message.payload().length, e);
        }
    }

    private @Nullable Entry find(String topic) {
        Entry entry = exact.get(topic);
        if (entry != null) {
            return entry;
        }
        for (Entry candidate : entries) {
            if (TopicFilter.matches(candidate.filter, topic)) {
                return candidate;
            }
        }
        return null;
    }
}
