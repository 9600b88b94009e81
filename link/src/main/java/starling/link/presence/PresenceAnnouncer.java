package starling.link.presence;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.link.LinkState;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.Transport;
import starling.link.Will;
import starling.link.topic.Role;
import starling.link.topic.Topics;

/**
 * Announces one program: a retained birth message at each connection, a heartbeat in between, a last will for the broker to publish, and a
 * good-bye. The will names instance and connection, so that an old one cannot be taken for the death of a newer connection.
 *
 * <p>Use: {@link #settings} before connecting, {@link #begin} with the transport (before or after connecting), {@link #update} whenever something
 * changes, {@link #close} before the transport is closed. Thread-safe.
 */
public final class PresenceAnnouncer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PresenceAnnouncer.class);

    // Taken before the monitor, and held while publishing, so that the good-bye is the last word. The monitor is never
    // held then: a
    // transport may ask for a will under a lock of its own.
    private final Object sending = new Object();
    private final String presenceTopic;
    private final String heartbeatTopic;
    private final ScheduledExecutorService timer;
    private Presence presence;
    private @Nullable Transport transport;
    private int connection = 1;
    private long beat;
    private boolean closed;

    /**
     * Announces a worker or the router.
     *
     * @param first what is said at first; its connection and beat are replaced
     * @throws IllegalArgumentException if the presence is of another identity than the role, or the role is a client
     */
    public PresenceAnnouncer(Topics topics, Role role, Presence first) {
        if (!role.user().equals(first.identity())) {
            throw new IllegalArgumentException(
                    "a presence must be that of " + role.user() + ": it is that of " + first.identity());
        }
        if (role instanceof Role.Worker worker) {
            presenceTopic = topics.presence(worker);
            heartbeatTopic = topics.heartbeat(worker);
        } else if (role instanceof Role.Router) {
            presenceTopic = topics.routerPresence();
            heartbeatTopic = topics.routerHeartbeat();
        } else {
            throw new IllegalArgumentException(
                    "only workers and the router announce themselves: " + role + " does not");
        }
        presence = first;
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "starling-heartbeat-" + first.identity());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** The given settings with the last will of each connection. */
    public SessionSettings settings(SessionSettings base) {
        return base.withWill(this::will);
    }

    /** Begins to announce over a transport, every {@code period}. */
    public void begin(Transport over, Duration period) {
        synchronized (this) {
            if (transport != null) {
                throw new IllegalStateException("an announcer begins once");
            }
            transport = over;
        }
        over.addStateListener((state, sentence) -> {
            if (state == LinkState.CONNECTED) {
                publishBirth();
            }
        });
        var unused = timer.scheduleAtFixedRate(this::beat, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Changes what is announced, and announces it at once. */
    public void update(UnaryOperator<Presence> change) {
        synchronized (this) {
            presence = change.apply(presence);
        }
        publishBirth();
    }

    /** What is announced now. */
    public synchronized Presence presence() {
        return presence.at(connection, beat);
    }

    /** Says good-bye (retained) and ends the heartbeat. The transport stays open. */
    @Override
    public void close() {
        synchronized (sending) {
            synchronized (this) {
                if (closed) {
                    return;
                }
                closed = true;
            }
            timer.shutdownNow();
            publish(presenceTopic, presence().withStatus(Presence.Status.GONE), Qos.AT_LEAST_ONCE, true);
        }
    }

    private synchronized Will will(int newConnection) {
        connection = newConnection;
        return new Will(
                presenceTopic, presence().withStatus(Presence.Status.GONE).toJson(), true);
    }

    private void publishBirth() {
        synchronized (sending) {
            if (!isClosed()) {
                publish(presenceTopic, presence(), Qos.AT_LEAST_ONCE, true);
            }
        }
    }

    /** One heartbeat; called by the timer. */
    void beat() {
        synchronized (sending) {
            if (!isClosed()) {
                publish(heartbeatTopic, counted(), Qos.AT_MOST_ONCE, false);
            }
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized Presence counted() {
        beat++;
        return presence();
    }

    private synchronized @Nullable Transport transport() {
        return transport;
    }

    private void publish(String topic, Presence what, Qos qos, boolean retained) {
        Transport over = transport();
        if (over == null || over.state() != LinkState.CONNECTED) {
            // Nothing is lost: the birth message comes with the connection.
            return;
        }
        var unused = over.publish(topic, what.toJson(), qos, retained).exceptionally(e -> {
            LOG.debug("presence on {} was not published: {}", topic, e.getMessage());
            return null;
        });
    }
}
