package starling.router.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A client that says good-bye leaves no last will, however much of what it sent before still waits to be handled. */
class GoodByesTest {

    private static final String PRESENCE = "starling/home/worker/0/presence";
    private static final int CLIENTS = 20;

    /** Few enough that the guard reads on, enough that the socket has ended long before they are handled. */
    private static final int MESSAGES = 1500;

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

    /** Says all it has to say, good-bye included, in one breath and hangs up. */
    private static void leaveInAHurry(int port) throws Exception {
        ByteArrayOutputStream breath = new ByteArrayOutputStream();
        byte[] heartbeat = RawClient.publish(0, 0, "starling/home/worker/0/heartbeat", new byte[1]);
        for (int n = 0; n < MESSAGES; n++) {
            breath.write(heartbeat);
        }
        breath.write(RawClient.publish(0, 0, PRESENCE, "good-bye".getBytes(StandardCharsets.UTF_8)));
        breath.write(RawClient.packet(14, 0, out -> {}));
        try (RawClient client = new RawClient(port)) {
            client.send(connect());
            RawClient.Packet connack = client.read();
            assertNotNull(connack, "no answer");
            assertEquals(0, connack.reason());
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
