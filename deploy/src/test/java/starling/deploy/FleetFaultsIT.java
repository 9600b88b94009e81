package starling.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.zoo.ShippedModels;

/** A fleet of processes meets the faults of the field: answers are right or marked, and all is well again afterwards. */
class FleetFaultsIT {
    private static final Path HOME = Path.of(System.getProperty("starling.home", ".."));
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();
    private final List<Process> agents = new ArrayList<>();
    private Path bundle;

    @BeforeEach
    void split() throws Exception {
        Path model = folder.resolve("dense.onnx");
        Files.write(model, ShippedModels.read("dense"));
        bundle = folder.resolve("bundle");
        Process process = start(
                "split", "repurpose", "partition", model.toString(), "--workers", "2", "--out", bundle.toString());
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), "splitting ends");
        assertEquals(0, process.exitValue(), log("split"));
    }

    @AfterEach
    void stopAll() throws Exception {
        for (Process process : started) {
            process.destroyForcibly();
            assertTrue(process.waitFor(10, TimeUnit.SECONDS), "a killed process ends");
        }
    }

    @Test
    void aKilledAgentIsMissedAndWelcomeBack() throws Exception {
        String broker = fleet();
        awaitComplete(broker, 40);

        Process doomed = agents.get(1);
        doomed.destroyForcibly();
        assertTrue(doomed.waitFor(10, TimeUnit.SECONDS), "the agent is dead");
        JsonNode without = infer(broker, "without", 5);
        assertEquals(0, without.get("complete").intValue(), "no answer without worker 1 passes for complete");
        assertEquals(
                5, without.get("incomplete").intValue() + without.get("failed").intValue(), without.toString());

        agent(broker, 1);
        awaitComplete(broker, 40);
    }

    /** Starts router and both agents; returns the broker's address. */
    private String fleet() throws Exception {
        Path users = folder.resolve("users");
        Process admit = command("users", "router", "user", users.toString(), "worker-0", "worker-1", "desk")
                .start();
        started.add(admit);
        admit.getOutputStream().write("one\ntwo\nthree\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        admit.getOutputStream().close();
        assertTrue(admit.waitFor(60, TimeUnit.SECONDS), "users are admitted");
        assertEquals(0, admit.exitValue(), log("users"));
        credentials("worker-0", "one");
        credentials("worker-1", "two");
        credentials("desk", "three");
        Path ready = folder.resolve("ready.json");
        start(
                "router",
                "router",
                "serve",
                "--bundle",
                bundle.toString(),
                "--listen",
                "127.0.0.1:0",
                "--http",
                "127.0.0.1:0",
                "--users",
                users.toString(),
                "--deadline",
                "1000",
                "--ready-file",
                ready.toString());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.exists(ready)) {
            assertTrue(System.nanoTime() < deadline, () -> "the router is ready in time: " + log("router"));
            TimeUnit.MILLISECONDS.sleep(20);
        }
        String broker = MAPPER.readTree(ready.toFile()).get("mqtt").textValue();
        agent(broker, 0);
        agent(broker, 1);
        return broker;
    }

    private void credentials(String user, String password) throws Exception {
        Path file = folder.resolve(user + ".credentials");
        Files.createFile(
                file,
                java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                        java.nio.file.attribute.PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, "user=" + user + "\npassword=" + password + "\n");
    }

    private void agent(String broker, int worker) throws Exception {
        agents.add(start(
                "agent-" + worker,
                "edge-agent",
                "run",
                "--broker",
                broker,
                "--worker",
                "" + worker,
                "--bundle",
                bundle.toString(),
                "--deadline",
                "300",
                "--credentials",
                folder.resolve("worker-" + worker + ".credentials").toString()));
    }

    private JsonNode infer(String broker, String name, int samples) throws Exception {
        Process process = start(
                name,
                "router",
                "infer",
                "--broker",
                broker,
                "--data",
                "builtin:mnist",
                "--samples",
                "" + samples,
                "--credentials",
                folder.resolve("desk.credentials").toString(),
                "--json");
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), () -> name + " ends: " + log(name));
        return MAPPER.readTree(folder.resolve(name + ".out").toFile());
    }

    /** Asks again until all answers are complete. */
    private void awaitComplete(String broker, int samples) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        JsonNode last = MAPPER.nullNode();
        for (int i = 0; System.nanoTime() < deadline; i++) {
            last = infer(broker, "after-" + i, samples);
            if (last.path("complete").asInt() == samples) {
                return;
            }
        }
        throw new AssertionError("worker 1 is not taken back: " + last + " " + log("agent-1"));
    }

    private ProcessBuilder command(String name, String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                HOME.resolve(program)
                        .resolve("target")
                        .resolve(program + ".jar")
                        .toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectOutput(folder.resolve(name + ".out").toFile())
                .redirectError(folder.resolve(name + ".log").toFile());
    }

    private Process start(String name, String program, String... arguments) throws Exception {
        Process process = command(name, program, arguments)
                .redirectInput(new File("/dev/null"))
                .start();
        started.add(process);
        return process;
    }

    private String log(String name) {
        try {
            return Files.readString(folder.resolve(name + ".log"));
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }
}
