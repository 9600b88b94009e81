package starling.models.run;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;
import starling.models.graph.Graph;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;
import starling.models.graph.Shapes;
import starling.models.graph.Tensors;

/**
 * A model whose values' shapes are known because it was run.
 *
 * <p>Where every value of the network carries the sample in its first dimension, that dimension is made free ({@code
 * batched}), also in models exported for one sample: constant Reshape targets that begin with 1 are made to copy the
 * dimension instead, and the change is kept only if three samples at once give what three single runs give.
 *
 * @param model the model, with a free first dimension if batched
 * @param graph its graph view
 * @param batched whether the first dimension of every value counts samples
 * @param shapes the shape of every float32 value for one sample (a leading 1 if batched)
 */
public record ProbedModel(ModelProto model, Graph graph, boolean batched, Map<String, int[]> shapes) {
    private static final int BATCH = 3;

    /** Shape for one sample. */
    public int[] shape(String value) {
        int[] found = shapes.get(value);
        if (found == null) {
            throw new UnfitException("value '" + value + "' is not a float32 tensor");
        }
        return found;
    }

    /** Whether the value is a float32 tensor that the network computes. */
    public boolean isSignal(String value) {
        return shapes.containsKey(value);
    }

    /** Numbers in a value for one sample. */
    public int elements(String value) {
        return Math.toIntExact(Shapes.elements(shape(value)));
    }

    /** Numbers of one sample in its largest value. */
    public long largest() {
        return shapes.values().stream().mapToLong(Shapes::elements).max().orElse(1);
    }

    /** Names of the model's inputs. */
    public List<String> inputs() {
        return graph.inputs().stream().map(ValueInfoProto::getName).toList();
    }

    /** Names of the model's outputs. */
    public List<String> outputs() {
        return graph.outputs().stream().map(ValueInfoProto::getName).toList();
    }

    /**
     * Runs the model on random samples and learns the shapes.
     *
     * @throws UnfitException if the model does not run, has no input, draws random numbers, an input or computed value has no
     *     elements, or an output is not finite
     */
    public static ProbedModel of(ModelProto original) {
        Graph graph = new Graph(original);
        if (graph.inputs().isEmpty()) {
            throw new UnfitException("a model must have an input: it has none");
        }
        Repeatable.require(graph);
        ModelProto single = withFirstDimension(original, 1);
        try (ModelFile file = file(single)) {
            Map<String, int[]> shapes = run(single, file, 1, 1).get(0).shapes();
            ModelProto free = freed(original);
            if (free != null && scales(single, file, free, shapes)) {
                return new ProbedModel(free, new Graph(free), true, shapes);
            }
            return new ProbedModel(single, new Graph(single), false, shapes);
        } catch (IOException e) {
            throw new UnfitException("the model cannot be written to the temporary folder: " + e, e);
        }
    }

    private record Outcome(Map<String, int[]> shapes, Map<String, float[]> values) {}

    /** The model with every value as an output, in a file. */
    private static ModelFile file(ModelProto model) throws IOException {
        Graph graph = new Graph(model);
        List<String> values = new ArrayList<>();
        graph.outputs().forEach(info -> values.add(info.getName()));
        for (Node node : graph.nodes()) {
            for (String output : node.outputs()) {
                if (!output.isEmpty() && !values.contains(output)) {
                    values.add(output);
                }
            }
        }
        return new ModelFile(Network.withOutputs(model, values));
    }

    private static boolean scales(ModelProto single, ModelFile file, ModelProto free, Map<String, int[]> shapes)
            throws IOException {
        Outcome together;
        try (ModelFile freeFile = file(free)) {
            together = run(free, freeFile, BATCH, 1).get(0);
        } catch (UnfitException e) {
            return false;
        }
        for (Map.Entry<String, int[]> entry : shapes.entrySet()) {
            int[] one = entry.getValue();
            int[] many = together.shapes().get(entry.getKey());
            if (many == null || one.length == 0 || one[0] != 1 || !sameButFirst(one, many)) {
                return false;
            }
        }
        List<Outcome> each = run(single, file, 1, BATCH);
        for (int i = 0; i < BATCH; i++) {
            Outcome alone = each.get(i);
            for (ValueInfoProto output : single.getGraph().getOutputList()) {
                float[] expected = alone.values().get(output.getName());
                float[] actual = together.values().get(output.getName());
                for (int j = 0; expected != null && actual != null && j < expected.length; j++) {
                    double difference = Math.abs(expected[j] - actual[i * expected.length + j]);
                    if (!(difference <= 1e-4 * Math.max(1, Math.abs(expected[j])))) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private static boolean sameButFirst(int[] one, int[] many) {
        if (many.length != one.length || many[0] != BATCH) {
            return false;
        }
        for (int i = 1; i < one.length; i++) {
            if (one[i] != many[i]) {
                return false;
            }
        }
        return true;
    }

    /** Runs so many times with every value as an output; sample i of a batch is the i-th random sample whatever the batch. */
    private static List<Outcome> run(ModelProto model, ModelFile file, int batch, int times) {
        Graph graph = new Graph(model);
        try (OrtSession session = Sessions.open("model", file)) {
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                outcomes.add(run(session, graph, batch, i));
            }
            return outcomes;
        } catch (OrtException e) {
            throw new UnfitException("the model does not run: " + Sessions.firstLine(e), e);
        }
    }

    private static Outcome run(OrtSession session, Graph graph, int batch, int first) throws OrtException {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        Map<String, float[]> outputs = new LinkedHashMap<>();
        Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
        try {
            for (ValueInfoProto info : graph.inputs()) {
                int[] shape = Graph.declaredShape(info);
                if (info.getType().getTensorType().getElemType() != TensorProto.DataType.FLOAT.getNumber()) {
                    throw new UnfitException("inputs must be float32 tensors: '" + info.getName() + "' is not");
                }
                for (int i = 0; i < shape.length; i++) {
                    if (shape[i] < 0 && i > 0) {
                        throw new UnfitException("only the first dimension of an input may be free: dimension " + i
                                + " of '" + info.getName() + "' is");
                    }
                }
                if (shape.length > 0 && shape[0] < 0) {
                    shape[0] = batch;
                }
                requireElements("input", info.getName(), shape);
                feeds.put(info.getName(), random(shape, batch, first));
                shapes.put(info.getName(), shape);
            }
            try (OrtSession.Result result = session.run(feeds)) {
                Set<String> broken = new LinkedHashSet<>();
                for (Map.Entry<String, OnnxValue> entry : result) {
                    if (entry.getValue() instanceof OnnxTensor tensor
                            && tensor.getInfo().type == ai.onnxruntime.OnnxJavaType.FLOAT) {
                        long[] dims = tensor.getInfo().getShape();
                        int[] shape = new int[dims.length];
                        for (int i = 0; i < dims.length; i++) {
                            shape[i] = Math.toIntExact(dims[i]);
                        }
                        requireElements("value", entry.getKey(), shape);
                        shapes.put(entry.getKey(), shape);
                        if (graph.isOutput(entry.getKey())) {
                            float[] got = new float[(int) tensor.getInfo().getNumElements()];
                            tensor.getFloatBuffer().get(got);
                            outputs.put(entry.getKey(), got);
                            if (!isFinite(got)) {
                                broken.add(entry.getKey());
                            }
                        }
                    }
                }
                if (!broken.isEmpty()) {
                    throw notFinite(graph, result, broken.iterator().next());
                }
            }
        } finally {
            feeds.values().forEach(OnnxTensor::close);
        }
        return new Outcome(shapes, outputs);
    }

    private static boolean isFinite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    /** Names the first value on the way to an output that is not finite; what Where may mask on the way is not refused. */
    private static UnfitException notFinite(Graph graph, OrtSession.Result result, String output) throws OrtException {
        for (Node node : graph.nodes()) {
            for (String name : node.outputs()) {
                OnnxValue value = name.isEmpty() ? null : result.get(name).orElse(null);
                if (value instanceof OnnxTensor tensor && tensor.getInfo().type == ai.onnxruntime.OnnxJavaType.FLOAT) {
                    float[] got = new float[(int) tensor.getInfo().getNumElements()];
                    tensor.getFloatBuffer().get(got);
                    if (!isFinite(got)) {
                        return new UnfitException("output '" + output
                                + "' must be finite on random inputs of 0 to 1: value '" + name + "' of "
                                + node.operator() + " '" + node.name() + "' is the first that is not");
                    }
                }
            }
        }
        return new UnfitException("output '" + output + "' must be finite on random inputs of 0 to 1: it is not");
    }

    private static void requireElements(String what, String name, int[] shape) {
        if (Arrays.stream(shape).anyMatch(dim -> dim == 0)) {
            throw new UnfitException(
                    "dimensions must be at least 1: " + what + " '" + name + "' has shape " + Arrays.toString(shape));
        }
    }

    private static OnnxTensor random(int[] shape, int batch, int first) throws OrtException {
        int elements = Math.toIntExact(Shapes.elements(shape));
        float[] values = new float[elements];
        int each = elements / batch;
        for (int i = 0; i < batch; i++) {
            UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(1000L + first + i);
            for (int j = 0; j < each; j++) {
                values[i * each + j] = random.nextFloat();
            }
        }
        long[] dims = new long[shape.length];
        for (int i = 0; i < shape.length; i++) {
            dims[i] = shape[i];
        }
        return OnnxTensor.createTensor(Sessions.environment(), FloatBuffer.wrap(values), dims);
    }

    private static ModelProto withFirstDimension(ModelProto model, int dim) {
        GraphProto.Builder graph = model.getGraph().toBuilder().clearValueInfo();
        for (int i = 0; i < graph.getInputCount(); i++) {
            int[] shape = Graph.declaredShape(graph.getInput(i));
            if (shape.length > 0 && shape[0] < 0) {
                graph.setInput(i, replaceFirst(graph.getInput(i), dim));
            }
        }
        for (int i = 0; i < graph.getOutputCount(); i++) {
            graph.setOutput(i, withoutShape(graph.getOutput(i)));
        }
        return model.toBuilder().setGraph(graph).build();
    }

    /** The model with a free first dimension of every input, or null where the inputs have no such dimension. */
    private static @Nullable ModelProto freed(ModelProto model) {
        GraphProto.Builder graph = model.getGraph().toBuilder().clearValueInfo();
        for (int i = 0; i < graph.getInputCount(); i++) {
            int[] shape = Graph.declaredShape(graph.getInput(i));
            if (shape.length < 2 || shape[0] > 1) {
                return null;
            }
            graph.setInput(i, replaceFirst(graph.getInput(i), -1));
        }
        for (int i = 0; i < graph.getOutputCount(); i++) {
            graph.setOutput(i, withoutShape(graph.getOutput(i)));
        }
        copyFirstDimensionInReshapes(graph, new Graph(model));
        return model.toBuilder().setGraph(graph).build();
    }

    private static void copyFirstDimensionInReshapes(GraphProto.Builder graph, Graph view) {
        for (int i = 0; i < graph.getNodeCount(); i++) {
            NodeProto node = graph.getNode(i);
            if (!node.getOpType().equals("Reshape") || node.getInputCount() < 2 || view.isConstant(node.getInput(0))) {
                continue;
            }
            TensorProto target = view.constant(node.getInput(1));
            boolean zeroIsZero = node.getAttributeList().stream()
                    .anyMatch(attribute -> attribute.getName().equals("allowzero") && attribute.getI() != 0);
            if (target == null || zeroIsZero) {
                continue;
            }
            long[] dims = Tensors.integers(target);
            if (dims.length > 1 && dims[0] == 1) {
                dims[0] = 0;
                String name = target.getName() + "#freed" + i;
                graph.addInitializer(Tensors.of(name, dims));
                graph.setNode(i, node.toBuilder().setInput(1, name));
            }
        }
    }

    private static ValueInfoProto replaceFirst(ValueInfoProto info, int dim) {
        ValueInfoProto.Builder changed = info.toBuilder();
        TensorShapeProto.Dimension.Builder first = changed.getTypeBuilder()
                .getTensorTypeBuilder()
                .getShapeBuilder()
                .getDimBuilder(0);
        first.clear();
        if (dim < 0) {
            first.setDimParam(GraphBuilder.BATCH);
        } else {
            first.setDimValue(dim);
        }
        return changed.build();
    }

    private static ValueInfoProto withoutShape(ValueInfoProto info) {
        ValueInfoProto.Builder changed = info.toBuilder();
        changed.getTypeBuilder().getTensorTypeBuilder().clearShape();
        return changed.build();
    }
}
