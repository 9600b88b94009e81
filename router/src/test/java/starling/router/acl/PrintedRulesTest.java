package starling.router.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import starling.link.contract.NativeMosquitto;
import starling.models.plan.fixture.TinyBundles;
import starling.router.broker.BrokerSettings;
import starling.router.broker.EmbeddedBroker;
import starling.router.broker.Passwords;
import starling.router.broker.TestClient;

/** What {@code router acl} prints, given to the broker it is for: own topics pass, others are refused. */
class PrintedRulesTest {

    private static final String ROOT = "starling/barn/";
    private static final Map<String, String> PASSWORDS =
            Map.of("worker-0", "zero", "worker-1", "one", "worker-2", "two", "router", "route", "ann", "a");

    @TempDir
    private Path folder;

    private String print(String broker) {
        Path bundle = folder.resolve("bundle");
        TinyBundles.write(bundle, 3, TinyBundles.Kind.ACTIVATIONS, 9);
        StringWriter out = new StringWriter();
        CommandLine line = new CommandLine(new AclCommand());
        line.setOut(new PrintWriter(out));
        assertEquals(
                0,
                line.execute("--bundle", bundle.toString(), "--broker", broker, "--fleet", "barn", "--clients", "ann"));
        return out.toString();
    }

    @Test
    void theEmbeddedBrokerKeepsToThem() throws Exception {
        Path rules = Files.writeString(folder.resolve("rules.json"), print("artemis"));
        try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.closed()
                .withRules(AccessRules.read(rules))
                .withPasswords(Passwords.inMemory(PASSWORDS)))) {
            assertKept(broker.uri(), true);
        }
    }

    @Test
    void mosquittoKeepsToThem() throws Exception {
        String printed = print("mosquitto");
        Path acl = Files.writeString(folder.resolve("starling.acl"), printed);
        Path passwords = folder.resolve("starling.passwd");
        List<String> settings = printed.lines()
                .filter(line -> line.startsWith("#   "))
                .map(line -> line.substring(4)
                        .replace("/etc/mosquitto/starling.acl", acl.toString())
                        .replace("/etc/mosquitto/starling.passwd", passwords.toString()))
                .toList();
        assertTrue(settings.contains("password_file " + passwords), "the settings are printed with the rules");
        NativeMosquitto mosquitto = new NativeMosquitto().withLines(settings.toArray(String[]::new));
        Path program = NativeMosquitto.program().orElse(null);
        Assumptions.assumeTrue(program != null, "skipped: mosquitto is not installed");
        Files.createFile(passwords);
        for (Map.Entry<String, String> user : PASSWORDS.entrySet()) {
            Process process = new ProcessBuilder(
                            "mosquitto_passwd", "-b", passwords.toString(), user.getKey(), user.getValue())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0, said);
        }
        try (mosquitto) {
            mosquitto.start();
            assertKept("tcp://127.0.0.1:" + mosquitto.port(), false);
        }
    }

    private static void assertKept(String uri, boolean embedded) throws Exception {
        try (TestClient zero = TestClient.connected(uri, "worker-0", "zero");
                TestClient one = TestClient.connected(uri, "worker-1", "one");
                TestClient router = TestClient.connected(uri, "router", "route");
                TestClient ann = TestClient.connected(uri, "ann", "a")) {
            assertEquals(1, one.subscribe(ROOT + "worker/+/frame/1", 1));
            assertEquals(1, router.subscribe(ROOT + "worker/+/answer", 1));
            assertEquals(1, router.subscribe(ROOT + "client/+/request", 1));
            assertEquals(1, ann.subscribe(ROOT + "router/reply/ann", 1));
            assertEquals(
                    embedded ? 135 : 1,
                    zero.subscribe(ROOT + "worker/+/frame/1", 1),
                    "Mosquitto grants it and delivers nothing");
            for (String own : List.of("presence", "heartbeat", "answer", "frame/1", "frame/2", "learner", "update")) {
                passes(zero.publish(ROOT + "worker/0/" + own, "own"));
            }
            for (String own : List.of("presence", "heartbeat", "input/0", "reply/ann", "trial", "round")) {
                passes(router.publish(ROOT + "router/" + own, "own"));
            }
            passes(ann.publish(ROOT + "client/ann/request", "own"));
            for (String other : List.of(
                    "worker/1/presence",
                    "worker/1/heartbeat",
                    "worker/1/answer",
                    "worker/1/update",
                    "router/round",
                    "worker/1/frame/0",
                    "worker/1/frame/2",
                    "worker/0/frame/3",
                    "router/presence",
                    "router/input/1",
                    "router/reply/ann",
                    "client/ann/request")) {
                assertEquals(135, zero.publish(ROOT + other, "forged"), other);
            }
            assertEquals(135, ann.publish(ROOT + "worker/0/answer", "forged"));
            assertEquals(135, router.publish(ROOT + "worker/0/answer", "forged"));
            assertEquals(135, zero.publish("starling/away/worker/0/presence", "forged"));
            assertEquals(ROOT + "worker/0/frame/1", one.next().topic());
            assertEquals(ROOT + "worker/0/answer", router.next().topic());
            assertEquals(ROOT + "client/ann/request", router.next().topic());
            assertEquals(ROOT + "router/reply/ann", ann.next().topic());
            assertEquals(
                    embedded ? 134 : 135,
                    new TestClient(uri, "worker-2").as("worker-2", "one").refusal(),
                    "a wrong password");
            assertEquals(135, new TestClient(uri, "worker-2").refusal(), "anonymous");
            assertWillOfAnotherIsNotSent(uri, embedded, zero, router);
            try (TestClient pretender = new TestClient(uri, "worker-0").as("worker-2", "two")) {
                pretender.connect();
                assertEquals(135, pretender.publish(ROOT + "worker/0/answer", "forged"));
                passes(zero.publish(ROOT + "worker/0/answer", "still here"));
            }
            assertEquals("still here", router.next().text());
            assertNull(zero.received.poll(), "what was for worker 1 came to worker 0");
            assertNull(one.received.poll());
        }
    }

    /** Mosquitto lets a client with such a will in, and drops the will when it is due. */
    private static void assertWillOfAnotherIsNotSent(String uri, boolean embedded, TestClient zero, TestClient router)
            throws Exception {
        String presence = ROOT + "worker/0/presence";
        assertEquals(1, router.subscribe(presence, 1));
        TestClient liar = new TestClient(uri, "worker-2").as("worker-2", "two");
        liar.options.setWill(
                presence, new MqttMessage("forged".getBytes(StandardCharsets.UTF_8), 1, true, new MqttProperties()));
        assertEquals(embedded ? 135 : 0, liar.refusal());
        if (!embedded) {
            liar.paho.disconnectForcibly(0, 0, false);
            TestClient.connected(uri, "worker-2", "two").close(); // by now the will of the first would have been sent
        }
        passes(zero.publish(presence, "real"));
        assertEquals("real", router.next().text());
    }

    /** 16: taken, but nobody listens. */
    private static void passes(int reason) {
        assertTrue(reason == 0 || reason == 16, "refused with " + reason);
    }
}
