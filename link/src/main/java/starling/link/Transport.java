package starling.link;

import java.util.concurrent.CompletableFuture;

/**
 * One client's connection to the fleet's broker: publish and subscribe with the semantics of MQTT 5 and a clean session. A transport is
 * used for one identity from {@link #connect} to {@link #close}; in between it reconnects by itself.
 *
 * <p><b>What survives a lost connection.</b> Subscriptions do: they are made again before {@link LinkState#CONNECTED} is announced. Messages do
 * not: whatever is queued or unacknowledged when the connection is lost fails with {@link LinkException.Reason#LOST}, and publishing while
 * there is no connection fails at once, so that no stale message appears after a long silence. Messages that others sent meanwhile are not
 * delivered later (retained ones are).
 *
 * <p><b>Two with one identity.</b> The newer one wins. The older is told by the broker and stops in state {@link LinkState#TAKEN_OVER}; where
 * the broker does not tell, it reconnects once, finds the {@link Claim} of the newer one and stops then, and the newer one has to
 * reconnect once.
 *
 * <p><b>Threads.</b> The handlers of one transport are called one at a time, in the order of arrival, on a thread of the transport; so are
 * its state listeners, perhaps on another one. Futures complete on any thread. None of these may block (never wait there for a future of the same
 * transport); publishing and subscribing from within them is fine. A handler that lags behind makes the broker queue, and then drop:
 * receivers see that by sequence numbers. All methods may be called from any thread.
 *
 * <p><b>Limits.</b> Everything is bounded by {@link Limits}. When the send queue is full the newest message is refused at once with
 * {@link LinkException.Reason#QUEUE_FULL}; publishing never blocks.
 */
public interface Transport extends AutoCloseable {

    /**
     * Connects, trying again with growing pauses while the broker is away, until connected or until the connect deadline. Then makes the
     * subscriptions that were asked for before; their own futures say how that went. May be called once.
     *
     * @throws LinkException with reason UNREACHABLE when the deadline passes, CREDENTIALS or NOT_AUTHORISED when the broker refuses, TLS
     *     when there is no trust, CLOSED when closed meanwhile; the transport cannot be used any more then
     */
    void connect(SessionSettings settings) throws LinkException;

    /**
     * Sends one message.
     *
     * <p>The future completes normally when the broker has taken the message (at QoS 1: acknowledged it; at QoS 0: when it was handed to the
     * network). It completes exceptionally with a {@link LinkException} of one of these reasons, at once or later: UNFIT (no valid topic),
     * TOO_LARGE (longer than {@link Limits#maxPacketBytes} or than the broker takes), QUEUE_FULL, NOT_CONNECTED (nothing was sent),
     * NOT_AUTHORISED (the broker refuses that topic), REFUSED (the broker refuses for another reason), LOST (the connection was lost before the
     * acknowledgement: it may have arrived or not), DEADLINE (no acknowledgement within {@link Timing#operationDeadline}: likewise), TAKEN_OVER, CLOSED. It always
     * completes.
     *
     * @param payload not copied: it must not be changed until the future has completed
     */
    CompletableFuture<Void> publish(String topic, byte[] payload, Qos qos, boolean retained);

    /**
     * Subscribes at QoS 1. Before {@link #connect}, or while there is no connection, the subscription is made with the next connection.
     *
     * <p>The future completes normally when the broker has granted it. It completes exceptionally with a {@link LinkException}: UNFIT (no valid
     * filter, or one that overlaps another subscription of this transport), NOT_AUTHORISED or REFUSED by the broker, DEADLINE, TAKEN_OVER,
     * CLOSED; the handler is forgotten then. When the broker refuses to renew it after a reconnection the transport ends in state {@link LinkState#REFUSED}.
     */
    CompletableFuture<Void> subscribe(String filter, MessageHandler handler);

    /** Adds a listener and tells it, on this thread, the state that was told to the others last; each change after that follows. */
    void addStateListener(StateListener listener);

    LinkState state();

    /**
     * Says good-bye (no will is sent) and ends all threads. What is pending fails with CLOSED. Returns within
     * {@link Timing#operationDeadline}; later calls do nothing.
     */
    @Override
    void close();
}
