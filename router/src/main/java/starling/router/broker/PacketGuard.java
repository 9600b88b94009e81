package starling.router.broker;

import static io.netty.handler.codec.mqtt.MqttProperties.MqttPropertyType.SESSION_EXPIRY_INTERVAL;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.netty.util.ReferenceCountUtil;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before the engine on a connection that was let in. It
 *
 * <ul>
 *   <li>stops reading from a client whose messages the engine has not yet taken (1 MiB or one packet), whose requests it
 *       has not yet answered, or that does not read its own answers; TCP then slows the client down;
 *   <li>stops sending to a client that leaves more than {@link BrokerLimits#queuedBytes} unacknowledged;
 *   <li>ends a connection whose client reads and acknowledges nothing for {@link BrokerLimits#stallSeconds};
 *   <li>ends a connection that breaks the protocol in ways which cost the engine memory: acknowledgements of nothing, a
 *       second CONNECT, more than {@link BrokerLimits#SUBSCRIPTIONS} subscriptions, a packet too large;
 *   <li>refuses topics with {@code ::}, which the engine takes for the name of a queue, and shared subscriptions.
 * </ul>
 */
@SuppressWarnings("FutureReturnValueIgnored") // of close and write: a channel that fails there is closed
final class PacketGuard extends ChannelDuplexHandler {

    private static final Logger LOG = LoggerFactory.getLogger(PacketGuard.class);

    static final byte MALFORMED = (byte) 0x81;
    static final byte PROTOCOL_ERROR = (byte) 0x82;
    static final byte SERVER_SHUTTING_DOWN = (byte) 0x8B;
    static final byte TOPIC_FILTER_INVALID = (byte) 0x8F;
    static final byte TOPIC_NAME_INVALID = (byte) 0x90;
    static final byte PACKET_TOO_LARGE = (byte) 0x95;
    static final byte QUOTA_EXCEEDED = (byte) 0x97;
    static final byte SHARED_SUBSCRIPTIONS_NOT_SUPPORTED = (byte) 0x9E;

    /** What a message costs the engine besides its bytes. */
    private static final int MESSAGE_OVERHEAD = 512;

    private static final int MAX_UNANSWERED = 64;
    private static final int MAX_UNREAD = 1 << 20;
    private static final int LOOK_AGAIN_MILLIS = 50;

    /** Which of Netty's user-defined reasons for not writing is ours. */
    private static final int WRITABILITY = 1;

    /** How long a client may take to read the reason before the socket is closed all the same. */
    private static final int PATIENCE_SECONDS = 2;

    private final ConnectPacket connect;
    private final long maxUntaken;
    private final long maxUnacknowledged;
    private final int stallSeconds;
    private final Consumer<ChannelHandlerContext> opened;
    private final Set<String> filters = new HashSet<>();
    private final AtomicLong untaken = new AtomicLong();

    // All of these belong to the connection's event loop.
    private boolean connectSeen;
    private boolean open;
    private boolean ended;
    private int unanswered;
    private boolean looking;
    private long unacknowledgedBytes;
    private long progress;
    private @Nullable ScheduledFuture<?> stall;

    /** The bytes of each message on its way to the client, by packet identifier. */
    private final Map<Integer, Integer> unacknowledged = new HashMap<>();

    /**
     * @param connect as the client sent it
     * @param opened is called on the event loop when the engine has accepted the connection
     */
    PacketGuard(ConnectPacket connect, BrokerLimits limits, Consumer<ChannelHandlerContext> opened) {
        this.connect = connect;
        this.maxUntaken = Math.max(1 << 20, limits.packetBytes());
        this.maxUnacknowledged = limits.queuedBytes();
        this.stallSeconds = limits.stallSeconds();
        this.opened = opened;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object packet) {
        if (ended) {
            ReferenceCountUtil.release(packet);
            return;
        }
        if (!(packet instanceof MqttMessage message) || message.decoderResult().isFailure()) {
            ReferenceCountUtil.release(packet);
            end(ctx, MALFORMED, "a malformed packet");
            return;
        }
        if (message instanceof MqttPublishMessage publish) {
            published(ctx, publish);
        } else if (allowed(ctx, message)) {
            ctx.fireChannelRead(message);
        }
        regulate(ctx);
    }

    private void published(ChannelHandlerContext ctx, MqttPublishMessage publish) {
        if (publish.variableHeader().topicName().contains("::")) {
            publish.release();
            end(ctx, TOPIC_NAME_INVALID, "a topic with ::");
            return;
        }
        long cost = (long) MESSAGE_OVERHEAD + publish.fixedHeader().remainingLength();
        untaken.addAndGet(cost);
        ctx.fireChannelRead(new TakenPublish(publish, () -> taken(ctx, cost)));
    }

    /** Called by whatever thread has taken the message. */
    private void taken(ChannelHandlerContext ctx, long cost) {
        long before = untaken.getAndAdd(-cost);
        if (before > maxUntaken && before - cost <= maxUntaken) {
            ctx.executor().execute(() -> regulate(ctx));
        }
    }

    private boolean allowed(ChannelHandlerContext ctx, MqttMessage message) {
        switch (message.fixedHeader().messageType()) {
            case CONNECT -> {
                if (connectSeen) {
                    return end(ctx, PROTOCOL_ERROR, "a second CONNECT");
                }
                connectSeen = true;
            }
            case AUTH -> {
                return end(ctx, PROTOCOL_ERROR, "AUTH without an authentication method");
            }
            case PUBACK, PUBREC, PUBCOMP -> {
                if (!acknowledged(ctx, message)) {
                    return end(ctx, PROTOCOL_ERROR, "an acknowledgement of nothing");
                }
            }
            case PUBREL -> unanswered++;
            case SUBSCRIBE -> {
                unanswered++;
                return subscribable(ctx, (MqttSubscribeMessage) message);
            }
            case UNSUBSCRIBE -> {
                unanswered++;
                ((MqttUnsubscribeMessage) message).payload().topics().forEach(filters::remove);
            }
            default -> {
                return true;
            }
        }
        return true;
    }

    private boolean acknowledged(ChannelHandlerContext ctx, MqttMessage message) {
        if (!(message.variableHeader() instanceof MqttMessageIdVariableHeader header)) {
            return false;
        }
        Integer bytes = unacknowledged.remove(header.messageId());
        if (bytes == null) {
            return false;
        }
        unacknowledgedBytes -= bytes;
        progress++;
        setWritable(ctx, unacknowledgedBytes <= maxUnacknowledged);
        return true;
    }

    private void sent(ChannelHandlerContext ctx, int id, int bytes) {
        Integer before = unacknowledged.put(id, bytes);
        unacknowledgedBytes += bytes - (before == null ? 0 : before);
        setWritable(ctx, unacknowledgedBytes <= maxUnacknowledged);
    }

    /** The engine sends nothing more while the connection says that it cannot be written to. */
    private static void setWritable(ChannelHandlerContext ctx, boolean writable) {
        ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
        if (buffer != null && buffer.getUserDefinedWritability(WRITABILITY) != writable) {
            buffer.setUserDefinedWritability(WRITABILITY, writable);
        }
    }

    private boolean subscribable(ChannelHandlerContext ctx, MqttSubscribeMessage subscribe) {
        for (MqttTopicSubscription subscription : subscribe.payload().topicSubscriptions()) {
            String filter = subscription.topicFilter();
            if (filter.startsWith("$share/")) {
                return end(ctx, SHARED_SUBSCRIPTIONS_NOT_SUPPORTED, "a shared subscription");
            }
            if (filter.contains("::")) {
                return end(ctx, TOPIC_FILTER_INVALID, "a topic filter with ::");
            }
            filters.add(filter);
            if (filters.size() > BrokerLimits.SUBSCRIPTIONS) {
                return end(ctx, QUOTA_EXCEEDED, "more than " + BrokerLimits.SUBSCRIPTIONS + " subscriptions");
            }
        }
        return true;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object packet, ChannelPromise promise) throws Exception {
        if (ended) {
            ReferenceCountUtil.release(packet);
            return;
        }
        if (packet instanceof MqttConnAckMessage connack) {
            boolean accepted =
                    connack.variableHeader().connectReturnCode() == MqttConnectReturnCode.CONNECTION_ACCEPTED;
            if (accepted && connect.wantsExpiry()) {
                connack.variableHeader().properties().add(new IntegerProperty(SESSION_EXPIRY_INTERVAL.value(), 0));
            }
            super.write(ctx, packet, promise);
            if (accepted) {
                open = true;
                ctx.executor().execute(() -> {
                    opened.accept(ctx);
                    regulate(ctx);
                });
            }
            return;
        }
        if (packet instanceof MqttMessage message) {
            count(ctx, message);
        }
        super.write(ctx, packet, promise);
        regulate(ctx);
    }

    private void count(ChannelHandlerContext ctx, MqttMessage message) {
        switch (message.fixedHeader().messageType()) {
            case PUBLISH -> {
                if (message instanceof MqttPublishMessage publish
                        && publish.fixedHeader().qosLevel() != MqttQoS.AT_MOST_ONCE) {
                    int bytes = publish.payload().readableBytes() + MESSAGE_OVERHEAD;
                    sent(ctx, publish.variableHeader().packetId(), bytes);
                }
            }
            case PUBREL -> {
                if (message.variableHeader() instanceof MqttMessageIdVariableHeader header) {
                    sent(ctx, header.messageId(), MESSAGE_OVERHEAD);
                }
            }
            case SUBACK, UNSUBACK, PUBCOMP -> unanswered--;
            default -> {
                // asks for no answer and is none
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        ScheduledFuture<?> running = stall;
        if (ctx.channel().isWritable() && running != null) {
            running.cancel(false);
            stall = null;
        } else if (!ctx.channel().isWritable() && running == null) {
            awaitProgress(ctx);
        }
        ctx.fireChannelWritabilityChanged();
    }

    /** Ends the connection unless the client has read or acknowledged something meanwhile. */
    private void awaitProgress(ChannelHandlerContext ctx) {
        long pending = pendingBytes(ctx);
        long acknowledged = progress;
        stall = ctx.executor()
                .schedule(
                        () -> {
                            if (pendingBytes(ctx) != pending || progress != acknowledged) {
                                awaitProgress(ctx);
                            } else {
                                end(ctx, QUOTA_EXCEEDED, "it read and acknowledged nothing for " + stallSeconds + " s");
                            }
                        },
                        stallSeconds,
                        TimeUnit.SECONDS);
    }

    private static long pendingBytes(ChannelHandlerContext ctx) {
        ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ScheduledFuture<?> running = stall;
        if (running != null) {
            running.cancel(false);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof PacketFramer.Violation violation) {
            boolean large = violation == PacketFramer.Violation.TOO_LARGE;
            end(ctx, large ? PACKET_TOO_LARGE : MALFORMED, large ? "a packet too large" : "a malformed packet");
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    private void regulate(ChannelHandlerContext ctx) {
        boolean answersUnread = pendingBytes(ctx) > MAX_UNREAD;
        boolean read = open && !ended && untaken.get() <= maxUntaken && unanswered <= MAX_UNANSWERED && !answersUnread;
        if (read != ctx.channel().config().isAutoRead()) {
            ctx.channel().config().setAutoRead(read);
        }
        if (answersUnread && !looking) {
            looking = true;
            ctx.executor()
                    .schedule(
                            () -> {
                                looking = false;
                                regulate(ctx);
                            },
                            LOOK_AGAIN_MILLIS,
                            TimeUnit.MILLISECONDS);
        }
    }

    /** Says why, where the client's version of MQTT can, and closes. */
    private boolean end(ChannelHandlerContext ctx, byte reason, String what) {
        ended = true;
        BrokerUser user = ctx.channel().attr(BrokerUser.OF_CONNECTION).get();
        LOG.info("closing the connection of {}: {}", user == null ? "(nobody)" : user.name(), what);
        dismiss(ctx, reason);
        return false;
    }

    /** Ends the connection because the broker stops. May be called by any thread. */
    void shutDown(ChannelHandlerContext ctx) {
        ctx.executor().execute(() -> {
            ended = true;
            dismiss(ctx, SERVER_SHUTTING_DOWN);
        });
    }

    private void dismiss(ChannelHandlerContext ctx, byte reason) {
        if (connect.isVersion5()) {
            ctx.executor().schedule(() -> ctx.close(), PATIENCE_SECONDS, TimeUnit.SECONDS);
            ctx.writeAndFlush(
                            MqttMessageBuilders.disconnect().reasonCode(reason).build())
                    .addListener(ChannelFutureListener.CLOSE);
        } else {
            ctx.close();
        }
    }

    /** A message that tells when the engine lets go of it. */
    private static final class TakenPublish extends MqttPublishMessage {

        private final Runnable taken;
        private boolean released;

        TakenPublish(MqttPublishMessage publish, Runnable taken) {
            super(publish.fixedHeader(), publish.variableHeader(), publish.payload());
            this.taken = taken;
        }

        @Override
        public boolean release() {
            if (!released) {
                released = true;
                taken.run();
            }
            return super.release();
        }
    }
}
