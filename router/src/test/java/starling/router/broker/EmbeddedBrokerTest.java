package starling.router.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import starling.models.UnfitException;
import starling.router.acl.AccessRules;

/** A fleet "home" of three workers and a client "probe" on one broker. */
class EmbeddedBrokerTest {

    private static final String ROOT = "starling/home/";

    static BrokerSettings settings() {
        return BrokerSettings.closed()
                .withRules(AccessRules.ofFleet("home", 3, List.of("probe")))
                .withPasswords(Passwords.inMemory(Map.of(
                        "worker-0", "zero", "worker-1", "one", "worker-2", "two", "router", "route", "probe", "p")));
    }

    private static EmbeddedBroker broker;

    @BeforeAll
    static void start() {
        broker = EmbeddedBroker.start(settings());
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void carriesMessagesBetweenThoseWhoMay() throws Exception {
        try (TestClient sender = TestClient.connected(broker.uri(), "worker-0", "zero");
                TestClient receiver = TestClient.connected(broker.uri(), "worker-1", "one")) {
            assertEquals(1, receiver.subscribe(ROOT + "worker/+/frame/1", 1));
            byte[] payload = new byte[100_000];
            new java.util.Random(7).nextBytes(payload);
            assertEquals(0, sender.publish(ROOT + "worker/0/frame/1", payload, 1, false));
            TestClient.Received message = receiver.next();
            assertEquals(ROOT + "worker/0/frame/1", message.topic());
            assertArrayEquals(payload, message.payload());
            assertFalse(message.retained());
            assertEquals(
                    0, sender.publish(ROOT + "worker/0/frame/1", "zeroth".getBytes(StandardCharsets.UTF_8), 0, false));
            assertEquals("zeroth", receiver.next().text());
        }
    }

    @Test
    void keepsRetainedPresenceAndClearsIt() throws Exception {
        try (TestClient worker = TestClient.connected(broker.uri(), "worker-2", "two");
                TestClient router = TestClient.connected(broker.uri(), "router", "route")) {
            worker.publish(ROOT + "worker/2/presence", "first".getBytes(StandardCharsets.UTF_8), 1, true);
            worker.publish(ROOT + "worker/2/presence", "here".getBytes(StandardCharsets.UTF_8), 1, true);
            router.subscribe(ROOT + "worker/+/presence", 1);
            TestClient.Received birth = router.next();
            assertEquals("here", birth.text());
            assertTrue(birth.retained());
            worker.publish(ROOT + "worker/2/presence", new byte[0], 1, true);
            assertEquals("", router.next().text());
            try (TestClient late = TestClient.connected(broker.uri(), "worker-1", "one")) {
                late.subscribe(ROOT + "worker/+/presence", 1);
                worker.publish(ROOT + "worker/2/presence", "again".getBytes(StandardCharsets.UTF_8), 1, false);
                assertEquals("again", late.next().text(), "the cleared message must not come");
            }
        }
    }

    @Test
    void sendsTheLastWillOfOneWhoVanishes() throws Exception {
        try (TestClient router = TestClient.connected(broker.uri(), "router", "route")) {
            router.subscribe(ROOT + "worker/+/presence", 1);
            TestClient worker = new TestClient(broker.uri(), "worker-1").as("worker-1", "one");
            worker.options.setWill(
                    ROOT + "worker/1/presence",
                    new MqttMessage("gone".getBytes(StandardCharsets.UTF_8), 1, false, new MqttProperties()));
            worker.options.setSessionExpiryInterval(3600L);
            worker.connect();
            worker.paho.disconnectForcibly(0, 0, false);
            assertEquals("gone", router.next().text());
            worker.paho.close(true);
        }
    }

    @Test
    void refusesAWillForSomebodyElse() throws Exception {
        for (String topic :
                List.of("starling/home/worker/0/presence", "activemq.management", "starling/home/worker/1/frame/1")) {
            TestClient worker = new TestClient(broker.uri(), "worker-1").as("worker-1", "one");
            worker.options.setWill(
                    topic, new MqttMessage("gone".getBytes(StandardCharsets.UTF_8), 1, true, new MqttProperties()));
            assertEquals(135, worker.refusal(), topic);
        }
    }

    @Test
    void refusesTopicsOfOthersWithReason135() throws Exception {
        try (TestClient worker = TestClient.connected(broker.uri(), "worker-1", "one")) {
            for (String topic : List.of(
                    "worker/0/presence",
                    "worker/0/frame/1",
                    "worker/1/frame/9",
                    "worker/1/frame/1",
                    "router/input/1",
                    "client/probe/request")) {
                assertEquals(135, worker.publish(ROOT + topic, "x"), topic);
            }
            assertEquals(135, worker.publish("starling/away/worker/1/presence", "x"));
            assertEquals(135, worker.publish("activemq.management", "x"));
            assertEquals(0, worker.publish(ROOT + "worker/1/frame/0", "x"), "the connection goes on");
        }
    }

    @Test
    void refusesSubscriptionsToOthersWithReason135() throws Exception {
        try (TestClient worker = TestClient.connected(broker.uri(), "worker-1", "one")) {
            for (String filter : List.of(
                    "#",
                    "starling/#",
                    "+/+/worker/+/frame/1",
                    ROOT + "worker/+/frame/0",
                    ROOT + "worker/+/frame/+",
                    ROOT + "worker/+/answer",
                    ROOT + "router/input/0",
                    ROOT + "client/+/request",
                    "$sys.mqtt.sessions")) {
                assertEquals(135, worker.subscribe(filter, 1), filter);
            }
            assertEquals(1, worker.subscribe(ROOT + "worker/+/frame/1", 1));
            assertEquals(1, worker.subscribe(ROOT + "worker/0/frame/1", 1), "part of what it may");
        }
    }

    @Test
    void refusesWrongPasswordsWithReason134() throws Exception {
        assertEquals(
                134,
                new TestClient(broker.uri(), "worker-1").as("worker-1", "zero").refusal());
        assertEquals(
                134,
                new TestClient(broker.uri(), "worker-9").as("worker-9", "one").refusal());
        assertEquals(
                134, new TestClient(broker.uri(), "worker-1").as("worker-1", "").refusal());
    }

    @Test
    void refusesAnonymousClientsWithReason135() throws Exception {
        assertEquals(135, new TestClient(broker.uri(), "worker-1").refusal());
        assertEquals(135, new TestClient(broker.uri(), "").refusal());
    }

    @Test
    void aUserIsKnownByItsNameWhateverClientIdItGives() throws Exception {
        try (TestClient victim = TestClient.connected(broker.uri(), "worker-0", "zero");
                TestClient pretender = new TestClient(broker.uri(), "worker-0").as("worker-1", "one")) {
            victim.subscribe(ROOT + "worker/+/frame/0", 1);
            pretender.connect();
            assertEquals(135, pretender.publish(ROOT + "worker/0/frame/1", "x"));
            assertEquals(0, pretender.publish(ROOT + "worker/1/frame/0", "x"));
            assertEquals("x", victim.next().text(), "nobody threw it out");
            try (TestClient again = TestClient.connected(broker.uri(), "worker-1", "one")) {
                assertEquals(142, pretender.disconnectReason(), "the same user, the same session");
                assertEquals(0, again.publish(ROOT + "worker/1/frame/0", "y"));
            }
        }
        for (String id : List.of("", "+", "a/b", "x".repeat(5000))) {
            try (TestClient worker = new TestClient(broker.uri(), id).as("worker-1", "one")) {
                worker.connect();
                assertEquals(0, worker.publish(ROOT + "worker/1/frame/0", "z"), id);
            }
        }
    }

    @Test
    void theEnginesOwnAdministratorIsAStranger() throws Exception {
        String user = "ACTIVEMQ.CLUSTER.ADMIN.USER";
        assertEquals(
                134, new TestClient(broker.uri(), user).as(user, "CHANGE ME!!").refusal());
    }

    @Test
    void aSecondConnectionTakesOverAndTheFirstIsTold() throws Exception {
        try (TestClient router = TestClient.connected(broker.uri(), "router", "route")) {
            router.subscribe(ROOT + "worker/+/presence", 1);
            TestClient first = new TestClient(broker.uri(), "worker-0").as("worker-0", "zero");
            first.options.setWill(
                    ROOT + "worker/0/presence",
                    new MqttMessage("gone".getBytes(StandardCharsets.UTF_8), 1, false, new MqttProperties()));
            first.connect();
            first.subscribe(ROOT + "worker/+/frame/0", 1);
            try (TestClient second = TestClient.connected(broker.uri(), "worker-0", "zero")) {
                assertEquals(142, first.disconnectReason());
                assertEquals(1, second.subscribe(ROOT + "worker/+/frame/0", 1));
                try (TestClient sender = TestClient.connected(broker.uri(), "worker-1", "one")) {
                    sender.publish(ROOT + "worker/1/frame/0", "for the second");
                    assertEquals("for the second", second.next().text());
                }
                second.publish(ROOT + "worker/0/presence", "here");
                assertEquals("here", router.next().text(), "the first one's will must not come");
            }
            first.paho.close(true);
        }
    }

    @Test
    void announcesItsLimitsAndEndsSessionsWithTheirConnection() throws Exception {
        TestClient worker = new TestClient(broker.uri(), "worker-2").as("worker-2", "two");
        worker.options.setSessionExpiryInterval(3600L);
        worker.options.setKeepAliveInterval(0);
        MqttProperties granted = worker.connect().getResponseProperties();
        assertEquals(1 << 20, granted.getMaximumPacketSize());
        assertEquals(60, granted.getServerKeepAlive());
        assertEquals(0L, granted.getSessionExpiryInterval());
        worker.subscribe(ROOT + "worker/+/frame/2", 1);
        worker.close();
        try (TestClient sender = TestClient.connected(broker.uri(), "worker-0", "zero")) {
            sender.publish(ROOT + "worker/0/frame/2", "into the void");
        }
        TestClient again = new TestClient(broker.uri(), "worker-2").as("worker-2", "two");
        again.options.setCleanStart(false);
        assertFalse(again.connect().getSessionPresent());
        again.close();
    }

    @Test
    void refusesAPortInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            UnfitException refusal = assertThrows(
                    UnfitException.class,
                    () -> EmbeddedBroker.start(settings().withAddress("127.0.0.1", taken.getLocalPort())));
            assertTrue(String.valueOf(refusal.getMessage()).startsWith("the broker cannot listen on 127.0.0.1:"));
        }
    }

    @Test
    void stopsWithAWordToItsClientsAndFreesThePort() throws Exception {
        int port;
        TestClient client;
        try (EmbeddedBroker brief = EmbeddedBroker.start(settings())) {
            port = brief.port();
            client = TestClient.connected(brief.uri(), "worker-0", "zero");
            assertEquals(1, brief.connections());
        }
        assertEquals(139, client.disconnectReason());
        client.paho.close(true);
        try (Socket probe = new Socket()) {
            assertThrows(
                    java.net.ConnectException.class,
                    () -> probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000));
        }
    }
}
