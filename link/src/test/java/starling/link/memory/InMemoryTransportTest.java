package starling.link.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import starling.link.InboundMessage;
import starling.link.Limits;
import starling.link.LinkException;
import starling.link.LinkException.Reason;
import starling.link.LinkState;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.Timing;

class InMemoryTransportTest {

    private final InMemoryBroker broker = new InMemoryBroker();

    @AfterEach
    void stop() {
        broker.close();
    }

    private InMemoryTransport connect(SessionSettings settings) {
        InMemoryTransport transport = broker.newTransport();
        transport.connect(settings);
        return transport;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(InboundMessage message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }

    private static Reason reason(CompletableFuture<Void> future) {
        CompletionException e = assertThrows(CompletionException.class, future::join);
        return assertInstanceOf(LinkException.class, e.getCause()).reason();
    }

    @Test
    void aFullInboundQueueLosesTheNewest() throws Exception {
        InMemoryTransport slow = connect(SessionSettings.of("slow").withLimits(Limits.DEFAULT.withMaxInbound(3)));
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch open = new CountDownLatch(1);
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        slow.subscribe("t", message -> {
                    begun.countDown();
                    try {
                        open.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    got.add(text(message));
                })
                .join();
        InMemoryTransport fast = connect(SessionSettings.of("fast"));
        fast.publish("t", bytes("0"), Qos.AT_LEAST_ONCE, false).join();
        assertTrue(begun.await(10, TimeUnit.SECONDS));
        for (int i = 1; i <= 5; i++) {
            fast.publish("t", bytes("" + i), Qos.AT_LEAST_ONCE, false).join();
        }
        assertEquals(2, slow.dropped());
        open.countDown();
        for (String expected : List.of("0", "1", "2", "3")) {
            assertEquals(expected, got.poll(10, TimeUnit.SECONDS));
        }
        fast.publish("t", bytes("6"), Qos.AT_LEAST_ONCE, false).join();
        assertEquals("6", got.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void seededFaultsLoseDoubleAndDelayTheSameMessagesEveryTime() throws Exception {
        assertEquals(faultyRun(5), faultyRun(5));
        List<String> one = faultyRun(6);
        assertTrue(one.size() > Math.toIntExact(one.stream().distinct().count()), "some were doubled");
        assertTrue(one.stream().distinct().count() < 300, "some were lost");
    }

    /** What arrived of 300 messages; sorted, for delays race with each other. */
    private List<String> faultyRun(long seed) throws InterruptedException {
        try (InMemoryBroker own = new InMemoryBroker();
                InMemoryTransport receiver = own.newTransport();
                InMemoryTransport sender = own.newTransport()) {
            receiver.connect(SessionSettings.of("receiver"));
            sender.connect(SessionSettings.of("sender"));
            List<String> got = Collections.synchronizedList(new ArrayList<>());
            CountDownLatch end = new CountDownLatch(1);
            receiver.subscribe("t", message -> got.add(text(message))).join();
            receiver.subscribe("end", message -> end.countDown()).join();
            own.setFaults(FaultPlan.seeded(seed, 0.2, 0.2, 0.3, Duration.ofMillis(5)));
            for (int i = 0; i < 300; i++) {
                sender.publish("t", bytes("" + i), Qos.AT_LEAST_ONCE, false).join();
            }
            // A message that is later than the longest delay comes after all others.
            own.setFaults((from, to, topic) -> List.of(Duration.ofMillis(50)));
            sender.publish("end", bytes(""), Qos.AT_LEAST_ONCE, false).join();
            assertTrue(end.await(10, TimeUnit.SECONDS));
            return got.stream().sorted().toList();
        }
    }

    @Test
    void cutAndMendKeepSubscriptionsAndLoseMessages() throws Exception {
        InMemoryTransport one = connect(SessionSettings.of("one"));
        InMemoryTransport two = connect(SessionSettings.of("two"));
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        one.subscribe("t", message -> got.add(text(message))).join();
        one.cut();
        assertEquals(LinkState.LOST, one.state());
        assertEquals(Reason.NOT_CONNECTED, reason(one.publish("t", bytes("x"), Qos.AT_LEAST_ONCE, false)));
        two.publish("t", bytes("lost"), Qos.AT_LEAST_ONCE, false).join();
        one.mend();
        assertEquals(LinkState.CONNECTED, one.state());
        two.publish("t", bytes("heard"), Qos.AT_LEAST_ONCE, false).join();
        assertEquals("heard", got.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void connectingWaitsForTheBrokerUntilTheDeadline() {
        broker.stop();
        InMemoryTransport transport = broker.newTransport();
        SessionSettings settings =
                SessionSettings.of("one").withTiming(Timing.DEFAULT.withConnectDeadline(Duration.ofMillis(50)));
        LinkException e = assertThrows(LinkException.class, () -> transport.connect(settings));
        assertEquals(Reason.UNREACHABLE, e.reason());
        assertEquals(LinkState.CLOSED, transport.state());
    }
}
