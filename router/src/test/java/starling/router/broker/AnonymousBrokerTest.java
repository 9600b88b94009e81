package starling.router.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import starling.router.acl.AccessRules;

/** A broker that lets anonymous clients in beside known ones. */
class AnonymousBrokerTest {

    private static EmbeddedBroker broker;

    @BeforeAll
    static void start() {
        broker = EmbeddedBroker.start(BrokerSettings.closed()
                .withAnonymous(true)
                .withRules(AccessRules.ofFleet("home", 1, java.util.List.of()))
                .withPasswords(Passwords.inMemory(Map.of("worker-0", "zero", "guest", "g"))));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void anonymousClientsUseEveryTopicOfStarlingAndNoOther() throws Exception {
        try (TestClient left = new TestClient(broker.uri(), "left");
                TestClient right = new TestClient(broker.uri(), "")) {
            left.connect();
            assertFalse(right.connect()
                    .getResponseProperties()
                    .getAssignedClientIdentifier()
                    .isEmpty());
            assertEquals(1, right.subscribe("starling/#", 1));
            assertEquals(0, left.publish("starling/any/topic", "hello"));
            assertEquals("hello", right.next().text());
            assertEquals(135, left.publish("activemq.management", "x"));
            assertEquals(135, left.publish("$sys/x", "x"));
            assertEquals(135, left.subscribe("#", 1));
            assertEquals(135, left.subscribe("activemq.notifications", 1));
        }
    }

    @Test
    void anonymousClientsCannotBorrowTheNameOfAUser() throws Exception {
        try (TestClient worker = TestClient.connected(broker.uri(), "worker-0", "zero")) {
            assertEquals(133, new TestClient(broker.uri(), "worker-0").refusal());
            assertEquals(133, new TestClient(broker.uri(), "router").refusal(), "a user with rules, not connected");
            assertEquals(133, new TestClient(broker.uri(), "guest").refusal(), "a user with a password");
            assertEquals(135, worker.publish("starling/any/topic", "x"), "a known user keeps to its own rights");
        }
    }

    @Test
    void aUserWithoutRulesIsRefused() throws Exception {
        assertEquals(135, new TestClient(broker.uri(), "guest").as("guest", "g").refusal());
    }

    @Test
    void clientIdsThatWouldBreakTopicsAreRefused() throws Exception {
        for (String id : new String[] {"a/b", "+", "#", "a b", "x'y", "x".repeat(65), "a::b"}) {
            try (RawClient client = new RawClient(broker.port())) {
                client.send(RawClient.connect(id, null, null, 60));
                RawClient.Packet answer = client.read();
                assertEquals(0x85, answer == null ? -1 : answer.reason(), id);
            }
        }
    }
}
