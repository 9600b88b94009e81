package starling.repurpose.space;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.graph.GraphBuilder;
import starling.models.run.ProbedModel;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.fixture.FleetCheck;

/** A network that itself has what the hand-over of the naive split is usually called. */
class EverywhereTest {
    @TempDir
    Path folder;

    private static ModelProto network() {
        GraphBuilder builder = new GraphBuilder("odd", 13).input("x", -1, 4);
        builder.node("Identity", List.of("x"), "x@everywhere");
        builder.node("MatMul", List.of("x@everywhere", builder.constant("w", ramp(24), 4, 6)), "z");
        builder.node("Identity", List.of("z"), "z@everywhere");
        builder.node("MatMul", List.of("z@everywhere", builder.constant("v", ramp(18), 6, 3)), "y");
        ModelProto.Builder model = builder.output("y", -1, 3).build().toBuilder();
        for (NodeProto.Builder node : model.getGraphBuilder().getNodeBuilderList()) {
            node.setName(node.getOutput(0));
        }
        return model.build();
    }

    private static float[] ramp(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (i * 7 % 11 - 5) / 10f;
        }
        return values;
    }

    private void check(SplitGraph graph, int handOvers) {
        assertEquals(
                handOvers,
                graph.operations().stream()
                        .filter(Operation.Share.class::isInstance)
                        .count());
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(3);
        float[] samples = FleetCheck.samples(graph.model(), random);
        FleetCheck.requireEqual(
                folder,
                SplitNetwork.original(graph, 3, FleetCheck.owners(graph, 3, random)),
                Schedule.Kinds.BOTH,
                FleetCheck.run(network(), samples),
                samples,
                handOvers + " hand-overs");
    }

    @Test
    void aUsersIdentityHandsNothingOver() {
        SplitGraph graph = SpaceAnalysis.of(ProbedModel.of(network()), Map.of("x", new InputRule.Split()));
        check(graph, 0);
        assertEquals(3, graph.spaces().size(), "the input and both layers are split");
    }

    @Test
    void theNaiveSplitHandsOverEachInputOnce() {
        check(SpaceAnalysis.naive(ProbedModel.of(network()), Map.of("x", new InputRule.Split())), 1);
    }
}
