package starling.link.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import starling.link.Limits;
import starling.link.LinkException;
import starling.link.LinkException.Reason;
import starling.link.LinkState;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.Timing;
import starling.link.contract.Await;

/** What a broker might do that Mosquitto does not. */
class PahoTransportTest {

    private static final Timing TIMING = Timing.DEFAULT
            .withOperationDeadline(Duration.ofSeconds(20))
            .withPauses(Duration.ofMillis(20), Duration.ofMillis(50));
    private static final SessionSettings SETTINGS = SessionSettings.of("one").withTiming(TIMING);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final BlockingQueue<String> states = new LinkedBlockingQueue<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private ScriptedBroker broker(ScriptedBroker.Script script) throws IOException {
        ScriptedBroker broker = new ScriptedBroker(script);
        open.add(broker);
        return broker;
    }

    private PahoTransport transport(ScriptedBroker broker) {
        PahoTransport transport = new PahoTransport(broker.address());
        open.add(0, transport);
        transport.addStateListener((state, sentence) -> states.add(state + ": " + sentence));
        return transport;
    }

    private PahoTransport connect(ScriptedBroker broker, SessionSettings settings) {
        PahoTransport transport = transport(broker);
        transport.connect(settings);
        return transport;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static CompletableFuture<Void> send(PahoTransport transport, String text) {
        return transport.publish("t", bytes(text), Qos.AT_LEAST_ONCE, false);
    }

    /** The sentence told with a state. */
    private String told(LinkState state) {
        while (true) {
            String next = Await.next(states);
            if (next.startsWith(state + ": ")) {
                return next;
            }
        }
    }

    @Test
    void whoIsToldOfATakeOverStopsAndDoesNotComeBack() throws Exception {
        CountDownLatch takeOver = new CountDownLatch(1);
        ScriptedBroker broker = broker((line, number) -> {
            line.accept("");
            await(takeOver);
            line.send("e0 02 8e 00");
            line.idle();
        });
        PahoTransport transport = connect(broker, SETTINGS);
        takeOver.countDown();
        assertTrue(told(LinkState.TAKEN_OVER).contains("another program connected"));
        assertEquals(Reason.TAKEN_OVER, Await.failure(send(transport, "x")).reason());
        // Many pauses long: had it reconnected, there would be another connection.
        assertTrue(!Await.perhaps(Duration.ofMillis(500), () -> broker.connections() > 1));
    }

    @Test
    void whoIsThrownOutByTheOperatorStaysOut() throws Exception {
        ScriptedBroker broker = broker((line, number) -> {
            line.accept("");
            line.send("e0 02 87 00");
            line.idle();
        });
        PahoTransport transport = transport(broker);
        try {
            transport.connect(SETTINGS);
        } catch (LinkException e) {
            assertEquals(Reason.NOT_AUTHORISED, e.reason());
        }
        assertTrue(told(LinkState.REFUSED).contains("not authorised, reason code 0x87"));
        assertTrue(!Await.perhaps(Duration.ofMillis(500), () -> broker.connections() > 1));
    }

    @Test
    void aBusyBrokerIsAskedAgainAndARefusingOneIsNot() throws Exception {
        ScriptedBroker busy = broker((line, number) -> {
            if (number < 3) {
                line.read();
                line.send("20 03 00 89 00");
            } else {
                line.accept("");
                line.idle();
            }
        });
        connect(busy, SETTINGS);
        assertEquals(3, busy.connections());
        ScriptedBroker refusing = broker((line, number) -> {
            line.read();
            line.send("20 03 00 8a 00");
        });
        LinkException why = assertThrows(LinkException.class, () -> connect(refusing, SETTINGS));
        assertEquals(Reason.REFUSED, why.reason());
        assertTrue(String.valueOf(why.getMessage()).contains("banned, reason code 0x8A"), why.getMessage());
        assertEquals(1, refusing.connections());
    }

    @Test
    void aBrokerThatSaysNothingIsUnreachableByTheDeadline() throws Exception {
        ScriptedBroker silent = broker((line, number) -> line.idle());
        Timing short300 =
                TIMING.withOperationDeadline(Duration.ofMillis(100)).withConnectDeadline(Duration.ofMillis(300));
        LinkException why = assertThrows(LinkException.class, () -> connect(silent, SETTINGS.withTiming(short300)));
        assertEquals(Reason.UNREACHABLE, why.reason());
        assertTrue(String.valueOf(why.getMessage()).contains("no connection within 300 ms"), why.getMessage());
    }

    @Test
    void aPacketThatIsTooLongIsRefusedBeforeMemoryIsTaken() throws Exception {
        ScriptedBroker broker = broker((line, number) -> {
            line.accept("");
            if (number == 1) {
                line.send("30 ff ff ff 7f");
            }
            line.idle();
        });
        PahoTransport transport = connect(broker, SETTINGS);
        String sentence = told(LinkState.LOST);
        assertTrue(
                sentence.contains("a packet must have at most 1048576 bytes: the broker announces one of 268435460"),
                sentence);
        told(LinkState.CONNECTED);
        assertEquals(2, broker.connections());
        assertEquals(LinkState.CONNECTED, transport.state());
    }

    @Test
    void noiseEndsTheConnectionAndNothingElse() throws Exception {
        List<String> noise =
                List.of("ff ff ff ff ff", "00 00", "30 80 80 80 80 01", "32 02 00 50", "90 01 00", "40 00");
        AtomicInteger next = new AtomicInteger();
        ScriptedBroker broker = broker((line, number) -> {
            line.accept("");
            if (number <= noise.size()) {
                line.send(noise.get(next.getAndIncrement()));
                // Some of it does not look wrong at once: then the connection ends here.
                line.send("ff".repeat(300));
            }
            line.idle();
        });
        PahoTransport transport = connect(broker, SETTINGS);
        Await.until("it comes through", () -> broker.connections() > noise.size());
        Await.until("connected", () -> transport.state() == LinkState.CONNECTED);
    }

    @Test
    void aHeaderThatComesInPiecesKeepsItsPlace() throws Exception {
        ScriptedBroker broker = broker((line, number) -> {
            line.accept("");
            line.answerSubscribe(line.readPastPings(), 1);
            // Slower than any read timeout of the client.
            for (String piece : List.of("30", "85", "00", "00 01 74", "00", "6f")) {
                line.send(piece);
                LockSupport.parkNanos(600_000_000);
            }
            line.send("30 05 00 01 74 00 6b");
            line.idle();
        });
        PahoTransport transport = transport(broker);
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        CompletableFuture<Void> subscribed =
                transport.subscribe("t", message -> got.add(new String(message.payload(), StandardCharsets.US_ASCII)));
        transport.connect(SETTINGS);
        Await.done(subscribed);
        assertEquals("o", Await.next(got));
        assertEquals("k", Await.next(got));
    }

    @Test
    void aRefusedSubscriptionIsSeenAndTheOthersHold() throws Exception {
        ScriptedBroker broker = broker((line, number) -> {
            line.accept("");
            while (true) {
                ScriptedBroker.Packet packet = line.readPastPings();
                if (packet.type() == ScriptedBroker.SUBSCRIBE) {
                    boolean forbidden = new String(packet.body(), StandardCharsets.US_ASCII).contains("forbidden");
                    line.answerSubscribe(packet, forbidden ? 0x87 : 1);
                }
            }
        });
        PahoTransport transport = transport(broker);
        CompletableFuture<Void> early = transport.subscribe("forbidden/1", message -> {});
        CompletableFuture<Void> allowed = transport.subscribe("allowed", message -> {});
        transport.connect(SETTINGS);
        Await.done(allowed);
        LinkException why = Await.failure(early);
        assertEquals(Reason.NOT_AUTHORISED, why.reason());
        assertTrue(String.valueOf(why.getMessage()).contains("subscribe to forbidden/1"), why.getMessage());
        assertEquals(
                Reason.NOT_AUTHORISED,
                Await.failure(transport.subscribe("forbidden/2", message -> {})).reason());
        assertEquals(LinkState.CONNECTED, transport.state());
        // It was forgotten, so it may be asked for again.
        assertEquals(
                Reason.NOT_AUTHORISED,
                Await.failure(transport.subscribe("forbidden/2", message -> {})).reason());
    }

    @Test
    void aSubscriptionThatIsNotRenewedEndsTheTransport() throws Exception {
        CountDownLatch loss = new CountDownLatch(1);
        ScriptedBroker broker = broker((line, number) -> {
            line.accept("");
            line.answerSubscribe(line.readPastPings(), number == 1 ? 1 : 0x87);
            if (number == 1) {
                await(loss);
                return;
            }
            line.idle();
        });
        PahoTransport transport = connect(broker, SETTINGS);
        Await.done(transport.subscribe("t", message -> {}));
        loss.countDown();
        assertTrue(told(LinkState.REFUSED).contains("subscribe to t: not authorised"));
        assertEquals(2, broker.connections());
    }

    @Test
    void withoutAcknowledgementTheWindowFillsThenTheQueueThenTheDeadlineComes() throws Exception {
        BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
        ScriptedBroker broker = broker((line, number) -> {
            line.accept("");
            while (true) {
                ScriptedBroker.Packet packet = line.readPastPings();
                arrived.add(new String(packet.body(), StandardCharsets.US_ASCII));
            }
        });
        PahoTransport transport = connect(
                broker,
                SETTINGS.withLimits(Limits.DEFAULT.withMaxInFlight(2).withQueue(5, 1000))
                        .withTiming(TIMING.withOperationDeadline(Duration.ofSeconds(4))));
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sent.add(send(transport, "message " + i));
        }
        LinkException full = Await.failure(send(transport, "one too many"));
        assertEquals(Reason.QUEUE_FULL, full.reason());
        assertTrue(
                String.valueOf(full.getMessage()).contains("at most 5 messages and 1000 bytes may wait to be sent"),
                full.getMessage());
        for (CompletableFuture<Void> future : sent) {
            assertEquals(Reason.DEADLINE, Await.failure(future).reason());
        }
        assertTrue(Await.next(arrived).contains("message 0"));
        assertTrue(Await.next(arrived).contains("message 1"));
        assertEquals(0, arrived.size(), "the window");
        assertEquals(LinkState.CONNECTED, transport.state());
    }

    @Test
    void theBrokersLimitsAreKept() throws Exception {
        AtomicInteger unacknowledged = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        BlockingQueue<ScriptedBroker.Packet> got = new LinkedBlockingQueue<>();
        CountDownLatch release = new CountDownLatch(1);
        ScriptedBroker broker = broker((line, number) -> {
            // Receive maximum 3, maximum packet size 200.
            line.accept("21 0003 27 000000c8");
            Thread reader = new Thread(() -> {
                try {
                    while (true) {
                        ScriptedBroker.Packet packet = line.readPastPings();
                        most.accumulateAndGet(unacknowledged.incrementAndGet(), Math::max);
                        got.add(packet);
                    }
                } catch (IOException e) {
                    // The client has gone.
                }
            });
            reader.setDaemon(true);
            reader.start();
            await(release);
            for (int i = 0; i < 20; i++) {
                ScriptedBroker.Packet packet = Await.next(got);
                unacknowledged.decrementAndGet();
                line.acknowledgePublish(packet);
            }
            await(new CountDownLatch(1));
        });
        PahoTransport transport = connect(broker, SETTINGS);
        LinkException why = Await.failure(transport.publish("t", new byte[190], Qos.AT_LEAST_ONCE, false));
        assertEquals(Reason.TOO_LARGE, why.reason());
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            sent.add(send(transport, "message " + i));
        }
        Await.until("the window is full", () -> got.size() == 2);
        release.countDown();
        sent.forEach(Await::done);
        assertTrue(most.get() <= 3, "most " + most);
    }

    @Test
    void whatWasUnderWayWhenTheConnectionBreaksFailsAndIsNotSentAgain() throws Exception {
        CountDownLatch loss = new CountDownLatch(1);
        BlockingQueue<String> later = new LinkedBlockingQueue<>();
        ScriptedBroker broker = broker((line, number) -> {
            line.accept("");
            if (number == 1) {
                line.readPastPings();
                await(loss);
                return;
            }
            while (true) {
                ScriptedBroker.Packet packet = line.readPastPings();
                later.add(new String(packet.body(), StandardCharsets.US_ASCII));
                line.acknowledgePublish(packet);
            }
        });
        PahoTransport transport = connect(broker, SETTINGS.withLimits(Limits.DEFAULT.withMaxInFlight(1)));
        List<CompletableFuture<Void>> sent = List.of(send(transport, "in flight"), send(transport, "queued"));
        loss.countDown();
        for (CompletableFuture<Void> future : sent) {
            assertEquals(Reason.LOST, Await.failure(future).reason());
        }
        told(LinkState.LOST);
        told(LinkState.CONNECTED);
        Await.done(send(transport, "new"));
        assertTrue(Await.next(later).endsWith("new"));
    }

    @Test
    void aMessageThatComesTwiceIsHandedOverTwice() throws Exception {
        ScriptedBroker broker = broker((line, number) -> {
            line.accept("");
            line.answerSubscribe(line.readPastPings(), 1);
            line.publish("t", "same", 7, false);
            line.publish("t", "same", 7, true);
            line.idle();
        });
        PahoTransport transport = transport(broker);
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        var unused =
                transport.subscribe("t", message -> got.add(new String(message.payload(), StandardCharsets.US_ASCII)));
        transport.connect(SETTINGS);
        assertEquals("same", Await.next(got));
        assertEquals("same", Await.next(got));
    }

    @Test
    void aHandlerThatThrowsDoesNotEndTheConnection() throws Exception {
        ScriptedBroker broker = broker((line, number) -> {
            line.accept("");
            line.answerSubscribe(line.readPastPings(), 1);
            line.publish("t", "bad", 1, false);
            line.publish("t", "good", 2, false);
            line.idle();
        });
        PahoTransport transport = transport(broker);
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        var unused = transport.subscribe("t", message -> {
            String text = new String(message.payload(), StandardCharsets.US_ASCII);
            if (text.equals("bad")) {
                throw new IllegalStateException("this is a test");
            }
            got.add(text);
        });
        transport.connect(SETTINGS);
        assertEquals("good", Await.next(got));
        assertEquals(LinkState.CONNECTED, transport.state());
    }

    @Test
    void closingWhileConnectingEndsTheAttempts() throws Exception {
        ScriptedBroker silent = broker((line, number) -> line.idle());
        PahoTransport transport = transport(silent);
        CompletableFuture<Void> connecting =
                CompletableFuture.runAsync(() -> transport.connect(SETTINGS), task -> new Thread(task).start());
        Await.until("an attempt is made", () -> silent.connections() == 1);
        transport.close();
        assertEquals(Reason.CLOSED, Await.failure(connecting).reason());
        assertEquals(LinkState.CLOSED, transport.state());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
