package starling.link.memory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import starling.link.Credentials;
import starling.link.InboundMessage;
import starling.link.LinkException;
import starling.link.LinkException.Reason;
import starling.link.LinkState;
import starling.link.SessionSettings;
import starling.link.Will;
import starling.link.topic.Rights;
import starling.link.topic.TopicFilter;

/**
 * A broker in memory: retained messages, last wills, take-over of a client id, wildcards, users and rights, stop and start, and faults by
 * plan. A subscriber whose inbound queue is full loses the newest message, as with a real broker. Messages are copied for each subscriber.
 */
public final class InMemoryBroker implements AutoCloseable {

    /** Users and what they may do. */
    private record Guard(Map<String, String> passwords, Function<String, Rights> rights) {}

    private final @Nullable Guard guard;
    private final Object lock = new Object();
    private final Map<String, InMemoryTransport> sessions = new TreeMap<>();
    private final Map<String, byte[]> retained = new TreeMap<>();
    private final List<InMemoryTransport> waiting = new ArrayList<>();
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "starling-memory-later");
        thread.setDaemon(true);
        return thread;
    });
    private FaultPlan faults = FaultPlan.NONE;
    private boolean up = true;

    /** A broker that lets everybody do everything. */
    public InMemoryBroker() {
        this.guard = null;
    }

    /**
     * A broker with users. Whoever connects has the user name as client id, whatever was asked for: nobody can throw out another user.
     *
     * @param passwords by user name
     * @param rights what a user may do
     */
    public InMemoryBroker(Map<String, String> passwords, Function<String, Rights> rights) {
        this.guard = new Guard(Map.copyOf(passwords), rights);
    }

    /** A transport that connects to this broker. */
    public InMemoryTransport newTransport() {
        return new InMemoryTransport(this);
    }

    /** Lets messages be lost, doubled or delayed from now on. */
    public void setFaults(FaultPlan plan) {
        synchronized (lock) {
            faults = plan;
        }
    }

    /** Dies: all connections are lost, retained messages are forgotten, no will is sent. */
    public void stop() {
        synchronized (lock) {
            up = false;
            retained.clear();
            for (InMemoryTransport session : List.copyOf(sessions.values())) {
                lose(session, "the broker stopped");
            }
        }
    }

    /** Comes back: everybody who lost the connection reconnects. */
    public void start() {
        synchronized (lock) {
            up = true;
            lock.notifyAll();
            for (InMemoryTransport transport : List.copyOf(waiting)) {
                reconnect(transport);
            }
        }
    }

    /** Stops for good. */
    @Override
    public void close() {
        stop();
        later.shutdownNow();
    }

    void connect(InMemoryTransport transport, SessionSettings settings) {
        synchronized (lock) {
            awaitUp(transport, settings.timing().connectDeadline().toMillis());
            if (transport.state().isFinal()) {
                throw new LinkException(Reason.CLOSED, "the transport was closed while it connected");
            }
            admit(transport, settings);
        }
    }

    private void awaitUp(InMemoryTransport transport, long millis) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            while (!up && !transport.state().isFinal()) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    throw new LinkException(
                            Reason.UNREACHABLE,
                            "the in-memory broker must be up by the connect deadline of " + millis + " ms: it is down");
                }
                lock.wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LinkException(Reason.CLOSED, "interrupted while connecting", e);
        }
    }

    private void admit(InMemoryTransport transport, SessionSettings settings) {
        String id = settings.clientId();
        Credentials credentials = settings.credentials();
        if (guard != null) {
            if (credentials == null
                    || !credentials.password().equals(guard.passwords().get(credentials.user()))) {
                throw new LinkException(
                        Reason.CREDENTIALS,
                        "the broker refused user " + (credentials == null ? "(none)" : credentials.user())
                                + ": wrong user name or password");
            }
            id = credentials.user();
        }
        InMemoryTransport former = sessions.remove(id);
        if (former != null) {
            former.end(LinkState.TAKEN_OVER, "another program connected as " + id + ": this one stops");
            publishWill(id, former);
        }
        sessions.put(id, transport);
        transport.connected(id);
        for (String filter : transport.filters()) {
            grant(transport, filter);
        }
        transport.enter(LinkState.CONNECTED, "connected to the in-memory broker as " + id);
    }

    /** Makes a subscription of a connected session and sends it what is retained. */
    void subscribe(InMemoryTransport transport, String filter) {
        synchronized (lock) {
            if (isConnected(transport)) {
                grant(transport, filter);
            }
        }
    }

    private void grant(InMemoryTransport transport, String filter) {
        Rights rights = rightsOf(transport);
        if (rights != null && !rights.maySubscribe(filter)) {
            LinkException why = new LinkException(
                    Reason.NOT_AUTHORISED, "the broker forbids " + transport.id() + " to subscribe to " + filter);
            if (transport.refused(filter, why)) {
                sessions.remove(transport.id());
            }
            return;
        }
        transport.granted(filter);
        retained.forEach((topic, payload) -> {
            if (TopicFilter.matches(filter, topic)) {
                transport.deliver(new InboundMessage(topic, payload.clone(), true));
            }
        });
    }

    void publish(InMemoryTransport transport, String topic, byte[] payload, boolean retain) {
        synchronized (lock) {
            if (!isConnected(transport)) {
                throw new LinkException(
                        Reason.NOT_CONNECTED, "publishing on " + topic + " needs a connection: there is none");
            }
            Rights rights = rightsOf(transport);
            if (rights != null && !rights.mayPublish(topic)) {
                throw new LinkException(
                        Reason.NOT_AUTHORISED, "the broker forbids " + transport.id() + " to publish on " + topic);
            }
            route(transport.id(), topic, payload, retain);
        }
    }

    private void route(String from, String topic, byte[] payload, boolean retain) {
        if (retain) {
            if (payload.length == 0) {
                retained.remove(topic);
            } else {
                retained.put(topic, payload.clone());
            }
        }
        sessions.forEach((to, session) -> {
            if (session.wants(topic)) {
                for (Duration delay : faults.fate(from, to, topic)) {
                    InboundMessage message = new InboundMessage(topic, payload.clone(), false);
                    if (delay.isZero()) {
                        session.deliver(message);
                    } else {
                        // Lost with the broker, as a message on a dead wire is: nothing waits for the future.
                        var unused =
                                later.schedule(() -> session.deliver(message), delay.toNanos(), TimeUnit.NANOSECONDS);
                    }
                }
            }
        });
    }

    /** Ends a session with good-bye. */
    void leave(InMemoryTransport transport) {
        synchronized (lock) {
            waiting.remove(transport);
            if (isConnected(transport)) {
                sessions.remove(transport.id());
            }
            lock.notifyAll();
        }
    }

    /** Ends a session without good-bye; with {@code back} it waits to be reconnected. */
    void cut(InMemoryTransport transport, boolean back) {
        synchronized (lock) {
            waiting.remove(transport);
            if (isConnected(transport)) {
                sessions.remove(transport.id());
                if (back) {
                    transport.enter(LinkState.LOST, "the connection was cut");
                }
                publishWill(transport.id(), transport);
            }
        }
    }

    /** Reconnects a session that was cut, now or when the broker is up again. */
    void mend(InMemoryTransport transport) {
        synchronized (lock) {
            if (transport.state() == LinkState.LOST) {
                reconnect(transport);
            }
        }
    }

    private void lose(InMemoryTransport session, String sentence) {
        sessions.remove(session.id());
        waiting.add(session);
        session.enter(LinkState.LOST, sentence);
    }

    private void reconnect(InMemoryTransport transport) {
        if (!up) {
            if (!waiting.contains(transport)) {
                waiting.add(transport);
            }
            return;
        }
        waiting.remove(transport);
        SessionSettings settings = transport.settings();
        if (settings != null && !transport.state().isFinal()) {
            admit(transport, settings);
        }
    }

    private void publishWill(String id, InMemoryTransport session) {
        Will will = session.will();
        if (will != null) {
            route(id, will.topic(), will.payload(), will.retained());
        }
    }

    private boolean isConnected(InMemoryTransport transport) {
        return sessions.get(transport.id()) == transport;
    }

    private @Nullable Rights rightsOf(InMemoryTransport transport) {
        return guard == null ? null : guard.rights().apply(transport.id());
    }
}
