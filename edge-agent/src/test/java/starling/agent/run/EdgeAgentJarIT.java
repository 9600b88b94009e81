package starling.agent.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import starling.link.InboundMessage;
import starling.link.Transport;
import starling.link.contract.Await;
import starling.link.contract.NativeMosquitto;
import starling.link.frame.Frame;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.PahoTransport;
import starling.link.presence.Presence;
import starling.link.topic.Topics;
import starling.models.plan.fixture.TinyBundles.Kind;

/** The runnable jar: what is in it, and how it behaves as a process among others. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EdgeAgentJarIT {
    @RegisterExtension
    static final NativeMosquitto BROKER = MosquittoFleetTest.guarded();

    @TempDir
    Path folder;

    private final Topics topics = new Topics(TestFleet.FLEET);

    private TestFleet fleet(int workers) {
        return new TestFleet(
                folder.resolve("bundle"), workers, Kind.ACTIVATIONS, TestFleet.settings(), this::transport);
    }

    private Transport transport() {
        return new PahoTransport(new BrokerAddress("127.0.0.1", BROKER.port(), false));
    }

    private AgentProcess worker(TestFleet fleet, int worker, String... more) {
        return AgentProcess.worker(folder, worker, BROKER.port(), fleet.bundle.path(), more);
    }

    @Test
    void theJarHoldsWhatADeviceNeedsAndNothingElse() throws IOException {
        Set<String> natives = new TreeSet<>();
        Set<String> foreign = new TreeSet<>();
        try (JarFile jar = new JarFile(AgentProcess.jar().toFile())) {
            for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                String name = entry.getName();
                if (name.matches(".*\\.(so|dll|dylib|jnilib)(\\..*)?")) {
                    natives.add(name.substring(0, name.lastIndexOf('/')));
                }
                for (String unwanted : List.of(
                        "org/apache/activemq/",
                        "io/netty/",
                        "io/prometheus/",
                        "org/knowm/",
                        "org/testcontainers/",
                        "starling/router/",
                        "starling/repurpose/",
                        "starling/models/plan/fixture/",
                        "starling/models/data/mnist/",
                        "starling/models/data/fashion/")) {
                    if (name.startsWith(unwanted)) {
                        foreign.add(name);
                    }
                }
                boolean page = name.endsWith(".html") && !name.matches("META-INF/.*|about.html|.*/package.html");
                if (page || name.endsWith(".onnx") || name.endsWith(".gz")) {
                    foreign.add(name);
                }
            }
            assertEquals(
                    "starling.agent.EdgeAgent",
                    jar.getManifest().getMainAttributes().getValue("Main-Class"));
        }
        assertEquals(
                Set.of("ai/onnxruntime/native/linux-aarch64", "ai/onnxruntime/native/linux-x64"),
                natives,
                "natives for other systems, or none for these");
        assertEquals(Set.of(), foreign);
        assertTrue(Files.size(AgentProcess.jar()) < 30 << 20, "it has " + Files.size(AgentProcess.jar()) + " bytes");
    }

    @Test
    void exitCodesAreThoseOfTheContract() {
        try (AgentProcess version = AgentProcess.start(folder, "--version");
                AgentProcess unknown = AgentProcess.start(folder, "learn");
                AgentProcess unfit = AgentProcess.worker(folder, 0, 1, folder.resolve("none"));
                AgentProcess old = AgentProcess.on("arm", folder, 0, folder.resolve("none"))) {
            assertEquals(0, version.awaitEnd());
            assertTrue(version.said().startsWith("starling "), version.said());
            assertEquals(2, unknown.awaitEnd());
            assertTrue(unknown.said().contains("learn"), unknown.said());
            assertEquals(1, unfit.awaitEnd());
            assertTrue(unfit.said().contains("does not exist"), unfit.said());
            assertEquals(1, old.awaitEnd());
            assertTrue(old.said().contains("needs a 64-bit x86 or ARM system"), old.said());
            assertEquals(1, old.said().lines().count(), old.said());
        }
    }

    @Test
    void aWrongPasswordEndsTheAgent() throws IOException {
        try (TestFleet fleet = fleet(2)) {
            Path wrong = Files.writeString(folder.resolve("wrong"), "user=worker-0\npassword=nonsense\n");
            Files.setPosixFilePermissions(wrong, PosixFilePermissions.fromString("rw-------"));
            try (AgentProcess agent = AgentProcess.start(
                    folder,
                    "run",
                    "--broker=mqtt://127.0.0.1:" + BROKER.port(),
                    "--worker=0",
                    "--bundle=" + fleet.bundle.path(),
                    "--credentials=" + wrong)) {
                assertEquals(1, agent.awaitEnd());
                assertTrue(agent.said().contains("wrong user name or password"), agent.said());
                assertFalse(agent.said().contains("nonsense"), agent.said());
            }
        }
    }

    /** Killed: the others go on, marked; returned: complete again; told to stop: says good-bye. */
    @Test
    void agentsComeAndGo() {
        try (TestFleet fleet = fleet(2)) {
            fleet.request(5);
            AgentProcess second = worker(fleet, 1);
            try (AgentProcess first = worker(fleet, 0)) {
                fleet.awaitComplete();
                long whole = fleet.ask();
                fleet.requester().await(whole);
                assertTrue(fleet.apart(whole) <= 1e-5);
                second.kill();
                Await.until("worker 0 answers without worker 1", () -> {
                    long inference = fleet.ask();
                    Await.until(
                            "worker 0",
                            () -> fleet.requester().answers(inference).containsKey(0));
                    Frame answer = fleet.requester().answer(inference, 0);
                    return !answer.header().complete() && answer.annex().contains("\"missing\":[1]");
                });
                second = worker(fleet, 1);
                second.awaitSaid("everybody is there");
                fleet.awaitComplete();
                ConcurrentLinkedQueue<Presence> heard = new ConcurrentLinkedQueue<>();
                first.stop();
                int code = first.awaitEnd();
                assertTrue(code == 0 || code == 143, "exit code " + code);
                assertTrue(first.said().contains("worker 0 has left: "), first.said());
                fleet.requester().listen(topics.everyPresence(), message -> hear(message, heard));
                Await.until("the good-bye is kept", () -> heard.stream()
                        .anyMatch(presence ->
                                presence.identity().equals("worker-0") && presence.status() == Presence.Status.GONE));
            } finally {
                second.close();
            }
        }
    }

    private static void hear(InboundMessage message, ConcurrentLinkedQueue<Presence> heard) {
        heard.add(Presence.parse(message.payload()));
    }

    @Test
    void ofTwoWithOneIdentityOneStops() {
        try (TestFleet fleet = fleet(2)) {
            fleet.request(5);
            try (AgentProcess other = worker(fleet, 1);
                    AgentProcess first = worker(fleet, 0)) {
                fleet.awaitComplete();
                try (AgentProcess twin = worker(fleet, 0)) {
                    Await.until("one of them stops", () -> !first.isAlive() || !twin.isAlive());
                    AgentProcess stopped = first.isAlive() ? twin : first;
                    AgentProcess going = first.isAlive() ? first : twin;
                    assertEquals(1, stopped.awaitEnd());
                    assertTrue(stopped.said().contains("another program"), stopped.said());
                    fleet.awaitComplete();
                    assertTrue(going.isAlive() && other.isAlive());
                }
            }
        }
    }

    @Test
    void aBrokerThatIsAwayAtStartIsWaitedFor() {
        NativeMosquitto late = MosquittoFleetTest.guarded();
        late.start();
        late.stop();
        try (TestFleet fleet = new TestFleet(
                        folder.resolve("bundle"),
                        1,
                        Kind.ACTIVATIONS,
                        TestFleet.settings(),
                        () -> new PahoTransport(new BrokerAddress("127.0.0.1", late.port(), false)));
                AgentProcess agent = AgentProcess.worker(folder, 0, late.port(), fleet.bundle.path())) {
            agent.awaitSaid("joins at");
            late.start();
            fleet.request(5);
            agent.awaitSaid("everybody is there");
            fleet.awaitComplete();
        } finally {
            late.close();
        }
    }

    /** ONNX Runtime's ARM library, loaded from the jar and run by an emulator beside a native worker: the answers are the same. */
    @Test
    void theArmSideRunsUnderEmulation() {
        List<String> java = Aarch64Java.command();
        try (TestFleet fleet = fleet(2)) {
            fleet.request(5);
            try (AgentProcess emulated = AgentProcess.worker(java, folder, 0, BROKER.port(), fleet.bundle.path());
                    AgentProcess other = worker(fleet, 1)) {
                emulated.awaitSaid("everybody is there");
                other.awaitSaid("everybody is there");
                fleet.awaitComplete();
                long inference = fleet.ask();
                fleet.requester().await(inference);
                assertTrue(fleet.requester().isComplete(inference));
                assertTrue(fleet.apart(inference) <= 1e-5, "apart by " + fleet.apart(inference));
            }
        }
    }

    @Test
    void standardInputIsALocalSource() {
        try (TestFleet fleet = fleet(2)) {
            fleet.request(5);
            try (AgentProcess first = worker(fleet, 0, "--source=stdin");
                    AgentProcess second = worker(fleet, 1, "--source=stdin")) {
                first.awaitSaid("everybody is there");
                second.awaitSaid("everybody is there");
                float[] sample = fleet.sample(1);
                StringBuilder line = new StringBuilder();
                for (int i = 0; i < 6; i++) {
                    line.append(sample[i]).append(i < 5 ? " " : "\n");
                }
                first.write(line.toString());
                line.setLength(0);
                for (int i = 6; i < 12; i++) {
                    line.append(sample[i]).append(i < 11 ? ",\t" : "\n");
                }
                second.write(line.toString());
                fleet.requester().ask(1, null);
                fleet.requester().await(1);
                assertTrue(fleet.requester().isComplete(1));
                assertTrue(fleet.apart(1) <= 1e-5);
            }
        }
    }
}
