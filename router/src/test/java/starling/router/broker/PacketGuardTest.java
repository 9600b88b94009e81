package starling.router.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The guard alone, with an engine that takes a message when the test says so. */
class PacketGuardTest {

    private final AtomicInteger opened = new AtomicInteger();
    private final EmbeddedChannel channel = new EmbeddedChannel();

    @BeforeEach
    void connect() {
        ConnectPacket connect =
                ConnectPacket.decode(Unpooled.wrappedBuffer(RawClient.connect("worker-0", "worker-0", "zero", 60)));
        channel.pipeline()
                .addLast(new PacketGuard(connect, BrokerLimits.standard(), guard -> opened.incrementAndGet()));
        channel.config().setAutoRead(false);
        channel.writeInbound(connect.message());
        assertEquals(0, opened.get());
        assertFalse(channel.config().isAutoRead());
        channel.writeOutbound(MqttMessageBuilders.connAck()
                .returnCode(MqttConnectReturnCode.CONNECTION_ACCEPTED)
                .build());
        channel.runPendingTasks();
        assertEquals(1, opened.get());
        assertTrue(channel.config().isAutoRead());
        channel.readInbound();
        channel.readOutbound();
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private static MqttPublishMessage publish(int bytes, MqttQoS qos) {
        String topic = "starling/home/worker/0/frame/1";
        int remaining = 2 + topic.length() + 1 + bytes;
        return new MqttPublishMessage(
                new MqttFixedHeader(MqttMessageType.PUBLISH, false, qos, false, remaining),
                new MqttPublishVariableHeader(topic, 1),
                Unpooled.buffer(bytes).writeZero(bytes));
    }

    private static MqttMessage subscribe(int id) {
        return MqttMessageBuilders.subscribe()
                .messageId(id)
                .addSubscription(MqttQoS.AT_LEAST_ONCE, "starling/home/worker/+/frame/0")
                .build();
    }

    private void assertEnded(byte reason) {
        MqttMessage disconnect = assertInstanceOf(MqttMessage.class, channel.readOutbound());
        assertEquals(MqttMessageType.DISCONNECT, disconnect.fixedHeader().messageType());
        assertEquals(
                reason,
                assertInstanceOf(MqttReasonCodeAndPropertiesVariableHeader.class, disconnect.variableHeader())
                        .reasonCode());
        assertFalse(channel.isOpen());
    }

    @Test
    void stopsReadingWhileTheEngineLagsBehind() {
        Deque<Object> taken = new ArrayDeque<>();
        int sent = 0;
        while (channel.config().isAutoRead()) {
            channel.writeInbound(publish(10_000, MqttQoS.AT_MOST_ONCE));
            taken.add(channel.readInbound());
            sent++;
            assertTrue(sent < 200, "never stops");
        }
        assertTrue(sent > 90, "a megabyte may wait, but reading stopped after " + sent);
        ReferenceCountUtil.release(taken.remove());
        channel.runPendingTasks();
        assertTrue(channel.config().isAutoRead());
        taken.forEach(ReferenceCountUtil::release);
    }

    @Test
    void countsSmallMessagesForWhatTheyCost() {
        int sent = 0;
        while (channel.config().isAutoRead()) {
            channel.writeInbound(publish(1, MqttQoS.AT_MOST_ONCE));
            sent++;
            assertTrue(sent < 3000, "never stops");
        }
    }

    @Test
    void aMessageIsCountedOnceHoweverOftenItIsLetGo() {
        MqttPublishMessage first = publish(900_000, MqttQoS.AT_MOST_ONCE);
        first.retain();
        channel.writeInbound(first);
        Object taken = channel.readInbound();
        ReferenceCountUtil.release(taken);
        ReferenceCountUtil.release(taken);
        channel.writeInbound(publish(900_000, MqttQoS.AT_MOST_ONCE));
        channel.writeInbound(publish(900_000, MqttQoS.AT_MOST_ONCE));
        assertFalse(channel.config().isAutoRead());
    }

    @Test
    void stopsReadingWhileRequestsAreUnanswered() {
        for (int i = 1; i <= 65; i++) {
            channel.writeInbound(subscribe(i));
        }
        assertFalse(channel.config().isAutoRead());
        channel.writeOutbound(MqttMessageBuilders.subAck()
                .packetId(1)
                .addGrantedQos(MqttQoS.AT_LEAST_ONCE)
                .build());
        assertTrue(channel.config().isAutoRead());
    }

    @Test
    void stopsSendingToOneThatAcknowledgesNothingAndEndsItsConnectionInTheEnd() {
        send(1, 1_000_000);
        send(2, 1_000_000);
        assertTrue(channel.isWritable());
        send(3, 1_000_000);
        assertFalse(channel.isWritable());
        assertTrue(channel.config().isAutoRead(), "its acknowledgement must come through");
        pass(9);
        channel.writeInbound(MqttMessageBuilders.pubAck().packetId(2).build());
        assertTrue(channel.isWritable());
        send(4, 1_000_000);
        send(5, 1_000_000);
        pass(9);
        channel.writeInbound(MqttMessageBuilders.pubAck().packetId(1).build());
        assertFalse(channel.isWritable());
        pass(9);
        assertTrue(channel.isOpen(), "it has acknowledged something meanwhile");
        pass(12);
        assertFalse(channel.isOpen());
    }

    private void send(int id, int bytes) {
        MqttPublishMessage publish = publish(bytes, MqttQoS.AT_LEAST_ONCE);
        channel.writeOutbound(new MqttPublishMessage(
                publish.fixedHeader(),
                new MqttPublishVariableHeader(publish.variableHeader().topicName(), id),
                publish.payload()));
        ReferenceCountUtil.release(channel.readOutbound());
    }

    private void pass(int seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void stopsReadingFromOneThatDoesNotReadItsAnswers() {
        ChannelFuture unread = channel.write(Unpooled.buffer(2_000_000).writeZero(2_000_000)); // never flushed
        channel.writeInbound(MqttMessage.PINGREQ);
        assertFalse(channel.config().isAutoRead());
        assertFalse(channel.isWritable());
        pass(1);
        assertFalse(channel.config().isAutoRead());
        assertFalse(unread.isDone());
        channel.flush();
        pass(1);
        assertTrue(channel.config().isAutoRead());
        assertTrue(channel.isWritable());
    }

    @Test
    void onlyWhatWasSentCanBeAcknowledged() {
        channel.writeOutbound(publish(1, MqttQoS.AT_LEAST_ONCE), publish(1, MqttQoS.AT_MOST_ONCE));
        ReferenceCountUtil.release(channel.readOutbound());
        ReferenceCountUtil.release(channel.readOutbound());
        channel.writeInbound(MqttMessageBuilders.pubAck().packetId(1).build());
        assertNotNull(channel.readInbound());
        channel.writeInbound(MqttMessageBuilders.pubAck().packetId(1).build());
        assertNull(channel.readInbound());
        assertEnded(PacketGuard.PROTOCOL_ERROR);
    }

    @Test
    void saysNothingMoreAfterItsLastWord() {
        channel.writeInbound(MqttMessageBuilders.pubAck().packetId(1).build());
        assertEnded(PacketGuard.PROTOCOL_ERROR);
        assertNull(channel.readOutbound());
    }
}
