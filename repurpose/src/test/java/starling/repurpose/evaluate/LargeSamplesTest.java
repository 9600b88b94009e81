package starling.repurpose.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.graph.GraphBuilder;
import starling.models.plan.Bundle;
import starling.models.run.ProbedModel;
import starling.repurpose.fixture.Cli;
import starling.repurpose.space.InputRule;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/** Samples of which 250 together are more than the 2 GiB this test has. */
class LargeSamplesTest {
    private static final int SIDE = 1500;
    private static final int SAMPLES = 3;

    @TempDir
    Path folder;

    private static byte[] npy(String type, String shape, ByteBuffer numbers) {
        String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
        header += " ".repeat(63 - (10 + header.length()) % 64) + "\n";
        ByteBuffer file =
                ByteBuffer.allocate(10 + header.length() + numbers.capacity()).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        file.putShort((short) header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
        return file.put(numbers.duplicate().clear()).array();
    }

    /** Images that are brighter from one to the next, labelled 0, 1, 0. */
    private Dataset images() throws IOException {
        int pixels = SIDE * SIDE;
        ByteBuffer x = ByteBuffer.allocate(SAMPLES * pixels * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float brightness = 0; brightness < SAMPLES; brightness++) {
            for (int i = 0; i < pixels; i++) {
                x.putFloat(brightness);
            }
        }
        ByteBuffer y = ByteBuffer.allocate(SAMPLES * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        y.putInt(0).putInt(1).putInt(0);
        Files.write(folder.resolve("x.npy"), npy("<f4", "(3, 1, " + SIDE + ", " + SIDE + ")", x));
        Files.write(folder.resolve("y.npy"), npy("<i4", "(3,)", y));
        return DataSpec.parse("npy:" + folder + ",split=all").open(Split.ALL, 1);
    }

    /** Says 1 for images that are brighter than a half. */
    private static GraphBuilder network() {
        GraphBuilder builder = new GraphBuilder("wide", 13).input("x", -1, 1, SIDE, SIDE);
        builder.node(
                "MaxPool",
                List.of("x"),
                "pooled",
                GraphBuilder.attribute("kernel_shape", new long[] {SIDE, SIDE}),
                GraphBuilder.attribute("strides", new long[] {SIDE, SIDE}));
        builder.node("Flatten", List.of("pooled"), "flat");
        builder.node(
                "Gemm",
                List.of(
                        "flat",
                        builder.constant("w", new float[] {-1, 1}, 1, 2),
                        builder.constant("b", new float[] {0.5f, -0.5f}, 2)),
                "y");
        return builder.output("y", -1, 2);
    }

    @Test
    void areJudgedAFewAtATime() throws IOException {
        Dataset data = images();
        Path model = Files.write(folder.resolve("m.onnx"), network().build().toByteArray());
        Path out = folder.resolve("bundle");
        Cli run = Cli.run("partition", model, "--workers", 2, "--inputs", "replicated", "--out", out);
        assertEquals(0, run.exit(), run.err());
        Evaluation evaluation = Evaluation.of(Bundle.open(out), data);
        assertEquals(SAMPLES, evaluation.samples());
        assertEquals(2 / 3.0, evaluation.original(), "the third is said to be 1");
        assertEquals(2 / 3.0, evaluation.plan());
    }

    @Test
    void areBoundAFewAtATime() throws IOException {
        SplitGraph graph = SpaceAnalysis.of(ProbedModel.of(network().build()), Map.of("x", new InputRule.Replicated()));
        int[] owners = new int[graph.units()];
        DeviationBound bound = DeviationBound.of(SplitNetwork.original(graph, 1, owners), images());
        assertEquals(0, bound.bound());
        assertEquals(2, bound.signal(), "the third image's brightness enters the layer");
        assertEquals(1, bound.layers());
    }
}
