package starling.router.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the broker does with those whom it does not know: little, and not for long. */
class StrangersTest {

    private static final String TOPIC = "starling/home/worker/0/frame/1";

    /** Waits a minute for a CONNECT: whatever it ends sooner, it ends for another reason. */
    private static EmbeddedBroker broker;

    /** Waits a second for a CONNECT. */
    private static EmbeddedBroker impatient;

    @BeforeAll
    static void start() {
        broker = EmbeddedBroker.start(EmbeddedBrokerTest.settings().withLimits(limits(60)));
        impatient = EmbeddedBroker.start(EmbeddedBrokerTest.settings().withLimits(limits(3)));
    }

    private static BrokerLimits limits(int connectSeconds) {
        BrokerLimits usual = BrokerLimits.standard();
        return new BrokerLimits(
                usual.packetBytes(),
                3,
                connectSeconds,
                usual.keepAliveSeconds(),
                usual.stallSeconds(),
                usual.queuedMessages(),
                usual.queuedBytes(),
                usual.inFlight(),
                usual.totalBytes());
    }

    @AfterAll
    static void stop() {
        broker.close();
        impatient.close();
    }

    @Test
    void garbageIsCutOff() throws Exception {
        Random random = new Random(11);
        for (int i = 0; i < 20; i++) {
            byte[] bytes = new byte[1 + random.nextInt(5000)];
            random.nextBytes(bytes);
            if (bytes[0] == 0x10) {
                bytes[0] = 0x11;
            }
            try (RawClient client = new RawClient(broker.port())) {
                client.send(bytes);
                assertNull(client.read());
            }
        }
        try (RawClient client = new RawClient(broker.port())) {
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            assertNull(client.read());
        }
    }

    @Test
    void garbageAfterTheFirstByteIsCutOff() throws Exception {
        Random random = new Random(12);
        for (int i = 0; i < 50; i++) {
            byte[] right = RawClient.connect("worker-0", "worker-0", "zero", 60);
            int from = 2 + random.nextInt(right.length - 2);
            for (int at = from; at < right.length; at++) {
                right[at] = (byte) random.nextInt(256);
            }
            try (RawClient client = new RawClient(broker.port())) {
                client.send(right);
                RawClient.Packet answer = client.read();
                assertTrue(answer == null || answer.reason() >= 128, "accepted");
            }
        }
    }

    @Test
    void aConnectOfDeclaredHugeLengthIsCutOffAtItsHeader() throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            client.send((byte) 0x10, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0x7f);
            assertNull(client.read());
        }
        try (RawClient client = new RawClient(broker.port())) {
            client.send((byte) 0x10, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0x01);
            assertNull(client.read());
        }
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect("w".repeat(65_535), "worker-0", "zero", 60));
            assertNull(client.read());
        }
    }

    @Test
    void whoeverSaysNothingOrNeverFinishesIsCutOff() throws Exception {
        byte[] connect = RawClient.connect("worker-0", "worker-0", "zero", 60);
        try (RawClient silent = new RawClient(impatient.port());
                RawClient slow = new RawClient(impatient.port())) {
            slow.send(java.util.Arrays.copyOf(connect, connect.length - 1));
            assertNull(silent.read());
            assertNull(slow.read());
        }
    }

    @Test
    void aConnectThatComesByteByByteIsRead() throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            for (byte each : RawClient.connect("worker-0", "worker-0", "zero", 60)) {
                client.send(each);
            }
            assertEquals(0, required(client.read()).reason());
        }
    }

    @Test
    void anUnknownVersionIsToldSo() throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect(9, "worker-0", "worker-0", "zero", 60));
            assertEquals(0x84, required(client.read()).reason());
            assertNull(client.read());
        }
    }

    @Test
    void namesThatWouldBreakTopicsAreRefused() throws Exception {
        for (String name : List.of("+", "#", "a/b", "wor\0ker", "$sys", "worker-0' OR '1'='1", "a::b", "ワーカー")) {
            try (RawClient client = new RawClient(broker.port())) {
                client.send(RawClient.connect(name, name, "zero", 60));
                RawClient.Packet answer = client.read();
                assertTrue(answer == null || answer.reason() == 0x86, name);
            }
        }
    }

    @Test
    void whatFollowsAConnectWaitsForItsJudgement() throws Exception {
        try (TestClient receiver = TestClient.connected(broker.uri(), "worker-1", "one")) {
            receiver.subscribe("starling/home/worker/+/frame/1", 1);
            byte[] publish = RawClient.publish(1, 7, TOPIC, new byte[] {1});
            try (RawClient liar = new RawClient(broker.port())) {
                liar.send(RawClient.join(RawClient.connect("worker-0", "worker-0", "wrong", 60), publish, publish));
                assertEquals(0x86, required(liar.read()).reason());
                assertNull(liar.read());
            }
            try (RawClient hasty = new RawClient(broker.port())) {
                hasty.send(RawClient.join(
                        RawClient.connect("worker-0", "worker-0", "zero", 60),
                        RawClient.publish(1, 7, TOPIC, new byte[] {2}),
                        RawClient.publish(1, 8, TOPIC, new byte[] {3})));
                assertEquals(0, required(hasty.read()).reason());
                assertEquals(4, required(hasty.read()).type());
                assertEquals(4, required(hasty.read()).type());
            }
            assertEquals(2, receiver.next().payload()[0]);
            assertEquals(3, receiver.next().payload()[0]);
        }
    }

    @Test
    void aFourthClientIsOneTooMany() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try {
            clients.add(RawClient.connected(broker.port(), "worker-0", "zero"));
            clients.add(RawClient.connected(broker.port(), "worker-1", "one"));
            clients.add(RawClient.connected(broker.port(), "worker-2", "two"));
            try (RawClient fourth = new RawClient(broker.port())) {
                fourth.send(RawClient.connect("router", "router", "route", 60));
                assertEquals(0x97, required(fourth.read()).reason());
            }
            clients.remove(0).close();
            awaitConnections(2);
            clients.add(RawClient.connected(broker.port(), "router", "route"));
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
        awaitConnections(0);
    }

    @Test
    void manyStrangersDoNotLockTheDoorForLong() throws Exception {
        List<RawClient> strangers = new ArrayList<>();
        try {
            for (int i = 0; i < BrokerLimits.UNKNOWN_CONNECTIONS + 20; i++) {
                strangers.add(new RawClient(impatient.port()));
            }
            for (RawClient stranger : strangers) {
                assertNull(stranger.read());
            }
            RawClient.connected(impatient.port(), "worker-0", "zero").close();
        } finally {
            for (RawClient stranger : strangers) {
                stranger.close();
            }
        }
    }

    private static RawClient.Packet required(RawClient.@org.jspecify.annotations.Nullable Packet packet) {
        assertNotNull(packet, "the broker closed the connection");
        return packet;
    }

    private static void awaitConnections(int count) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (broker.connections() != count) {
            assertTrue(System.nanoTime() < deadline, "still " + broker.connections() + " connections");
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
