package starling.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.link.contract.NativeMosquitto;
import starling.models.data.NpyMatrix;
import starling.models.data.NpyWriter;

/** Coded products by processes that meet at a native Mosquitto, one of them slow and one killed. */
class CodedProductIT {
    private static final Path HOME = Path.of(System.getProperty("starling.home", ".."));
    private static final int ROWS = 20;
    private static final int INNER = 6;

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void stopAll() throws Exception {
        for (Process process : started) {
            process.destroyForcibly();
            assertTrue(process.waitFor(10, TimeUnit.SECONDS), "a killed process ends");
        }
    }

    @Test
    void aSlowAndADeadAgentCostNoProduct() throws Exception {
        double[] a = IntStream.range(0, ROWS * INNER).mapToDouble(Math::sin).toArray();
        double[] b = IntStream.range(0, INNER).mapToDouble(Math::cos).toArray();
        NpyWriter.write(folder.resolve("a.npy"), a, ROWS, INNER);
        NpyWriter.write(folder.resolve("b.npy"), b, INNER, 1);
        try (NativeMosquitto broker = NativeMosquitto.started()) {
            agent(broker, 0);
            agent(broker, 1);
            agent(broker, 2);
            Process doomed = agent(broker, 3, "--delay", "shifted:1000,1");
            assertEquals(0, product(broker, "coded", "mds:3", "--repeat", "2"), () -> log("coded"));
            check(a, b, "coded");
            JsonNode report =
                    new ObjectMapper().readTree(folder.resolve("coded.out").toFile());
            assertEquals(2, report.get("products").size());
            assertTrue(report.get("products").get(1).get("met").booleanValue());
            assertEquals(
                    0,
                    report.get("products")
                            .get(1)
                            .get("agents")
                            .get(3)
                            .get("results")
                            .intValue());

            Process waiting = begin(broker, "uncoded", "uncoded");
            await("the product has begun", () -> log("uncoded").contains("A is kept by the agents"));
            assertFalse(waiting.waitFor(3, TimeUnit.SECONDS), () -> "agent 3 is needed: " + log("uncoded"));
            doomed.destroyForcibly();
            assertTrue(waiting.waitFor(40, TimeUnit.SECONDS), () -> "it ends with agent 3: " + log("uncoded"));
            assertEquals(1, waiting.exitValue(), () -> log("uncoded"));
            assertTrue(log("uncoded").contains("given up after"), () -> log("uncoded"));
            assertFalse(Files.exists(folder.resolve("uncoded.npy")), "nothing half-known is written");

            assertEquals(0, product(broker, "again", "mds:3", "--gather", "6"), () -> log("again"));
            check(a, b, "again");
            assertEquals(
                    0, product(broker, "soon", "ew:4x1", "--gather", "6", "--goal", "deadline:8"), () -> log("soon"));
            JsonNode part =
                    new ObjectMapper().readTree(folder.resolve("soon.out").toFile());
            int known = part.at("/products/0/known").intValue();
            assertTrue(known > 0, () -> log("soon"));
            checkKnown(a, b, "soon", known * ROWS / 4);
            assertEquals(1, product(broker, "few", "mds:4", "--gather", "6"), () -> log("few"));
            assertTrue(log("few").contains("3 are there"), () -> log("few"));
        }
    }

    private void check(double[] a, double[] b, String name) {
        checkKnown(a, b, name, ROWS);
    }

    /** So many rows are the true ones, and the others zero. */
    private void checkKnown(double[] a, double[] b, String name, int known) {
        NpyMatrix product = NpyMatrix.read(folder.resolve(name + ".npy"));
        assertEquals(ROWS, product.rows());
        int right = 0;
        for (int row = 0; row < ROWS; row++) {
            double expected = 0;
            for (int i = 0; i < INNER; i++) {
                expected += a[row * INNER + i] * b[i];
            }
            double found = product.values()[row];
            right += Math.abs(expected - found) <= 1e-10 ? 1 : 0;
            assertTrue(Math.abs(expected - found) <= 1e-10 || found == 0, "row " + row + ": " + found);
        }
        assertEquals(known, right);
    }

    private Process agent(NativeMosquitto broker, int node, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("compute", "--broker", broker.uri(), "--node", "" + node));
        arguments.addAll(Arrays.asList(more));
        return start("agent-" + node, "edge-agent", arguments);
    }

    private int product(NativeMosquitto broker, String name, String code, String... more) throws Exception {
        Process process = begin(broker, name, code, more);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> name + " ends: " + log(name));
        return process.exitValue();
    }

    private Process begin(NativeMosquitto broker, String name, String code, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "product",
                folder.resolve("a.npy").toString(),
                folder.resolve("b.npy").toString(),
                "--broker",
                broker.uri(),
                "--workers",
                "4",
                "--code",
                code,
                "--deadline",
                "300",
                "--json",
                "--out",
                folder.resolve(name + ".npy").toString()));
        arguments.addAll(Arrays.asList(more));
        return start(name, "router", arguments);
    }

    private Process start(String name, String program, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                HOME.resolve(program)
                        .resolve("target")
                        .resolve(program + ".jar")
                        .toString()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(folder.resolve(name + ".out").toFile())
                .redirectError(folder.resolve(name + ".log").toFile())
                .start();
        started.add(process);
        return process;
    }

    private static void await(String what, java.util.function.BooleanSupplier holds) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, what);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private String log(String name) {
        try {
            return Files.readString(folder.resolve(name + ".log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
