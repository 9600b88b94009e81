package starling.models.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.UnfitException;
import starling.models.graph.GraphBuilder;
import starling.models.plan.fixture.TinyBundles;
import starling.models.plan.fixture.TinyBundles.Kind;

/** Sub-models and final models whose hash is right but whose ports are not those of the plan. */
class WorkerRunnerTest {
    @TempDir
    Path folder;

    private Bundle bundle;

    @BeforeEach
    void writeOne() {
        bundle = TinyBundles.write(folder.resolve("bundle"), 2, Kind.ACTIVATIONS, 1);
    }

    /** The bundle with one sub-model replaced, its new hash in the plan. */
    private Bundle with(String file, byte[] content) throws IOException {
        Files.write(bundle.path().resolve(file), content);
        Path plan = bundle.path().resolve(Bundle.PLAN);
        String old = String.valueOf(bundle.plan().files().get(file));
        String hash = HexFormat.of().formatHex(Bundle.digest(content));
        Files.writeString(plan, Files.readString(plan).replace(old, hash));
        return Bundle.open(bundle.path());
    }

    private void refused(String file, String fragment, UnaryOperator<GraphBuilder> ports) throws IOException {
        refused(file, fragment, ports.apply(new GraphBuilder("unfit", 13)).build());
    }

    private void refused(String file, String fragment, ModelProto model) throws IOException {
        Bundle changed = with(file, model.toByteArray());
        String sentence = String.valueOf(assertThrows(UnfitException.class, () -> new WorkerRunner(changed, 0, 1))
                .getMessage());
        assertTrue(sentence.contains(fragment), sentence);
        assertEquals(1, sentence.lines().count(), sentence);
        bundle = TinyBundles.write(folder.resolve(file + fragment.hashCode()), 2, Kind.ACTIVATIONS, 1);
    }

    private static GraphBuilder pass(GraphBuilder builder, String from, String to, int values) {
        builder.input(from, -1, values).node("Identity", List.of(from), to);
        return builder.output(to, -1, values);
    }

    @Test
    void portsThatThePlanDoesNotKnowAreRefused() throws IOException {
        String first = "worker-0/stage-0.onnx";
        refused(first, "'input' must hold 6 values", graph -> pass(graph, "input", "to_1", 5));
        refused(first, "must make [to_1]", graph -> pass(graph, "input", "own_1", 6));
        refused(first, "'1:to_1' must hold 6 values", graph -> {
            graph.input("input", -1, 6);
            graph.node("Concat", List.of("input", "input"), "to_1", GraphBuilder.attribute("axis", 1));
            return graph.output("to_1", -1, 12);
        });
        refused(first, "read nothing that nobody makes ('inptu')", graph -> pass(graph, "inptu", "to_1", 6));
        refused(first, "make no frame that nobody reads ('to_2')", graph -> {
            pass(graph, "input", "to_1", 6).node("Identity", List.of("input"), "to_2");
            return graph.output("to_2", -1, 6);
        });
        refused(first, "make the answer only where the plan says so", graph -> {
            pass(graph, "input", "to_1", 6).node("Slice", slice(graph), "output");
            return graph.output("output", -1, 2);
        });
        refused("worker-0/stage-1.onnx", "must read [from_1]", graph -> pass(graph, "own_1", "to_1", 4));
        refused("worker-0/stage-1.onnx", "'own_1' must hold 4 values", graph -> pass(graph, "own_1", "to_1", 3));
        refused("worker-0/stage-1.onnx", "'1:from_1' must hold 6 values", graph -> pass(graph, "from_1", "to_1", 4));
        refused("worker-0/stage-3.onnx", "make the answer only", graph -> pass(graph, "from_1", "result", 3));
        refused("worker-0/stage-3.onnx", "'output' must hold 2 values", graph -> pass(graph, "from_1", "output", 3));
    }

    private static List<String> slice(GraphBuilder graph) {
        return List.of("input", graph.constant("from", 0L), graph.constant("to", 2L), graph.constant("axis", 1L));
    }

    @Test
    void batchesWithoutRoomAreRefused() {
        try (WorkerRunner worker = new WorkerRunner(bundle, 0, 1)) {
            for (int batch : new int[] {Integer.MAX_VALUE, 1 << 30, 400_000_000, 90_000_000}) {
                String sentence = String.valueOf(assertThrows(UnfitException.class, () -> worker.newSlot(batch))
                        .getMessage());
                assertEquals(
                        "worker 0: a tensor must hold at most 536870911 values: 'input' of a batch of " + batch
                                + " has " + 6L * batch,
                        sentence);
            }
        }
    }

    @Test
    void aSubModelThatAsksForEndlessMemoryIsRefused() throws IOException {
        refused("worker-0/stage-0.onnx", "a tensor must hold at most 536870911 values: 'own'", graph -> {
            String wide = graph.constant("wide", 65_536L, 65_536L, 65_536L, 65_536L, 1L, 6L);
            pass(graph, "input", "to_1", 6).node("Expand", List.of("input", wide), "own");
            return graph.output("own", 65_536, 65_536, 65_536, 65_536, -1, 6);
        });
    }

    @Test
    void onlyFloat32Passes() throws IOException {
        GraphBuilder graph = new GraphBuilder("integers", 13).input("input", -1, 6);
        graph.node("Cast", List.of("input"), "to_1", GraphBuilder.attribute("to", 7));
        ModelProto.Builder model = graph.output("to_1", -1, 6).build().toBuilder();
        model.getGraphBuilder()
                .getOutputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .setElemType(7);
        refused("worker-0/stage-0.onnx", "must read and make float32 tensors: 'to_1' is none", model.build());
    }

    @Test
    void whatIsNoModelIsRefused() throws IOException {
        Bundle changed = with("worker-0/stage-0.onnx", new byte[] {1, 2, 3});
        String sentence = String.valueOf(assertThrows(UnfitException.class, () -> new WorkerRunner(changed, 0, 1))
                .getMessage());
        assertTrue(sentence.startsWith("worker-0/stage-0.onnx: ONNX Runtime refuses"), sentence);
    }

    @Test
    void workersOutsideThePlanAreRefused() {
        for (int worker : new int[] {-1, 2, Integer.MAX_VALUE}) {
            String sentence =
                    String.valueOf(assertThrows(UnfitException.class, () -> new WorkerRunner(bundle, worker, 1))
                            .getMessage());
            assertEquals("the plan's workers are 0 .. 1: there is no worker " + worker, sentence);
        }
        try (WorkerRunner worker = new WorkerRunner(bundle, 0, 1)) {
            assertThrows(UnfitException.class, () -> worker.newSlot(0));
        }
    }

    @Test
    void theFinalModelMustTakeWhatTheWorkersDeliver() throws IOException {
        try (FinalRunner last = new FinalRunner(bundle, 1)) {
            assertEquals(List.of(0, 1), last.deliverers());
            String missing =
                    String.valueOf(assertThrows(UnfitException.class, () -> last.run(Map.of(0, new float[2]), 1))
                            .getMessage());
            assertEquals("worker 1 must deliver 2 values: got 0", missing);
        }
        for (String name : List.of("answer_2", "answer_x", "other")) {
            Bundle changed = with(
                    Bundle.FINAL,
                    pass(new GraphBuilder("f", 13), name, "logits", 4).build().toByteArray());
            String sentence = String.valueOf(assertThrows(UnfitException.class, () -> new FinalRunner(changed, 1))
                    .getMessage());
            assertEquals("the final model's inputs must be answer_0 .. answer_1: one is '" + name + "'", sentence);
            bundle = TinyBundles.write(folder.resolve(name), 2, Kind.ACTIVATIONS, 1);
        }
        Bundle changed = with(
                Bundle.FINAL,
                pass(new GraphBuilder("f", 13), "answer_0", "logits", 4).build().toByteArray());
        String sentence = String.valueOf(assertThrows(UnfitException.class, () -> new FinalRunner(changed, 1))
                .getMessage());
        assertEquals("the final model must take 2 values of worker 0: it takes 4", sentence);
    }
}
