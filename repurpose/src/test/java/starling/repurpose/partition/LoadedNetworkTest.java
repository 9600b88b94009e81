package starling.repurpose.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.graph.GraphBuilder;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.fixture.FleetCheck;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

class LoadedNetworkTest {
    @TempDir
    Path folder;

    /** {@code x.view(x.size(0), -1)} as exporters write it for a free batch. */
    private static ModelProto flattenedByShape() {
        GraphBuilder builder = new GraphBuilder("exported", 13);
        builder.input("x", -1, 2, 3, 3).output("y", -1, 3);
        String conv = builder.node("Conv", List.of("x", builder.constant("w", ramp(16), 2, 2, 2, 2)));
        String shape = builder.node("Shape", List.of(conv));
        String batch = builder.node(
                "Gather", List.of(shape, builder.constant("first", 0L)), GraphBuilder.attribute("axis", 0));
        String target = builder.node(
                "Concat", List.of(batch, builder.constant("rest", -1L)), GraphBuilder.attribute("axis", 0));
        String flat = builder.node("Reshape", List.of(conv, target));
        builder.node(
                "Gemm", List.of(flat, builder.constant("v", ramp(24), 8, 3), builder.constant("b", ramp(3), 3)), "y");
        return builder.build();
    }

    private static float[] ramp(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (i * 7 % 11 - 5) / 10f;
        }
        return values;
    }

    @Test
    void aBatchThatIsReadFromAShapeIsNoObstacle() throws IOException {
        ModelProto model = flattenedByShape();
        Path file = folder.resolve("exported.onnx");
        Files.write(file, model.toByteArray());
        LoadedNetwork loaded = LoadedNetwork.load(file, 1 << 20);
        assertTrue(loaded.probed().batched());
        SplitGraph graph = SpaceAnalysis.of(loaded.probed(), Map.of());
        assertTrue(graph.operations().stream().noneMatch(Operation.Whole.class::isInstance));
        assertEquals(2, graph.linear().size());
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(3);
        float[] samples = FleetCheck.samples(loaded.probed(), random);
        FleetCheck.requireEqual(
                folder,
                SplitNetwork.original(graph, 3, FleetCheck.owners(graph, 3, random)),
                Schedule.Kinds.BOTH,
                FleetCheck.run(model, samples),
                samples,
                "exported");
    }
}
