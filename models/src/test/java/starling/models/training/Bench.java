package starling.models.training;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.function.Executable;
import starling.models.UnfitException;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.gradient.GradientGraph;
import starling.models.gradient.Loss;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Tensors;

/** Small networks, recipes and data files. */
final class Bench {
    private Bench() {}

    /** Numbers of samples, one behind the other, as a data set. */
    static Dataset data(Path folder, String options, float[] numbers, int[] labels, int... shape) {
        try {
            Files.createDirectories(folder);
            ByteBuffer x = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
            x.asFloatBuffer().put(numbers);
            String dims = labels.length + ", "
                    + IntStream.of(shape).mapToObj(Integer::toString).collect(Collectors.joining(", "));
            Files.write(folder.resolve("x.npy"), npy("<f4", dims, x.array()));
            ByteBuffer y = ByteBuffer.allocate(4 * labels.length).order(ByteOrder.LITTLE_ENDIAN);
            y.asIntBuffer().put(labels);
            Files.write(folder.resolve("y.npy"), npy("<i4", labels.length + ",", y.array()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return DataSpec.parse("npy:" + folder + ",split=all" + options).open(Split.ALL, 1);
    }

    private static byte[] npy(String type, String shape, byte[] data) {
        byte[] text = ("{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }")
                .getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(10 + text.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
                .putShort((short) text.length)
                .put(text)
                .put(data)
                .array();
    }

    static float[] normal(long seed, int count) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    static int[] classes(long seed, int count, int classes) {
        return new Random(seed).ints(count, 0, classes).toArray();
    }

    /** {@code y = W x + b} with W of shape (answers, width). */
    static ModelProto linear(int width, int answers) {
        GraphBuilder graph = new GraphBuilder("linear", 13).input("x", -1, width);
        graph.constant(Tensors.of("W", normal(3, width * answers), answers, width));
        graph.constant(Tensors.of("b", normal(4, answers), answers));
        graph.node("Gemm", List.of("x", "W", "b"), "y", GraphBuilder.attribute("transB", 1L));
        return graph.output("y", -1, answers).build();
    }

    /** Convolution, batch normalization, dropout and a dense layer, on images of 1 x 5 x 5. */
    static ModelProto convolutional() {
        GraphBuilder graph = new GraphBuilder("conv", 13).input("x", -1, 1, 5, 5);
        graph.constant(Tensors.of("kernel", normal(1, 27), 3, 1, 3, 3));
        graph.constant(Tensors.of("scale", new float[] {1, 1, 1}, 3));
        graph.constant(Tensors.of("shift", new float[3], 3));
        graph.constant(Tensors.of("mean", new float[3], 3));
        graph.constant(Tensors.of("variance", new float[] {1, 1, 1}, 3));
        graph.constant(Tensors.of("dense", normal(2, 3 * 27), 3, 27));
        String conv = graph.node("Conv", List.of("x", "kernel"));
        String norm = graph.node("BatchNormalization", List.of(conv, "scale", "shift", "mean", "variance"));
        String flat = graph.node("Flatten", List.of(graph.node("Relu", List.of(norm))));
        String dropped = graph.node("Dropout", List.of(flat, graph.constant("ratio", new float[] {0.3f})));
        graph.node("Gemm", List.of(dropped, "dense"), "y", GraphBuilder.attribute("transB", 1L));
        return graph.output("y", -1, 3).build();
    }

    static Recipe recipe(Loss loss, Optimizer optimizer, double rate, int epochs, int batch) {
        return new Recipe(
                loss, optimizer, rate, new Schedule.Constant(), epochs, batch, 0, GradientGraph.Mode.TRAINING, 7, 1);
    }

    static float[] numbers(ModelProto model, String name) {
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            if (tensor.getName().equals(name)) {
                return Tensors.floats(tensor);
            }
        }
        throw new AssertionError("no " + name);
    }

    /** Asserts one sentence that holds all of these parts. */
    static void refused(Executable code, String... parts) {
        String message = String.valueOf(assertThrows(UnfitException.class, code).getMessage());
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
        assertTrue(!message.contains("\n") && !message.contains("Exception"), message);
    }
}
