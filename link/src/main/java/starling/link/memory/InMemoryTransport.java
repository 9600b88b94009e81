package starling.link.memory;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import starling.link.InboundMessage;
import starling.link.LinkException;
import starling.link.LinkException.Reason;
import starling.link.LinkState;
import starling.link.MessageHandler;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.StateListener;
import starling.link.Transport;
import starling.link.Will;
import starling.link.internal.Requests;
import starling.link.internal.StateBoard;
import starling.link.internal.Subscriptions;
import starling.link.topic.TopicFilter;

/**
 * A transport to an {@link InMemoryBroker}. Publishing completes at once, for the broker is a method call away; messages are handed over on one
 * thread of the transport, from a queue of {@link starling.link.Limits#maxInbound} messages. Both qualities of service behave alike.
 */
public final class InMemoryTransport implements Transport {

    private final InMemoryBroker broker;
    private final StateBoard board = new StateBoard();
    private final Subscriptions subscriptions = new Subscriptions();
    private final Requests asked = new Requests();
    private final Mailbox mailbox = new Mailbox();
    private volatile @Nullable SessionSettings settings;
    private volatile String id = "";
    private volatile @Nullable Will will;
    private int connections;

    InMemoryTransport(InMemoryBroker broker) {
        this.broker = broker;
    }

    @Override
    public void connect(SessionSettings newSettings) {
        synchronized (this) {
            if (settings != null || state() != LinkState.IDLE) {
                throw new LinkException(Reason.UNFIT, "a transport connects once: this one is " + state());
            }
            settings = newSettings;
            mailbox.start(newSettings.clientId(), newSettings.limits().maxInbound());
        }
        enter(LinkState.CONNECTING, "connecting to the in-memory broker");
        try {
            broker.connect(this, newSettings);
        } catch (LinkException e) {
            boolean refused = e.reason() == Reason.CREDENTIALS;
            end(refused ? LinkState.REFUSED : LinkState.CLOSED, String.valueOf(e.getMessage()));
            throw e;
        }
    }

    @Override
    public CompletableFuture<Void> publish(String topic, byte[] payload, Qos qos, boolean retained) {
        try {
            TopicFilter.requireTopic(topic);
            requireOpen();
            SessionSettings known = settings;
            if (known != null) {
                long length = topic.length() + (long) payload.length;
                if (length > known.limits().maxPacketBytes()) {
                    throw new LinkException(
                            Reason.TOO_LARGE,
                            "a packet must have at most " + known.limits().maxPacketBytes()
                                    + " bytes: topic and payload have " + length);
                }
            }
            broker.publish(this, topic, payload, retained);
            return CompletableFuture.completedFuture(null);
        } catch (LinkException e) {
            return CompletableFuture.failedFuture(e);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(new LinkException(Reason.UNFIT, String.valueOf(e.getMessage()), e));
        }
    }

    @Override
    public CompletableFuture<Void> subscribe(String filter, MessageHandler handler) {
        try {
            requireOpen();
            subscriptions.add(filter, handler);
        } catch (LinkException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<Void> future = asked.add(filter);
        broker.subscribe(this, filter);
        if (state().isFinal()) {
            failAsked(board.present());
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
        broker.leave(this);
        end(LinkState.CLOSED, "closed");
        SessionSettings known = settings;
        if (known != null) {
            mailbox.join(known.timing().operationDeadline());
        }
    }

    /** Ends as if the process had been killed: the broker sends the will, nobody here is told anything. */
    public void kill() {
        broker.cut(this, false);
        end(LinkState.CLOSED, "killed");
    }

    /** Cuts the connection, as a pulled cable would; {@link #mend} reconnects. */
    public void cut() {
        broker.cut(this, true);
    }

    /** Reconnects after {@link #cut}. */
    public void mend() {
        broker.mend(this);
    }

    /** Messages that were lost because the inbound queue was full. */
    public long dropped() {
        return mailbox.dropped();
    }

    String id() {
        return id;
    }

    @Nullable
    SessionSettings settings() {
        return settings;
    }

    @Nullable
    Will will() {
        return will;
    }

    List<String> filters() {
        return subscriptions.filters();
    }

    /** A connection begins; called by the broker. */
    void connected(String newId) {
        id = newId;
        connections++;
        SessionSettings known = settings;
        IntFunction<Will> wills = known == null ? null : known.will();
        will = wills == null ? null : wills.apply(connections);
    }

    void granted(String filter) {
        CompletableFuture<Void> future = asked.take(filter);
        if (future != null) {
            mailbox.control(() -> future.complete(null));
        }
    }

    /**
     * The broker refuses a subscription.
     *
     * @return whether it was granted before: the transport has ended then
     */
    boolean refused(String filter, LinkException why) {
        subscriptions.remove(filter);
        CompletableFuture<Void> future = asked.take(filter);
        if (future == null) {
            end(LinkState.REFUSED, String.valueOf(why.getMessage()));
            return true;
        }
        mailbox.control(() -> future.completeExceptionally(why));
        return false;
    }

    boolean wants(String topic) {
        return subscriptions.match(topic);
    }

    void deliver(InboundMessage message) {
        mailbox.offer(() -> subscriptions.dispatch(message));
    }

    void enter(LinkState next, String sentence) {
        if (board.enter(next, sentence)) {
            StateBoard.Entry entry = board.present();
            mailbox.control(() -> board.tell(entry));
        }
    }

    void end(LinkState last, String sentence) {
        enter(last, sentence);
        failAsked(board.present());
        mailbox.end();
    }

    private void failAsked(StateBoard.Entry last) {
        LinkException why = ended(last);
        asked.takeAll().forEach(future -> mailbox.control(() -> future.completeExceptionally(why)));
    }

    private void requireOpen() {
        StateBoard.Entry present = board.present();
        if (present.state().isFinal()) {
            throw ended(present);
        }
    }

    private static LinkException ended(StateBoard.Entry last) {
        Reason reason = last.state() == LinkState.TAKEN_OVER ? Reason.TAKEN_OVER : Reason.CLOSED;
        return new LinkException(reason, "the transport has ended: " + last.sentence());
    }
}
