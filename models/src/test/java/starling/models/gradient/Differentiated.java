package starling.models.gradient;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import starling.models.graph.Graph;
import starling.models.graph.Tensors;
import starling.models.run.Sessions;

/** A gradient graph opened, with values for all it reads. */
final class Differentiated implements AutoCloseable {
    final GradientGraph graph;
    final int batch;
    final Map<String, float[]> values = new LinkedHashMap<>();
    private final Map<String, long[]> shapes = new LinkedHashMap<>();
    private final OrtSession session;
    private long[] labels = {};

    /** Inputs and targets are drawn from the seed, parameters are the model's own. */
    Differentiated(ModelProto model, GradientGraph.Request request, int batch, long seed) {
        this.graph = GradientGraph.of(model, request);
        this.batch = batch;
        this.session = Sessions.open("gradient", graph.model().toByteArray(), 1);
        Graph original = new Graph(model);
        SplittableRandom random = new SplittableRandom(seed);
        for (var input : graph.model().getGraph().getInputList()) {
            String name = input.getName();
            var dims = input.getType().getTensorType().getShape().getDimList();
            long[] shape = dims.stream()
                    .mapToLong(dim -> dim.hasDimValue() ? dim.getDimValue() : batch)
                    .toArray();
            shapes.put(name, shape);
            int count = 1;
            for (long dim : shape) {
                count *= Math.toIntExact(dim);
            }
            TensorProto constant = original.constant(name);
            if (input.getType().getTensorType().getElemType() == TensorProto.DataType.INT64.getNumber()) {
                int classes = Math.toIntExact(graph.model().getGraph().getOutputList().stream()
                        .filter(output -> output.getName().equals(graph.predictions()))
                        .findFirst()
                        .orElseThrow()
                        .getType()
                        .getTensorType()
                        .getShape()
                        .getDim(1)
                        .getDimValue());
                labels = random.longs(count, 0, classes).toArray();
            } else if (constant != null) {
                values.put(name, Tensors.floats(constant));
            } else {
                float[] drawn = new float[count];
                boolean uniform = name.equals(graph.target())
                        || graph.noise().stream()
                                .anyMatch(noise -> noise.input().equals(name));
                for (int i = 0; i < count; i++) {
                    drawn[i] = (float) (uniform ? random.nextDouble() : random.nextGaussian());
                }
                values.put(name, drawn);
            }
        }
    }

    void labels(long... given) {
        labels = given;
    }

    /** All outputs. */
    Map<String, float[]> run() {
        Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, long[]> input : shapes.entrySet()) {
                float[] numbers = values.get(input.getKey());
                feeds.put(
                        input.getKey(),
                        numbers == null
                                ? OnnxTensor.createTensor(
                                        Sessions.environment(), LongBuffer.wrap(labels), input.getValue())
                                : OnnxTensor.createTensor(
                                        Sessions.environment(), FloatBuffer.wrap(numbers), input.getValue()));
            }
            Map<String, float[]> outputs = new LinkedHashMap<>();
            try (OrtSession.Result result = session.run(feeds)) {
                for (Map.Entry<String, OnnxValue> output : result) {
                    OnnxTensor tensor = (OnnxTensor) output.getValue();
                    float[] numbers = new float[Math.toIntExact(tensor.getInfo().getNumElements())];
                    tensor.getFloatBuffer().get(numbers);
                    outputs.put(output.getKey(), numbers);
                }
            }
            return outputs;
        } catch (OrtException e) {
            throw new AssertionError(e);
        } finally {
            feeds.values().forEach(OnnxTensor::close);
        }
    }

    double loss() {
        return Objects.requireNonNull(run().get(graph.loss()))[0];
    }

    float[] gradient(String parameter) {
        return Objects.requireNonNull(run().get(graph.gradients().get(parameter)));
    }

    /**
     * The derivative of the loss along a direction of one parameter by central differences, Richardson-extrapolated from two
     * steps: {@code (4 D(h/2) - D(h)) / 3}.
     */
    double slope(String parameter, double[] direction, double step) {
        return (4 * difference(parameter, direction, step / 2) - difference(parameter, direction, step)) / 3;
    }

    private double difference(String parameter, double[] direction, double step) {
        float[] own = Objects.requireNonNull(values.get(parameter));
        float[] up = own.clone();
        float[] down = own.clone();
        for (int i = 0; i < own.length; i++) {
            up[i] += (float) (step * direction[i]);
            down[i] -= (float) (step * direction[i]);
        }
        values.put(parameter, up);
        double above = loss();
        values.put(parameter, down);
        double below = loss();
        values.put(parameter, own);
        return (above - below) / (2 * step);
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new AssertionError(e);
        }
    }
}
