package starling.models.zoo;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;
import starling.models.UnfitException;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Shapes;
import starling.models.graph.Tensors;

/**
 * Writes a network layer behind layer, with first weights: He's normal initialisation (variance 2 / fan-in) in front of a ReLU,
 * variance 1 / fan-in elsewhere, biases zero. Parameters are called {@code LAYER.weight} and {@code LAYER.bias}.
 */
final class Layers {
    private static final long OPSET = 13;

    private final GraphBuilder graph = new GraphBuilder("network", OPSET);
    private final UniformRandomProvider random;
    private final String input;
    private final int[] inputShape;
    private String value;
    private int[] shape;

    /** Begins with an input of this shape for one sample. */
    Layers(String input, long seed, int... shape) {
        this.input = input;
        this.random = RandomSource.XO_SHI_RO_256_PP.create(seed);
        this.value = input;
        this.shape = shape.clone();
        this.inputShape = shape.clone();
        graph.input(input, batch(-1, shape));
    }

    /** Where the network has got to; {@link #add} joins two such places. */
    record Place(String value, int[] shape) {}

    Place here() {
        return new Place(value, shape.clone());
    }

    /** Goes on from an earlier place. */
    Layers from(Place place) {
        value = place.value();
        shape = place.shape().clone();
        return this;
    }

    /** A convolution with bias, square kernel and the same padding on all sides. */
    Layers conv(String name, int channels, int kernel, int stride, int pad, int groups) {
        requireRank(3, name);
        int in = shape[0] / groups;
        String weight = weights(name + ".weight", 2.0 / (in * kernel * kernel), channels, in, kernel, kernel);
        String bias = graph.constant(Tensors.of(name + ".bias", new float[channels], channels));
        value = graph.node(
                "Conv",
                List.of(value, weight, bias),
                GraphBuilder.attribute("kernel_shape", new long[] {kernel, kernel}),
                GraphBuilder.attribute("strides", new long[] {stride, stride}),
                GraphBuilder.attribute("pads", new long[] {pad, pad, pad, pad}),
                GraphBuilder.attribute("group", (long) groups));
        shape = new int[] {channels, places(shape[1], kernel, stride, pad), places(shape[2], kernel, stride, pad)};
        return this;
    }

    Layers maxPool(int kernel, int stride, int pad) {
        requireRank(3, "a pooling");
        value = graph.node(
                "MaxPool",
                List.of(value),
                GraphBuilder.attribute("kernel_shape", new long[] {kernel, kernel}),
                GraphBuilder.attribute("strides", new long[] {stride, stride}),
                GraphBuilder.attribute("pads", new long[] {pad, pad, pad, pad}));
        shape = new int[] {shape[0], places(shape[1], kernel, stride, pad), places(shape[2], kernel, stride, pad)};
        return this;
    }

    Layers globalAveragePool() {
        requireRank(3, "a pooling");
        value = graph.node("GlobalAveragePool", List.of(value));
        shape = new int[] {shape[0], 1, 1};
        return this;
    }

    /** Batch normalization with factors 1, shifts 0 and the statistics of white noise. */
    Layers batchNorm(String name) {
        int channels = shape[0];
        float[] ones = new float[channels];
        Arrays.fill(ones, 1);
        List<String> inputs = new ArrayList<>(List.of(value));
        inputs.add(vector(name + ".scale", ones));
        inputs.add(vector(name + ".shift", new float[channels]));
        inputs.add(vector(name + ".mean", new float[channels]));
        inputs.add(vector(name + ".variance", ones));
        value = graph.node("BatchNormalization", inputs);
        return this;
    }

    Layers relu() {
        value = graph.node("Relu", List.of(value));
        return this;
    }

    Layers dropout(float ratio) {
        value = graph.node("Dropout", List.of(value, graph.constant("ratio", new float[] {ratio})));
        return this;
    }

    Layers flatten() {
        value = graph.node("Flatten", List.of(value), GraphBuilder.attribute("axis", 1L));
        shape = new int[] {(int) Shapes.elements(shape)};
        return this;
    }

    /** A dense layer in front of a ReLU. */
    Layers dense(String name, int units) {
        return dense(name, units, 2, graph.fresh(name));
    }

    /** A dense layer as the network's last; the network. */
    ModelProto answers(String name, int units, String output) {
        dense(name, units, 1, output);
        graph.output(output, batch(-1, shape));
        return graph.build();
    }

    private Layers dense(String name, int units, double gain, String output) {
        if (shape.length != 1) {
            flatten();
        }
        String weight = weights(name + ".weight", gain / shape[0], units, shape[0]);
        String bias = vector(name + ".bias", new float[units]);
        graph.node("Gemm", List.of(value, weight, bias), output, GraphBuilder.attribute("transB", 1L));
        value = output;
        shape = new int[] {units};
        return this;
    }

    /** The sum with an earlier place of the same shape. */
    Layers add(Place other) {
        if (!Arrays.equals(shape, other.shape())) {
            throw new UnfitException("what is added must have the same shape: " + Arrays.toString(shape) + " and "
                    + Arrays.toString(other.shape()));
        }
        value = graph.node("Add", List.of(value, other.value()));
        return this;
    }

    private String weights(String name, double variance, int... dims) {
        float[] values = new float[(int) Shapes.elements(dims)];
        ZigguratSampler.NormalizedGaussian normal = ZigguratSampler.NormalizedGaussian.of(random);
        double deviation = Math.sqrt(variance);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * normal.sample());
        }
        return graph.constant(Tensors.of(name, values, dims));
    }

    private String vector(String name, float[] values) {
        return graph.constant(Tensors.of(name, values, values.length));
    }

    private static int places(int size, int kernel, int stride, int pad) {
        return (size + 2 * pad - kernel) / stride + 1;
    }

    private void requireRank(int rank, String what) {
        if (shape.length != rank) {
            throw new UnfitException(what + " needs samples of " + rank + " dimensions: they are "
                    + Arrays.toString(shape) + " behind '" + input + "' of " + Arrays.toString(inputShape));
        }
    }

    private static int[] batch(int first, int[] sample) {
        int[] all = new int[sample.length + 1];
        all[0] = first;
        System.arraycopy(sample, 0, all, 1, sample.length);
        return all;
    }
}
