package starling.link.mqtt;

import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import starling.link.LinkException;
import starling.link.LinkException.Reason;
import starling.link.LinkState;
import starling.link.MessageHandler;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.StateListener;
import starling.link.Transport;
import starling.link.internal.Requests;
import starling.link.internal.StateBoard;
import starling.link.internal.Subscriptions;
import starling.link.topic.TopicFilter;

/**
 * A transport over MQTT 5: clean start, session expiry 0, nothing persisted, QoS 1 subscriptions.
 *
 * <p><b>Cost.</b> Publishing writes on Paho's sender thread and receiving calls the handler on Paho's callback thread: one hop each, none added. Three
 * threads of Paho and two of our own per connection, all daemons. Incoming payloads are parsed byte by byte by Paho
 * (25 to 40 ns each): send large data in pieces.
 *
 * <p><b>When it gives up.</b> Wrong credentials, no trust (certificate, host name, no TLS at the other end), a ban, and a session taken over by another program
 * end it for good; everything else is tried again, with growing pauses. A connection that is dead without a word is noticed by the
 * keep-alive, after two to three of its periods.
 *
 * <p><b>What is not checked.</b> A broker may grant a subscription and then deliver nothing (Mosquitto's ACL file does), or acknowledge a message
 * and then drop it: that shows in sequence numbers and heartbeats only.
 */
public final class PahoTransport implements Transport {

    private final BrokerAddress address;
    private final @Nullable SSLContext tls;
    private final StateBoard board = new StateBoard();
    private final Subscriptions subscriptions = new Subscriptions();
    private final Requests requests = new Requests();
    private volatile @Nullable Session session;
    private volatile @Nullable Outbox outbox;

    /** A transport to a broker, with the authorities of the Java installation where it speaks TLS. */
    public PahoTransport(BrokerAddress address) {
        this(address, null);
    }

    /**
     * A transport to a broker.
     *
     * @param tls whom to trust; must be null if the address is not one of TLS
     * @throws LinkException with reason UNFIT if a file is not what it should be
     */
    public PahoTransport(BrokerAddress address, @Nullable TlsSettings tls) {
        if (tls != null && !address.tls()) {
            throw new LinkException(Reason.UNFIT, "certificates need an address with mqtts://: it is " + address);
        }
        this.address = address;
        this.tls = address.tls() ? TlsContext.of(tls == null ? TlsSettings.SYSTEM : tls) : null;
    }

    @Override
    public void connect(SessionSettings settings) {
        Session begun;
        synchronized (this) {
            if (session != null || state() != LinkState.IDLE) {
                throw new LinkException(Reason.UNFIT, "a transport connects once: this one is " + state());
            }
            Outbox queue = new Outbox(settings.limits(), settings.timing().operationDeadline());
            begun = new Session(address, tls, settings, board, subscriptions, requests, queue);
            outbox = queue;
            session = begun;
        }
        begun.connect();
    }

    @Override
    public CompletableFuture<Void> publish(String topic, byte[] payload, Qos qos, boolean retained) {
        try {
            TopicFilter.requireTopic(topic);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(new LinkException(Reason.UNFIT, String.valueOf(e.getMessage()), e));
        }
        Outbox queue = outbox;
        if (queue == null) {
            boolean closed = state().isFinal();
            return CompletableFuture.failedFuture(new LinkException(
                    closed ? Reason.CLOSED : Reason.NOT_CONNECTED,
                    "publishing on " + topic + " needs a connection: there is none"));
        }
        return queue.submit(topic, payload, qos, retained);
    }

    @Override
    public synchronized CompletableFuture<Void> subscribe(String filter, MessageHandler handler) {
        if (state().isFinal()) {
            Reason reason = state() == LinkState.TAKEN_OVER ? Reason.TAKEN_OVER : Reason.CLOSED;
            return CompletableFuture.failedFuture(new LinkException(
                    reason, "the transport has ended: " + board.present().sentence()));
        }
        try {
            subscriptions.add(filter, handler);
        } catch (LinkException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<Void> future = requests.add(filter);
        Session begun = session;
        if (begun != null) {
            begun.subscribe(filter);
        }
        return future;
    }

    @Override
    public void addStateListener(StateListener listener) {
        board.add(listener);
    }

    @Override
    public LinkState state() {
        return board.present().state();
    }

    @Override
    public void close() {
        Session begun;
        synchronized (this) {
            begun = session;
            if (begun == null && board.enter(LinkState.CLOSED, "closed")) {
                board.tell(board.present());
                requests.failAll(new LinkException(Reason.CLOSED, "the transport is closed"));
            }
        }
        if (begun != null) {
            begun.close();
        }
    }
}
