package starling.experiments.coded;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import starling.codes.computation.Matrix;
import starling.models.gradient.GradientGraph;
import starling.models.gradient.Loss;
import starling.models.graph.GraphBuilder;
import starling.models.training.GradientSession;
import starling.models.training.Parameters;

/**
 * What of a network stands before its first dense layer, computed in one place (section VII-C.2 of Tegin et al.): forwards, and
 * backwards from the gradient with respect to its outputs. Not safe for use by several threads.
 */
final class ConvolutionTrunk implements AutoCloseable {
    private static final String FIRST_DENSE = "dense1.weight";

    private final Parameters parameters;
    private final GradientSession session;
    private final int features;
    /** Nothing random is in a trunk of convolutions. */
    private final UniformRandomProvider unused = RandomSource.XO_SHI_RO_256_PP.create(0);

    /**
     * The trunk of a model whose nodes stand one after the other.
     *
     * @param features numbers that the first dense layer reads
     */
    ConvolutionTrunk(ModelProto model, int features, int threads) {
        this.features = features;
        ModelProto trunk = before(model, features);
        List<String> names = trunk.getGraph().getInitializerList().stream()
                .filter(tensor -> tensor.getDataType() == TensorProto.DataType.FLOAT.getNumber())
                .map(TensorProto::getName)
                .toList();
        GradientGraph graph = GradientGraph.of(
                trunk, new GradientGraph.Request(Loss.MEAN_SQUARED_ERROR, names, GradientGraph.Mode.TRAINING, false));
        parameters = Parameters.of(trunk, graph.parameters());
        session = new GradientSession(graph, Loss.MEAN_SQUARED_ERROR, parameters, threads);
    }

    private static ModelProto before(ModelProto model, int features) {
        GraphProto.Builder graph = model.getGraph().toBuilder().clearNode().clearOutput();
        for (NodeProto node : model.getGraph().getNodeList()) {
            if (node.getInputList().contains(FIRST_DENSE)) {
                graph.addOutput(GraphBuilder.value(node.getInput(0), -1, features));
                break;
            }
            graph.addNode(node);
        }
        List<TensorProto> read = graph.getInitializerList().stream()
                .filter(tensor -> graph.getNodeList().stream()
                        .anyMatch(node -> node.getInputList().contains(tensor.getName())))
                .toList();
        return model.toBuilder()
                .setGraph(graph.clearInitializer().addAllInitializer(read))
                .build();
    }

    /** Its outputs for samples, one row each. */
    Matrix forward(float[] samples, int count) {
        float[] answers = session.towards(samples, new float[count * features], count, unused);
        Matrix outputs = Matrix.zeros(count, features);
        for (int i = 0; i < answers.length; i++) {
            outputs.values()[i] = answers[i];
        }
        return outputs;
    }

    /** A step of gradient descent against the gradient with respect to the outputs of these samples. */
    void move(float[] samples, Matrix outputs, Matrix gradient, double rate) {
        int count = outputs.rows();
        float[] wanted = new float[outputs.values().length];
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = (float) (outputs.values()[i] - gradient.values()[i] * count * features / 2);
        }
        session.towards(samples, wanted, count, unused);
        for (String name : parameters.names()) {
            float[] values = parameters.values(name);
            float[] slope = new float[values.length];
            session.gradient(name, slope);
            for (int i = 0; i < values.length; i++) {
                values[i] -= (float) (rate * slope[i]);
            }
            session.set(name, values);
        }
    }

    /** Copies of all numbers that are learned. */
    Map<String, float[]> state() {
        Map<String, float[]> state = new LinkedHashMap<>();
        parameters
                .names()
                .forEach(name -> state.put(name, parameters.values(name).clone()));
        return state;
    }

    /** Goes back to an earlier state. */
    void restore(Map<String, float[]> state) {
        state.forEach((name, values) -> {
            System.arraycopy(values, 0, parameters.values(name), 0, values.length);
            session.set(name, values);
        });
    }

    @Override
    public void close() {
        session.close();
    }
}
