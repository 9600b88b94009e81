package starling.router.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the broker does with clients that it knows and that break the rules. */
class MisbehaviourTest {

    private static final String OWN = "starling/home/worker/0/frame/1";
    private static final String INBOX = "starling/home/worker/+/frame/1";

    private static EmbeddedBroker broker;

    @BeforeAll
    static void start() {
        broker = EmbeddedBroker.start(EmbeddedBrokerTest.settings()
                .withLimits(new BrokerLimits(64 * 1024, 256, 5, 60, 2, 50, 1 << 20, 256, 4 << 20)));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static void assertEnded(int reason, byte[]... packets) throws Exception {
        try (RawClient client = RawClient.connected(broker.port(), "worker-0", "zero")) {
            client.send(RawClient.join(packets));
            RawClient.Packet last = null;
            for (RawClient.Packet next = client.read(); next != null; next = client.read()) {
                last = next;
            }
            assertNotNull(last, "closed without a word");
            assertEquals(14, last.type(), "a DISCONNECT comes last");
            assertEquals(reason, last.reason());
        }
    }

    @Test
    void aPacketTooLargeEndsTheConnectionAtItsHeader() throws Exception {
        assertEnded(0x95, new byte[] {0x30, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f});
        assertEnded(0x95, RawClient.publish(1, 1, OWN, new byte[64 * 1024]));
    }

    @Test
    void aPacketJustFittingIsTaken() throws Exception {
        byte[] frame = RawClient.publish(1, 1, OWN, new byte[64 * 1024 - 4 - 2 - OWN.length() - 2 - 1]);
        assertEquals(64 * 1024, frame.length);
        try (RawClient client = RawClient.connected(broker.port(), "worker-0", "zero")) {
            client.send(frame);
            RawClient.Packet puback = client.read();
            assertNotNull(puback);
            assertEquals(4, puback.type());
        }
    }

    @Test
    void aSecondConnectIsAnError() throws Exception {
        assertEnded(0x82, RawClient.connect("worker-0", "worker-0", "zero", 60));
        assertEnded(0x82, RawClient.connect("worker-1", "worker-1", "one", 60));
    }

    @Test
    void anAcknowledgementOfNothingIsAnError() throws Exception {
        assertEnded(0x82, RawClient.puback(1));
    }

    @Test
    void authWithoutAMethodIsAnError() throws Exception {
        assertEnded(0x82, new byte[] {(byte) 0xf0, 0});
    }

    @Test
    void namesOfQueuesAreNotTopics() throws Exception {
        assertEnded(0x90, RawClient.publish(1, 1, OWN + "::worker-1.starling", new byte[1]));
        assertEnded(0x8f, RawClient.subscribe(1, 1, OWN + "::worker-1.starling"));
    }

    @Test
    void sharedSubscriptionsAreNotSupported() throws Exception {
        assertEnded(0x9e, RawClient.subscribe(1, 1, "$share/worker-1/" + INBOX));
    }

    @Test
    void topicAliasesAreNotSupported() throws Exception {
        byte[] aliased = RawClient.packet(3, 0, out -> {
            out.writeUTF(OWN);
            out.write(new byte[] {3, 0x23, 0, 1});
        });
        assertEnded(0x94, aliased);
    }

    @Test
    void aHundredSubscriptionsAreTooMany() throws Exception {
        String[] filters = IntStream.range(0, 100)
                .mapToObj(i -> "starling/home/worker/" + i + "/presence")
                .toArray(String[]::new);
        assertEnded(0x97, RawClient.subscribe(1, 1, filters));
        try (RawClient client = RawClient.connected(broker.port(), "worker-0", "zero")) {
            client.send(RawClient.subscribe(1, 1, Arrays.copyOf(filters, 60)));
            RawClient.Packet suback = client.read();
            assertNotNull(suback);
            assertEquals(9, suback.type());
        }
    }

    @Test
    void malformedPacketsEndTheConnection() throws Exception {
        byte[] qualityOfServiceThree = RawClient.packet(3, 6, out -> out.writeUTF(OWN));
        assertEnded(0x81, qualityOfServiceThree);
        try (RawClient older = new RawClient(broker.port())) {
            older.send(RawClient.connect(4, "worker-0", "worker-0", "zero", 60));
            assertNotNull(older.read());
            older.send(qualityOfServiceThree);
            assertNull(older.read(), "MQTT 3 knows no last word");
        }
    }

    @Test
    void aTopicWithAWildcardIsMalformed() throws Exception {
        assertEnded(0x81, RawClient.publish(1, 1, "starling/home/worker/0/frame/+", new byte[1]));
    }

    @Test
    void aSilentClientIsMissedAndItsWillSent() throws Exception {
        try (TestClient router = TestClient.connected(broker.uri(), "router", "route")) {
            router.subscribe("starling/home/worker/+/presence", 1);
            byte[] connect = RawClient.packet(1, 0, out -> {
                out.writeUTF("MQTT");
                out.write(new byte[] {5, (byte) 0xc6, 0, 1, 0}); // user, password, will; keep-alive 1 s
                out.writeUTF("worker-2");
                out.writeByte(0);
                out.writeUTF("starling/home/worker/2/presence");
                out.writeUTF("gone");
                out.writeUTF("worker-2");
                out.writeUTF("two");
            });
            try (RawClient silent = new RawClient(broker.port())) {
                silent.send(connect);
                assertNotNull(silent.read());
                assertEquals("gone", router.next().text());
                assertNull(silent.read());
            }
        }
    }

    @Test
    void oneThatAcknowledgesNothingCostsTheOthersNothing() throws Exception {
        String presence = "starling/home/worker/0/presence";
        try (RawClient stalled = RawClient.connected(broker.port(), "worker-1", "one");
                TestClient reader = TestClient.connected(broker.uri(), "worker-2", "two");
                TestClient publisher = TestClient.connected(broker.uri(), "worker-0", "zero")) {
            stalled.send(RawClient.subscribe(1, 1, presence));
            assertNotNull(stalled.read());
            reader.subscribe(presence, 1);
            for (int i = 0; i < 400; i++) {
                assertEquals(0, publisher.publish(presence, "message " + i));
                assertEquals("message " + i, reader.next().text());
            }
            // 256 are on their way to the stalled one, then comes a gap, and after each answer one of the last 50.
            for (int i = 0; i < 256 + 50; i++) {
                RawClient.Packet packet = stalled.read();
                assertNotNull(packet);
                String text = new String(packet.body(), StandardCharsets.UTF_8);
                int expected = i < 256 ? i : 400 - 50 + i - 256;
                assertTrue(text.endsWith("message " + expected), () -> "not message " + expected + ": " + text);
                int id = presence.length() + 2;
                stalled.send((byte) 0x40, (byte) 2, packet.body()[id], packet.body()[id + 1]);
            }
        }
    }

    @Test
    void oneThatReadsNothingHoldsNobodyUpAndIsDisconnected() throws Exception {
        byte[] payload = new byte[48 * 1024];
        try (RawClient stalled = RawClient.connected(broker.port(), "worker-1", "one");
                TestClient publisher = TestClient.connected(broker.uri(), "worker-0", "zero")) {
            stalled.send(RawClient.subscribe(1, 0, INBOX));
            assertNotNull(stalled.read());
            publishUntilOneIsGone(publisher, payload);
        }
    }

    @Test
    void oneThatReadsButAcknowledgesNothingIsDisconnectedToo() throws Exception {
        byte[] payload = new byte[48 * 1024];
        try (RawClient mute = RawClient.connected(broker.port(), "worker-1", "one");
                TestClient publisher = TestClient.connected(broker.uri(), "worker-0", "zero")) {
            mute.send(RawClient.subscribe(1, 1, INBOX));
            assertNotNull(mute.read());
            FutureTask<Integer> reading = new FutureTask<>(() -> {
                int count = 0;
                while (mute.read() != null) {
                    count++;
                }
                return count;
            });
            new Thread(reading).start();
            publishUntilOneIsGone(publisher, payload);
            int count = reading.get(20, TimeUnit.SECONDS);
            int expected = (1 << 20) / payload.length + 1 + 1; // what may be unacknowledged, one more, and the good-bye
            assertTrue(count <= expected + 2, "a megabyte may be unacknowledged, but it got " + count);
        }
    }

    /** Asserts that publishing goes on, and that what waits stays within a megabyte for the subscription and one message. */
    private static void publishUntilOneIsGone(TestClient publisher, byte[] payload) throws Exception {
        int before = broker.connections();
        long droppedBefore = broker.droppedMessages();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (broker.connections() == before) {
            assertTrue(System.nanoTime() < deadline, "still connected");
            assertEquals(0, publisher.publish(OWN, payload, 1, false));
            assertTrue(broker.queuedBytes() <= 1.2 * (1 << 20), "queued: " + broker.queuedBytes());
            if (broker.droppedMessages() > droppedBefore) {
                TimeUnit.MILLISECONDS.sleep(20); // the point is made; now only go on
            }
        }
        assertTrue(broker.droppedMessages() > droppedBefore);
        while (broker.queuedBytes() > 0) {
            assertTrue(System.nanoTime() < deadline, "still queued: " + broker.queuedBytes());
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    @Test
    void whenTheWholeBrokerIsFullMessagesAreDroppedUntilThereIsRoom() throws Exception {
        long total = 3 << 19;
        BrokerLimits small = new BrokerLimits(64 * 1024, 256, 5, 60, 60, 1000, 1 << 20, 256, total);
        byte[] payload = new byte[48 * 1024];
        String answer = "starling/home/worker/0/answer";
        try (EmbeddedBroker full =
                        EmbeddedBroker.start(EmbeddedBrokerTest.settings().withLimits(small));
                TestClient publisher = TestClient.connected(full.uri(), "worker-0", "zero");
                TestClient router = TestClient.connected(full.uri(), "router", "route");
                RawClient first = RawClient.connected(full.port(), "worker-1", "one");
                RawClient second = RawClient.connected(full.port(), "worker-2", "two")) {
            router.subscribe("starling/home/worker/+/answer", 1);
            for (RawClient stalled : List.of(first, second)) {
                stalled.send(RawClient.subscribe(1, 0, "starling/home/worker/0/presence"));
                stalled.send(RawClient.subscribe(2, 0, "starling/home/worker/+/frame/" + (stalled == first ? 1 : 2)));
                assertNotNull(stalled.read());
                assertNotNull(stalled.read());
            }
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (full.queuedBytes() < total) {
                assertTrue(System.nanoTime() < deadline, "never full: " + full.queuedBytes());
                for (String topic : List.of("presence", "frame/1", "frame/2")) {
                    assertEquals(0, publisher.publish("starling/home/worker/0/" + topic, payload, 1, false));
                }
            }
            assertTrue(full.queuedBytes() <= 1.2 * total, "queued: " + full.queuedBytes());
            assertEquals(0, publisher.publish(answer, "lost"));
            first.socket.close();
            second.socket.close();
            while (full.connections() > 2 || full.queuedBytes() > 0) {
                assertTrue(System.nanoTime() < deadline, "never empty: " + full.queuedBytes());
                TimeUnit.MILLISECONDS.sleep(10);
            }
            assertEquals(0, publisher.publish(answer, "heard"));
            assertEquals("heard", router.next().text());
        }
    }
}
