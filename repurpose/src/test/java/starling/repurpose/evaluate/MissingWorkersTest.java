package starling.repurpose.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.models.run.Decision;
import starling.models.run.Network;
import starling.repurpose.fixture.Cli;
import starling.repurpose.fixture.SmallFiles;

/**
 * Accuracy with workers missing against the reference model itself, into which masks were written: every value of a unit space
 * is nothing (or what it was of the first sample) where its owner is away.
 */
class MissingWorkersTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path folder;

    private Bundle bundle(Path model, int workers, Object... options) {
        Path out = folder.resolve("bundle");
        Object[] arguments = Stream.concat(
                        Stream.of("partition", model, "--workers", workers, "--out", out), Stream.of(options))
                .toArray();
        Cli run = Cli.run(arguments);
        assertEquals(0, run.exit(), run.err());
        return Bundle.open(out);
    }

    private String table(int features) {
        return "csv:" + SmallFiles.table(folder, 300, features, SmallFiles.CLASSES) + ",split=all";
    }

    private static Dataset open(String data) {
        return DataSpec.parse(data).open(Split.ALL, 1);
    }

    static Stream<List<Object>> plans() {
        return Stream.of(
                List.of("dense", 3, 1, "--inputs", "split"),
                List.of("dense", 4, 2, "--inputs", "split", "--max-values", "12"),
                List.of("dense", 3, 2, "--inputs", "replicated"),
                List.of("dense", 4, 2, "--baseline", "original-order"),
                List.of("convolutional", 3, 1),
                List.of("convolutional", 3, 2, "--baseline", "late-fusion"));
    }

    @ParameterizedTest
    @MethodSource("plans")
    void theReferenceWithMasksSaysTheSame(List<Object> plan) throws InvalidProtocolBufferException {
        boolean dense = plan.get(0).equals("dense");
        Path model = dense ? SmallFiles.dense(folder) : SmallFiles.convolutional(folder);
        Bundle bundle =
                bundle(model, (int) plan.get(1), plan.subList(3, plan.size()).toArray());
        Dataset data = open(table(dense ? SmallFiles.FEATURES : 36));
        int k = (int) plan.get(2);
        Plan.Missing measured = MissingWorkers.of(bundle, data, k, 1);
        assertEquals(measured.subsets(), measured.each().size());
        double differing = 0;
        for (Plan.Away away : measured.each()) {
            double zero = oracle(bundle, data, away.workers(), false);
            double last = oracle(bundle, data, away.workers(), true);
            assertEquals(zero, away.accuracy().get("zero"), "zero, without " + away.workers());
            assertEquals(last, away.accuracy().get("last"), "last, without " + away.workers());
            assertEquals(0.0, away.accuracy().get("fail"), "all workers are needed");
            differing += Math.abs(zero - last);
        }
        assertTrue(differing > 0, "the policies can be told apart");
        for (String policy : List.of("zero", "last", "fail")) {
            double[] all = measured.each().stream()
                    .mapToDouble(away -> away.accuracy().get(policy))
                    .sorted()
                    .toArray();
            Plan.Spread spread = Objects.requireNonNull(measured.spread().get(policy));
            assertEquals(all[0], spread.worst());
            assertEquals(all[all.length - 1], spread.best());
            assertEquals(Arrays.stream(all).sum() / all.length, spread.mean(), 1e-12);
        }
    }

    /** Accuracy of the reference model with masks in it; nobody's answer at all if every deliverer is away. */
    private static double oracle(Bundle bundle, Dataset data, List<Integer> away, boolean last)
            throws InvalidProtocolBufferException {
        ModelProto reference = ModelProto.parseFrom(bundle.read(Bundle.REFERENCE));
        Plan plan = bundle.plan();
        if (plan.parts().stream().allMatch(part -> part.outputValues() == 0 || away.contains(part.worker()))) {
            return 0;
        }
        float[] first = new float[data.elements()];
        data.read(0, first, 0);
        List<String> opened = plan.spaces().stream().map(Plan.Space::name).toList();
        List<String> made = reference.getGraph().getNodeList().stream()
                .map(node -> node.getOutput(0))
                .filter(opened::contains)
                .toList();
        Map<String, float[]> before;
        try (Network network = new Network("reference", Network.withOutputs(reference, made), 1)) {
            before = network.run(first, 1);
        }
        String input = plan.inputs().get(0).name();
        GraphProto.Builder graph = reference.getGraph().toBuilder().clearNode();
        float[] inputMask = new float[data.elements()];
        float[] inputFilling = new float[data.elements()];
        HashSet<String> masked = new HashSet<>();
        int[] whose = owners(plan, input);
        for (int i = 0; i < inputMask.length; i++) {
            boolean there = whose.length == 0 || !away.contains(whose[i * whose.length / inputMask.length]);
            inputMask[i] = there ? 1 : 0;
            inputFilling[i] = there || !last ? 0 : first[i];
        }
        for (NodeProto node : reference.getGraph().getNodeList()) {
            String output = node.getOutput(0);
            if (!made.contains(output) || output.equals(input)) {
                graph.addNode(node);
                continue;
            }
            masked.add(output);
            int[] owners = owners(plan, output);
            float[] values = Objects.requireNonNull(before.get(output));
            int each = values.length / owners.length;
            float[] mask = new float[values.length];
            float[] filling = new float[values.length];
            for (int i = 0; i < values.length; i++) {
                boolean there = !away.contains(owners[i / each]);
                mask[i] = there ? 1 : 0;
                filling[i] = there || !last ? 0 : values[i];
            }
            boolean image = each > 1;
            int side = (int) Math.round(Math.sqrt(each));
            long[] shape = image ? new long[] {1, owners.length, side, side} : new long[] {1, owners.length};
            graph.addNode(node.toBuilder().setOutput(0, output + "_raw"));
            graph.addInitializer(tensor(output + "_mask", mask, shape));
            graph.addInitializer(tensor(output + "_filling", filling, shape));
            graph.addNode(operator("Mul", output + "_raw", output + "_mask", output + "_masked"));
            graph.addNode(operator("Add", output + "_masked", output + "_filling", output));
        }
        assertFalse(masked.isEmpty(), "something is masked");
        int right = 0;
        try (Network network = new Network(
                        "masked", reference.toBuilder().setGraph(graph).build(), 1);
                Network whole = new Network("reference", reference, 1)) {
            for (int i = 0; i < data.count(); i++) {
                float[] sample = new float[data.elements()];
                data.read(i, sample, 0);
                for (int e = 0; e < sample.length; e++) {
                    sample[e] = sample[e] * inputMask[e] + inputFilling[e];
                }
                float[] answer = (last && i == 0 ? whole : network)
                        .run(sample, 1)
                        .values()
                        .iterator()
                        .next();
                right += Decision.of(answer, 0, answer.length) == data.label(i) ? 1 : 0;
            }
        }
        return right / (double) data.count();
    }

    private static int[] owners(Plan plan, String space) {
        return plan.spaces().stream()
                .filter(one -> one.name().equals(space))
                .findFirst()
                .map(Plan.Space::owners)
                .orElse(new int[0]);
    }

    private static TensorProto tensor(String name, float[] values, long[] shape) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT_VALUE);
        for (long dim : shape) {
            tensor.addDims(dim);
        }
        for (float value : values) {
            tensor.addFloatData(value);
        }
        return tensor.build();
    }

    private static NodeProto operator(String type, String a, String b, String output) {
        return NodeProto.newBuilder()
                .setOpType(type)
                .setName(output + "_node")
                .addInput(a)
                .addInput(b)
                .addOutput(output)
                .build();
    }

    @Test
    void aWorkerThatNobodyNeedsIsNotMissed() {
        Bundle bundle = bundle(SmallFiles.dense(folder), 3, "--baseline", "naive");
        Dataset data = open(table(SmallFiles.FEATURES));
        double whole = Evaluation.of(bundle, data).plan();
        int missed = 0;
        for (Plan.Away away : MissingWorkers.of(bundle, data, 1, 1).each()) {
            int worker = away.workers().get(0);
            boolean needed = bundle.plan().parts().get(worker).outputValues() > 0
                    || bundle.plan().exchanges().stream()
                            .flatMap(exchange -> exchange.links().stream())
                            .anyMatch(link -> link.from() == worker);
            missed += needed ? 1 : 0;
            assertEquals(needed ? 0 : whole, away.accuracy().get("fail"));
        }
        assertTrue(missed > 0);
    }

    @Test
    void allSetsWhereTheyAreFewElseSeededOnes() {
        assertEquals(
                List.of(List.of(0, 1), List.of(0, 2), List.of(0, 3), List.of(1, 2), List.of(1, 3), List.of(2, 3)),
                MissingWorkers.sets(4, 2, 1));
        assertEquals(List.of(List.of(0), List.of(1)), MissingWorkers.sets(2, 1, 1));
        assertEquals(56, MissingWorkers.sets(8, 5, 1).size());
        List<List<Integer>> drawn = MissingWorkers.sets(12, 3, 5);
        assertEquals(MissingWorkers.MOST_SETS, drawn.size());
        assertEquals(drawn.size(), new HashSet<>(drawn).size());
        assertTrue(drawn.stream().allMatch(set -> set.size() == 3 && new HashSet<>(set).size() == 3));
        assertTrue(drawn.stream().flatMap(List::stream).allMatch(worker -> worker >= 0 && worker < 12));
        assertEquals(12, drawn.stream().flatMap(List::stream).distinct().count());
        assertEquals(drawn, MissingWorkers.sets(12, 3, 5));
        assertNotEquals(drawn, MissingWorkers.sets(12, 3, 6));
        assertEquals(155_117_520, MissingWorkers.subsets(30, 15));
        assertEquals(Long.MAX_VALUE, MissingWorkers.subsets(1024, 500));
        assertEquals(
                MissingWorkers.MOST_SETS, MissingWorkers.sets(1024, 1000, 1).size());
    }

    @Test
    void itIsPrintedAndStoredAndTheBundleStaysWhole() throws IOException {
        Bundle bundle = bundle(SmallFiles.dense(folder), 3, "--inputs", "split");
        String data = table(SmallFiles.FEATURES);
        Cli run = Cli.run("evaluate", bundle.path(), "--data", data, "--missing", 2, "--json");
        assertEquals(0, run.exit(), run.err());
        JsonNode printed = MAPPER.readTree(run.out()).get("missing");
        assertEquals(2, printed.get("k").intValue());
        JsonNode plan = MAPPER.readTree(Files.readAllBytes(bundle.path().resolve(Bundle.PLAN)));
        JsonNode stored = plan.get("account").get("missing").get("2");
        assertEquals(stored.get("each"), printed.get("each"));
        assertEquals(stored.get("spread"), printed.get("spread"));
        assertEquals(3, stored.get("each").size());
        assertTrue(run.err().contains("without [0, 1]  fail 0.0000  zero "), run.err());
        assertTrue(run.err().contains("stored in plan.json"), run.err());

        assertEquals(0, Cli.run("verify", bundle.path()).exit());
        byte[] once = Bundle.open(bundle.path()).planHash();
        Cli again = Cli.run("evaluate", bundle.path(), "--data", data, "--missing", 2);
        assertFalse(again.err().contains("stored in plan.json"), "the same figures change nothing");
        assertArrayEquals(once, Bundle.open(bundle.path()).planHash());
        assertEquals(
                0,
                Cli.run("evaluate", bundle.path(), "--data", data, "--missing", 1)
                        .exit());
        Map<Integer, Plan.Missing> both =
                Bundle.open(bundle.path()).plan().account().missing();
        assertEquals(List.of(1, 2), both == null ? List.of() : List.copyOf(both.keySet()));
        try (Stream<Path> beside = Files.list(folder)) {
            assertTrue(
                    beside.noneMatch(path -> path.getFileName().toString().startsWith(".")), "nothing is left behind");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        0   | missing workers must be at least 1 and fewer than the plan's 3: asked for 0
        -1  | missing workers must be at least 1 and fewer than the plan's 3: asked for -1
        3   | missing workers must be at least 1 and fewer than the plan's 3: asked for 3
        """)
    void soManyCannotBeMissing(int k, String sentence) {
        Bundle bundle = bundle(SmallFiles.dense(folder), 3);
        Cli run = Cli.run("evaluate", bundle.path(), "--data", table(SmallFiles.FEATURES), "--missing", k);
        assertEquals(2, run.exit());
        assertTrue(run.err().contains(sentence), run.err());
    }

    @Test
    void withoutDataThereIsNothingToMeasure() {
        Bundle bundle = bundle(SmallFiles.dense(folder), 3);
        Cli run = Cli.run("evaluate", bundle.path(), "--missing", 1);
        assertEquals(2, run.exit());
        assertTrue(run.err().contains("--missing needs labelled inputs to judge on: give them with --data"), run.err());
    }
}
