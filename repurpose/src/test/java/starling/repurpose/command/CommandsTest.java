package starling.repurpose.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import starling.models.graph.Tensors;
import starling.models.plan.Bundle;
import starling.models.plan.BundleWriter;
import starling.models.plan.Plan;
import starling.repurpose.fixture.Cli;
import starling.repurpose.fixture.QuickBundles;
import starling.repurpose.fixture.SmallFiles;

/** What the command line does when it is used well, and what it says about bundles that were touched. */
class CommandsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static Path model = Path.of("");
    private static String data = "";
    private Path out = Path.of("");

    @BeforeAll
    static void files() {
        model = SmallFiles.dense(shared);
        data = "csv:" + SmallFiles.table(shared, 60, SmallFiles.FEATURES, SmallFiles.CLASSES) + ",split=all";
    }

    @BeforeEach
    void target() {
        out = folder.resolve("bundle");
    }

    private static Cli ran(Object... arguments) {
        Cli run = Cli.run(arguments);
        assertEquals(0, run.exit(), run.err());
        return run;
    }

    private static JsonNode json(Cli run) throws IOException {
        assertEquals(1, run.out().lines().count(), "one object and nothing else: " + run.out());
        return MAPPER.readTree(run.out());
    }

    private static Set<String> keys(JsonNode node) {
        Set<String> keys = new TreeSet<>();
        node.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    @Test
    void theKeysOfTheContract() throws IOException {
        JsonNode partitioned =
                json(ran("partition", model, "--workers", 2, "--out", out, "--data", data, "--json", "--seed", 4));
        JsonNode evaluated = json(ran("evaluate", out, "--json", "--data", data));
        JsonNode unjudged = json(ran("evaluate", out, "--json"));
        for (JsonNode root : List.of(partitioned, evaluated, unjudged)) {
            assertEquals(
                    Set.of(
                            "workers",
                            "objective",
                            "edges",
                            "values",
                            "outputValues",
                            "rounds",
                            "roundsSaved",
                            "bytes",
                            "accuracy",
                            "multiplyAdds",
                            "assignmentSeconds",
                            "layers"),
                    keys(root));
            assertEquals(Set.of("cross", "kept"), keys(root.get("edges")));
            assertEquals(Set.of("naive", "baseline", "lateFusion", "plan"), keys(root.get("values")));
            assertEquals(Set.of("original", "plan", "samples"), keys(root.get("accuracy")));
            assertEquals(Set.of("original", "perWorker"), keys(root.get("multiplyAdds")));
            assertEquals(3, root.get("layers").size());
            root.get("layers")
                    .forEach(layer ->
                            assertEquals(Set.of("name", "units", "crossEdges", "keptEdges", "values"), keys(layer)));
        }
        assertEquals(partitioned, evaluated);
        assertTrue(unjudged.get("accuracy").get("original").isNull());
        assertTrue(unjudged.get("accuracy").get("samples").isNull());
    }

    /** The error is taken from the two files alone, weight by weight. */
    @ParameterizedTest
    @ValueSource(doubles = {0.05, 0.5, 2})
    void theErrorOfEveryLayerIsWithinEpsilon(double epsilon) throws IOException {
        JsonNode printed = json(ran(
                "partition",
                model,
                "--workers",
                2,
                "--objective",
                "edges",
                "--epsilon",
                epsilon,
                "--out",
                out,
                "--json"));
        List<float[]> before = weights(out.resolve(Bundle.ORIGINAL));
        List<float[]> after = weights(out.resolve(Bundle.REFERENCE));
        assertEquals(3, before.size());
        double largest = 0;
        int dropped = 0;
        for (int l = 0; l < 3; l++) {
            assertEquals(before.get(l).length, after.get(l).length);
            double error = 0;
            for (int i = 0; i < after.get(l).length; i++) {
                double difference = before.get(l)[i] - after.get(l)[i];
                error += difference * difference;
                dropped += difference == 0 ? 0 : 1;
                assertTrue(difference == 0 || after.get(l)[i] == 0, "a weight is kept or dropped");
            }
            assertTrue(error <= epsilon, "layer " + l + ": " + error);
            largest = Math.max(largest, error);
        }
        JsonNode bound = printed.get("epsilon");
        assertEquals(Set.of("asked", "eta2", "error", "relativeError", "layer", "plans"), keys(bound));
        assertEquals(epsilon, bound.get("asked").doubleValue());
        assertEquals(largest, bound.get("error").doubleValue(), 1e-12);
        JsonNode edges = printed.get("edges");
        assertEquals(edges.get("cross").intValue() - edges.get("kept").intValue(), dropped);
        assertTrue(dropped > 0, "something is dropped");
        ran("verify", out);
    }

    /** The matrices of a model's dense layers, a row for each input. */
    private static List<float[]> weights(Path file) throws IOException {
        GraphProto graph = ModelProto.parseFrom(Files.readAllBytes(file)).getGraph();
        List<float[]> all = new ArrayList<>();
        for (NodeProto node : graph.getNodeList()) {
            for (TensorProto constant : graph.getInitializerList()) {
                if (node.getOpType().equals("Gemm") && constant.getName().equals(node.getInput(1))) {
                    boolean turned = node.getAttributeList().stream()
                            .anyMatch(attribute -> attribute.getName().equals("transB") && attribute.getI() == 1);
                    float[] values = Tensors.floats(constant);
                    all.add(turned ? turned(values, (int) constant.getDims(0)) : values);
                }
            }
        }
        return all;
    }

    private static float[] turned(float[] values, int rows) {
        int columns = values.length / rows;
        float[] turned = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            turned[i % columns * rows + i / columns] = values[i];
        }
        return turned;
    }

    @Test
    void theSmallestPlanThatIsAccurateEnough() throws IOException {
        String samples = "csv:" + SmallFiles.table(shared, 250, SmallFiles.FEATURES, SmallFiles.CLASSES) + ",split=all";
        Cli run = ran(
                "partition", model, "--workers", 2, "--out", out, "--calibrate", samples, "--max-drop", 0.02, "--json");
        JsonNode reached = json(run).get("maxDrop");
        assertEquals(Set.of("asked", "reached", "accuracy", "original", "samples", "plans"), keys(reached));
        assertEquals(0.02, reached.get("asked").doubleValue());
        assertEquals(50, reached.get("samples").intValue(), "a fifth is held back");
        assertTrue(reached.get("reached").doubleValue() <= 0.02 + 1e-9);
        assertEquals(
                reached.get("original").doubleValue() - reached.get("accuracy").doubleValue(),
                reached.get("reached").doubleValue(),
                1e-12);
        assertTrue(run.err().contains("smallest plan found"), run.err());
        ran("verify", out);
        JsonNode anything = json(ran(
                "partition",
                model,
                "--workers",
                2,
                "--out",
                out,
                "--force",
                "--calibrate",
                samples,
                "--max-drop",
                1,
                "--json"));
        assertEquals(0, anything.get("values").get("plan").longValue());
    }

    @Test
    void nothingGoesToStdoutWithoutJson() {
        assertEquals("", ran("partition", model, "--workers", 2, "--out", out).out());
        assertEquals("", ran("evaluate", out).out());
        assertEquals("", ran("verify", out).out());
        assertEquals("", ran("report", out).out());
        assertEquals("", ran("inspect", model).out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"values", "edges"})
    void unprunedPlansAnswerLikeTheOriginal(String objective) throws IOException {
        for (int workers : new int[] {2, 3, 5}) {
            JsonNode root = json(ran(
                    "partition",
                    model,
                    "--workers",
                    workers,
                    "--out",
                    out,
                    "--force",
                    "--objective",
                    objective,
                    "--data",
                    data,
                    "--json"));
            assertEquals(
                    root.get("accuracy").get("original"), root.get("accuracy").get("plan"), workers + " workers");
            assertEquals(60, root.get("accuracy").get("samples").intValue());
            assertEquals(root.get("edges").get("cross"), root.get("edges").get("kept"));
            ran("verify", out);
        }
    }

    @Test
    void oneWorkerTalksToNobody() throws IOException {
        JsonNode root = json(ran("partition", model, "--workers", 1, "--out", out, "--json"));
        assertEquals(0, root.get("values").get("plan").intValue());
        assertEquals(0, root.get("values").get("naive").intValue());
        assertEquals(0, root.get("values").get("baseline").intValue());
        assertEquals(0, root.get("values").get("lateFusion").intValue());
        assertEquals(0, root.get("edges").get("cross").intValue());
        assertEquals(0, root.get("bytes").intValue());
        assertEquals(0, root.get("rounds").intValue());
    }

    @Test
    void theAccountAddsUp() throws IOException {
        JsonNode root = json(ran("partition", model, "--workers", 3, "--out", out, "--json"));
        Plan plan = Bundle.open(out).plan();
        long values = 0;
        long bytes = 0;
        for (Plan.Exchange exchange : plan.exchanges()) {
            for (Plan.Link link : exchange.links()) {
                values += link.values();
                bytes += 64 + 4L * link.values();
            }
        }
        assertEquals(values, root.get("values").get("plan").longValue());
        assertEquals(bytes, root.get("bytes").longValue());
        assertEquals(2 * SmallFiles.FEATURES, root.get("values").get("naive").intValue());
        assertEquals(
                2 * SmallFiles.CLASSES, root.get("values").get("lateFusion").intValue());
        assertEquals(SmallFiles.CLASSES, root.get("outputValues").intValue());
        assertEquals(
                6 * 8 + 8 * 5 + 5 * 3, root.get("multiplyAdds").get("original").intValue());
    }

    @Test
    void unevenCapacities() {
        ran("partition", model, "--workers", 3, "--capacity", "1,2,1", "--out", out);
        List<int[]> counts = Bundle.open(out).plan().spaces().stream()
                .map(space -> IntStream.range(0, 3)
                        .map(k -> (int) IntStream.of(space.owners())
                                .filter(owner -> owner == k)
                                .count())
                        .toArray())
                .toList();
        // 6, 8, 5 and 3 units by largest remainder; ties go to the lower number
        assertArrayEquals(new int[] {2, 3, 1}, counts.get(0));
        assertArrayEquals(new int[] {2, 4, 2}, counts.get(1));
        assertArrayEquals(new int[] {1, 3, 1}, counts.get(2));
        assertArrayEquals(new int[] {1, 1, 1}, counts.get(3));
    }

    @Test
    void moreWorkersThanUnits() throws IOException {
        Cli run = ran("partition", model, "--workers", 1000, "--out", out, "--data", data, "--json");
        assertTrue(run.err().contains("some workers have none"), run.err());
        JsonNode root = json(run);
        assertEquals(root.get("accuracy").get("original"), root.get("accuracy").get("plan"));
        ran("verify", out);
    }

    @Test
    void inputsWithOwners() throws IOException {
        Path file = SmallFiles.write(folder.resolve("owners.json"), "{\"x\": [2, 2, 0, 0, 2, 1]}");
        ran("partition", model, "--workers", 3, "--out", out, "--inputs", "owners:" + file);
        Plan plan = Bundle.open(out).plan();
        assertEquals(List.of(new Plan.Range(2, 4)), plan.parts().get(0).input());
        assertEquals(List.of(new Plan.Range(5, 6)), plan.parts().get(1).input());
        assertEquals(
                List.of(new Plan.Range(0, 2), new Plan.Range(4, 5)),
                plan.parts().get(2).input());
        assertEquals("owners", plan.inputs().get(0).placement());
        ran("verify", out);
    }

    @Test
    void theSameSeedGivesTheSameBundle() throws IOException {
        ran("partition", model, "--workers", 3, "--out", out, "--max-values", 5, "--calibrate", data, "--seed", 7);
        Path again = folder.resolve("again");
        ran("partition", model, "--workers", 3, "--out", again, "--max-values", 5, "--calibrate", data, "--seed", 7);
        assertEquals(Bundle.open(out).plan().files(), Bundle.open(again).plan().files(), "every file to the byte");
    }

    @ParameterizedTest
    @ValueSource(strings = {"naive", "original-order", "sparse", "late-fusion"})
    void rivals(String baseline) {
        Path images = SmallFiles.convolutional(folder);
        for (Path file : List.of(model, images)) {
            ran("partition", file, "--workers", 3, "--out", out, "--force", "--baseline", baseline);
            ran("verify", out);
            assertEquals(baseline, Bundle.open(out).plan().baseline());
        }
    }

    @Test
    void aChangedSubModelIsNamed() throws IOException {
        ran("partition", model, "--workers", 2, "--out", out);
        String file = Bundle.open(out).plan().parts().get(1).stages().get(0).file();
        assertTrue(file != null);
        Path path = out.resolve(String.valueOf(file));
        byte[] bytes = Files.readAllBytes(path);
        bytes[bytes.length / 2] ^= 1;
        Files.write(path, bytes);
        Cli run = Cli.run("verify", out);
        assertEquals(1, run.exit());
        assertEquals(1, run.errLines().size(), run.err());
        assertTrue(run.err().contains(String.valueOf(file)) && run.err().contains("changed"), run.err());
        assertEquals(1, Cli.run("evaluate", out, "--data", data).exit());
        Files.delete(path);
        Cli gone = Cli.run("verify", out);
        assertEquals(1, gone.exit());
        assertTrue(gone.err().contains("stage-0.onnx"), gone.err());
    }

    @Test
    void aChangedPlan() throws IOException {
        ran("partition", model, "--workers", 2, "--out", out);
        Path file = out.resolve(Bundle.PLAN);
        String plan = Files.readString(file);
        for (String[] change : new String[][] {
            {"\"workers\":2", "\"workers\":3"},
            {"\"schema\":1", "\"schema\":2"},
            {"\"bytes\":", "\"octets\":"},
            {"{\"schema\"", "{\"surprise\":1,\"schema\""},
            {"}", ""},
        }) {
            Files.writeString(file, plan.replace(change[0], change[1]));
            Cli run = Cli.run("verify", out);
            assertEquals(1, run.exit(), change[1]);
            assertEquals(1, run.errLines().size(), run.err());
            assertTrue(run.err().contains("plan.json"), run.err());
            assertFalse(run.err().contains("unexpected"), run.err());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/account/values|account.values",
                "/account/bytes|account.bytes",
                "/account/crossEdges|account.crossEdges",
                "/account/keptEdges|account.keptEdges",
                "/account/inputValues|account.inputValues",
                "/account/outputValues|account.outputValues",
                "/account/naive|account.naive",
                "/layers/1/values|layers[].values of step",
                "/layers/1/step|layer",
                "/inputs/0/shape/0|inputs",
            })
    void aFigureOfThePlanThatDoesNotAddUp(String pointer, String said) throws IOException {
        ran("partition", model, "--workers", 2, "--out", out);
        ran("verify", out);
        Path file = out.resolve(Bundle.PLAN);
        JsonNode plan = MAPPER.readTree(file.toFile());
        int slash = pointer.lastIndexOf('/');
        JsonNode parent = plan.at(pointer.substring(0, slash));
        com.fasterxml.jackson.databind.node.IntNode wrong =
                com.fasterxml.jackson.databind.node.IntNode.valueOf(100_000_000);
        if (parent instanceof com.fasterxml.jackson.databind.node.ObjectNode object) {
            object.set(pointer.substring(slash + 1), wrong);
        } else {
            ((com.fasterxml.jackson.databind.node.ArrayNode) parent).set(0, wrong);
        }
        Files.writeString(file, plan.toString());
        Cli run = Cli.run("verify", out);
        assertEquals(1, run.exit(), run.err());
        assertEquals(1, run.errLines().size(), run.err());
        assertTrue(run.err().contains(said), run.err());
    }

    @Test
    void subModelsOfAnotherPlanDoNotVerify() throws IOException {
        ran("partition", model, "--workers", 2, "--out", out, "--objective", "edges");
        Path other = folder.resolve("other");
        ran("partition", model, "--workers", 2, "--out", other, "--objective", "edges", "--eta2", "0.2");
        Bundle bundle = Bundle.open(out);
        Path mixed = folder.resolve("mixed");
        QuickBundles.exchanged(bundle, Bundle.REFERENCE, Bundle.open(other).read(Bundle.REFERENCE), mixed);
        Cli run = Cli.run("verify", mixed);
        assertEquals(1, run.exit());
        assertTrue(run.err().contains("reference.onnx"), run.err());
    }

    @Test
    void inspectSaysWhatCanBeSplit() throws IOException {
        JsonNode root = json(ran("inspect", SmallFiles.convolutional(folder), "--json", "--inputs", "split"));
        assertEquals("convolutional.onnx", root.get("model").textValue());
        assertEquals(4 * 9 + 4 + 16 * 6 + 6 + 6 * 3 + 3, root.get("parameters").intValue());
        assertEquals(4 * 9 * 16 + 16 * 6 + 6 * 3, root.get("multiplyAdds").intValue());
        assertEquals("Softmax", root.get("final").get(0).textValue());
        assertEquals(0, root.get("whole").size());
    }

    @Test
    void helpAndVersion() {
        for (String command : List.of("inspect", "partition", "evaluate", "report", "verify")) {
            Cli run = ran(command, "--help");
            assertTrue(run.out().contains("--json") && run.out().contains("--seed"), run.out());
            assertTrue(ran(command, "--version").out().startsWith("starling "));
        }
        assertTrue(ran("--help").out().contains("partition"));
    }

    /** Begins to write a bundle and never ends. */
    public static final class Stuck {
        private Stuck() {}

        /** Arguments: a bundle to copy and the target. */
        public static void main(String[] arguments) {
            Bundle bundle = Bundle.open(Path.of(arguments[0]));
            java.util.Map<String, byte[]> files = new java.util.TreeMap<>();
            bundle.plan().files().keySet().forEach(file -> files.put(file, bundle.read(file)));
            BundleWriter.write(Path.of(arguments[1]), true, files, hashes -> {
                System.out.println("all files are written, the plan is not");
                System.out.flush();
                while (true) {
                    java.util.concurrent.locks.LockSupport.park();
                }
            });
        }
    }

    @Test
    void aWriterKilledInTheMiddleLeavesTheTargetAsItWas() throws Exception {
        Path whole = folder.resolve("whole");
        ran("partition", model, "--workers", 2, "--out", whole);
        killedWhileWriting(whole, out);
        assertFalse(Files.exists(out), "no half of a bundle");
        ran("partition", model, "--workers", 3, "--out", out);
        killedWhileWriting(whole, out);
        assertEquals(3, Bundle.open(out).plan().workers(), "the old bundle");
        ran("verify", out);
        ran("partition", model, "--workers", 4, "--out", out, "--force");
        ran("verify", out);
    }

    /** As a user runs it, with too small a heap for the model. */
    @Test
    void tooSmallAHeapIsOneSentenceAndLeavesNothing() throws Exception {
        Path model = SmallFiles.large(folder, 1536);
        Path temporary = Files.createDirectory(folder.resolve("temporary"));
        Path out = folder.resolve("bundle");
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        starling.repurpose.Repurpose.class.getName(),
                        "partition",
                        model.toString(),
                        "--workers",
                        "4",
                        "--out",
                        out.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String said = new String(child.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(child.waitFor(60, TimeUnit.SECONDS));
            assertEquals(1, child.exitValue(), said);
            assertEquals(1, said.strip().lines().count(), said);
            assertTrue(said.contains("the heap of 32 MiB was too small"), said);
            assertTrue(said.contains("java -Xmx"), said);
        } finally {
            child.destroyForcibly();
        }
        try (Stream<Path> left = Files.list(folder);
                Stream<Path> models = Files.list(temporary)) {
            assertEquals(
                    java.util.Set.of(model, temporary), left.collect(java.util.stream.Collectors.toSet()), "no bundle");
            assertEquals(
                    List.of(),
                    models.filter(path -> path.getFileName().toString().startsWith("starling"))
                            .toList(),
                    "no copy of the model");
        }
    }

    private void killedWhileWriting(Path bundle, Path target) throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Stuck.class.getName(),
                        bundle.toString(),
                        target.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            byte[] said = child.getInputStream().readNBytes(10);
            assertEquals("all files ", new String(said, StandardCharsets.UTF_8));
        } finally {
            child.destroyForcibly();
            assertTrue(child.waitFor(60, TimeUnit.SECONDS));
        }
        try (Stream<Path> beside = Files.list(folder)) {
            assertTrue(beside.anyMatch(path -> path.getFileName().toString().startsWith(".bundle.")), "it was at work");
        }
    }
}
