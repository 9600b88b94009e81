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
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.models.zoo.ShippedModels;

/** The quick start does what the README promises: the distributed answers are those the plan promised. */
class QuickStartIT {
    private static final Path HOME = Path.of(System.getProperty("starling.home", ".."));
    private static final Path DATA = Path.of(System.getProperty("starling.data", "none"));

    @TempDir
    Path folder;

    @Test
    void shippedDenseModelOverTwoWorkers() throws Exception {
        JsonNode result = run("--samples", "200");
        assertEquals(200, result.get("samples").intValue());
        assertTrue(result.get("valuesPerInference").doubleValue() <= 200, "the default budget of 200 values holds");
        assertTrue(result.get("rounds").doubleValue() >= 1, "something crosses");
        assertCostsWhatThePlanSays(result, plan("dense", 2, "--max-values", "200", "--calibrate", "builtin:mnist"));
        assertEquals(
                Set.of(
                        "samples",
                        "accuracy",
                        "maxRelDiffFromPlan",
                        "latencyMs",
                        "valuesPerInference",
                        "bytesPerInference",
                        "rounds",
                        "incomplete"),
                keys(result));
    }

    @Test
    void shippedLenetOverThreeWorkers() throws Exception {
        JsonNode result = run("--model", "lenet", "--workers", "3", "--samples", "60");
        assertCostsWhatThePlanSays(result, plan("lenet", 3));
        assertEquals(
                result.at("/accuracy/original").doubleValue(),
                result.at("/accuracy/plan").doubleValue(),
                "nothing is pruned");
    }

    /** The plan the quick start makes too: planning depends on its options and seed alone. */
    private Plan plan(String model, int workers, String... more) throws Exception {
        Path file = folder.resolve(model + ".onnx");
        Files.write(file, ShippedModels.read(model));
        Path bundle = folder.resolve("bundle");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                HOME.resolve("repurpose/target/repurpose.jar").toString(),
                "partition",
                file.toString(),
                "--workers",
                "" + workers,
                "--out",
                bundle.toString(),
                "--objective",
                "values",
                "--seed",
                "1"));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("partition").toFile())
                .start();
        assertTrue(process.waitFor(300, TimeUnit.SECONDS), "it ends");
        assertEquals(0, process.exitValue(), Files.readString(folder.resolve("partition")));
        return Bundle.open(bundle).plan();
    }

    /** As the workers have measured it, inference by inference. */
    private static void assertCostsWhatThePlanSays(JsonNode result, Plan plan) {
        assertEquals(
                (double) plan.account().values(),
                result.get("valuesPerInference").doubleValue());
        assertEquals(
                (double) plan.account().bytes(), result.get("bytesPerInference").doubleValue());
        assertEquals(plan.rounds(), result.get("rounds").doubleValue());
    }

    @Test
    void anotherAuthorsModelOverFiveWorkers() throws Exception {
        Path model = DATA.resolve("models/cntk_mnist8.onnx");
        Assumptions.assumeTrue(Files.exists(model), "no models of other authors at " + DATA);
        JsonNode result = run(
                "--model", model.toString(), "--data", "builtin:mnist,scale=1", "--workers", "5", "--samples", "40");
        assertEquals(
                result.at("/accuracy/original").doubleValue(),
                result.at("/accuracy/plan").doubleValue(),
                "nothing is pruned");
    }

    @Test
    void anErrorLeavesNoProcessBehind() throws Exception {
        Process process = start(List.of("--model", folder.resolve("none.onnx").toString()));
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), "it ends");
        assertEquals(1, process.exitValue());
        assertEquals(0, process.descendants().count());
        String said = Files.readString(folder.resolve("err"));
        assertTrue(said.contains("none.onnx"), said);
    }

    @Test
    void aTerminationSignalStopsWhatItStarted() throws Exception {
        Process process = start(List.of("--samples", "100000"));
        List<ProcessHandle> children = awaitChildren(process, 4);
        process.destroy();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "it ends");
        for (ProcessHandle child : children) {
            child.onExit().get(30, TimeUnit.SECONDS);
        }
    }

    /** Waits until router, agents and the sender run. */
    private static List<ProcessHandle> awaitChildren(Process process, int count) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
        while (System.nanoTime() < deadline) {
            List<ProcessHandle> children = process.descendants().toList();
            if (children.size() >= count) {
                return children;
            }
            if (!process.isAlive()) {
                break;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new AssertionError("the fleet did not start");
    }

    private static Set<String> keys(JsonNode node) {
        Set<String> names = new TreeSet<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private Process start(List<String> options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                HOME.resolve("deploy/target/deploy.jar").toString(),
                "--home",
                HOME.toString(),
                "--json"));
        command.addAll(options);
        return new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile())
                .redirectInput(new File("/dev/null"))
                .start();
    }

    private JsonNode run(String... options) throws Exception {
        Process process = start(List.of(options));
        if (!process.waitFor(300, TimeUnit.SECONDS)) {
            process.destroy();
            throw new AssertionError("the quick start did not end: " + Files.readString(folder.resolve("err")));
        }
        String said = Files.readString(folder.resolve("err"));
        assertEquals(0, process.exitValue(), said);
        try (Stream<String> lines = Files.lines(folder.resolve("out"))) {
            List<String> printed = lines.toList();
            assertEquals(1, printed.size(), "one JSON object and nothing else");
            JsonNode result = new ObjectMapper().readTree(printed.get(0));
            assertEquals(0, result.get("incomplete").intValue(), said);
            assertTrue(result.get("maxRelDiffFromPlan").doubleValue() <= 1e-5, said);
            assertEquals(
                    result.at("/accuracy/plan").doubleValue(),
                    result.at("/accuracy/distributed").doubleValue(),
                    said);
            return result;
        }
    }
}
