package starling.router.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * A client that says good-bye leaves no last will, however much of what it sent before still waits to be handled; nor does one
 * that hangs up as soon as another has taken over.
 */
class GoodByesTest {

    private static final String PRESENCE = "starling/home/worker/0/presence";
    private static final int CLIENTS = 20;

    /** Few enough that the guard reads on, enough that the socket has ended long before they are handled. */
    private static final int MESSAGES = 1500;

    /** A broker that publishes the will of a client that hangs up early does so in about one take-over of thirty. */
    private static final int TAKE_OVERS = 300;

    @Test
    void theEndOfTheSocketDoesNotOvertakeTheGoodBye() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(EmbeddedBrokerTest.settings());
                TestClient router = TestClient.connected(broker.uri(), "router", "route")) {
            router.subscribe(PRESENCE, 1);
            for (int k = 0; k < CLIENTS; k++) {
                leaveInAHurry(broker.port());
                assertEquals("good-bye", router.next().text(), "of client " + k);
            }
            // The next session of the name is let in when the one before is over.
            try (TestClient last = TestClient.connected(broker.uri(), "worker-0", "zero")) {
                last.publish(PRESENCE, "last");
                assertEquals("last", router.next().text());
            }
        }
    }

    @Test
    void theEndOfTheSocketDoesNotOvertakeTheTakeOver() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(EmbeddedBrokerTest.settings());
                TestClient router = TestClient.connected(broker.uri(), "router", "route")) {
            router.subscribe(PRESENCE, 1);
            RawClient current = connected(broker.port());
            for (int k = 0; k < TAKE_OVERS; k++) {
                RawClient next = new RawClient(broker.port());
                next.send(connect());
                RawClient.Packet told = current.read();
                assertNotNull(told, "the one before must be told");
                assertEquals(142, told.reason());
                current.close();
                assertEquals(0, Objects.requireNonNull(next.read()).reason());
                current = next;
            }
            try (TestClient last = TestClient.connected(broker.uri(), "worker-0", "zero")) {
                last.publish(PRESENCE, "last");
                assertEquals("last", router.next().text());
            }
            current.close();
        }
    }

    private static RawClient connected(int port) throws Exception {
        RawClient client = new RawClient(port);
        client.send(connect());
        RawClient.Packet connack = client.read();
        assertNotNull(connack, "no answer");
        assertEquals(0, connack.reason());
        return client;
    }

    /** Says all it has to say, good-bye included, in one breath and hangs up. */
    private static void leaveInAHurry(int port) throws Exception {
        ByteArrayOutputStream breath = new ByteArrayOutputStream();
        byte[] heartbeat = RawClient.publish(0, 0, "starling/home/worker/0/heartbeat", new byte[1]);
        for (int n = 0; n < MESSAGES; n++) {
            breath.write(heartbeat);
        }
        breath.write(RawClient.publish(0, 0, PRESENCE, "good-bye".getBytes(StandardCharsets.UTF_8)));
        breath.write(RawClient.packet(14, 0, out -> {}));
        try (RawClient client = connected(port)) {
            client.send(breath.toByteArray());
        }
    }

    private static byte[] connect() {
        return RawClient.packet(1, 0, out -> {
            RawClient.text(out, "MQTT");
            out.write(new byte[] {5, (byte) 0xc6, 0, 0, 0}); // user, password, will, clean start; no keep-alive
            RawClient.text(out, "worker-0");
            out.writeByte(0);
            RawClient.text(out, PRESENCE);
            RawClient.text(out, "will");
            RawClient.text(out, "worker-0");
            RawClient.text(out, "zero");
        });
    }
}
