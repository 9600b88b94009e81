package starling.router.broker;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.filter.Filter;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.RouteContextList;
import org.apache.activemq.artemis.core.server.RoutingContext;
import org.apache.activemq.artemis.core.server.impl.AckReason;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.selector.filter.Filterable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the bytes that wait for one subscription. The engine counts bytes per topic published on, which says nothing about
 * a subscription with a wildcard and would make all subscribers of a topic pay for one. So before a message joins a
 * subscription whose messages, waiting and unacknowledged ones together, take more than the bound, the oldest waiting ones go
 * until three quarters remain.
 *
 * <p>Cost: three volatile reads per message and subscription; when messages must go, one walk through those waiting.
 */
final class QueueBound implements ActiveMQServerMessagePlugin {

    private static final Logger LOG = LoggerFactory.getLogger(QueueBound.class);
    private static final int AT_ONCE = 1000;

    private final long bytes;
    private final AtomicLong dropped = new AtomicLong();

    QueueBound(long bytes) {
        this.bytes = bytes;
    }

    /** How many messages had to go since the start. */
    long dropped() {
        return dropped.get();
    }

    @Override
    public void beforeMessageRoute(Message message, RoutingContext context, boolean direct, boolean rejectDuplicates)
            throws ActiveMQException {
        for (RouteContextList route : context.getContexListing().values()) {
            bound(route.getDurableQueues());
            bound(route.getNonDurableQueues());
        }
    }

    private void bound(List<Queue> queues) throws ActiveMQException {
        for (Queue queue : queues) {
            long excess = queue.getPersistentSize() - bytes;
            if (excess > 0) {
                try {
                    int gone =
                            queue.deleteMatchingReferences(AT_ONCE, new Oldest(excess + bytes / 4), AckReason.REPLACED);
                    if (dropped.getAndAdd(gone) == 0 && gone > 0) {
                        LOG.warn("subscription {} does not keep up: its oldest messages are dropped", queue.getName());
                    }
                } catch (ActiveMQException e) {
                    throw e;
                } catch (Exception e) {
                    throw new ActiveMQException("cannot drop the oldest messages of " + queue.getName(), e, null);
                }
            }
        }
    }

    /** Matches, in the order it is asked, messages of so many bytes together. Asked by one thread. */
    private static final class Oldest implements Filter {

        private long wanted;

        Oldest(long bytes) {
            this.wanted = bytes;
        }

        @Override
        public boolean match(Message message) {
            if (wanted <= 0) {
                return false;
            }
            try {
                wanted -= message.getPersistentSize();
            } catch (ActiveMQException e) {
                return false; // of unknown size: let it wait
            }
            return true;
        }

        @Override
        public boolean match(Map<String, String> map) {
            return false;
        }

        @Override
        public boolean match(Filterable properties) {
            return false;
        }

        @Override
        public SimpleString getFilterString() {
            return SimpleString.of("oldest");
        }
    }
}
