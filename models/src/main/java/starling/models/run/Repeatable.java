package starling.models.run;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Set;
import starling.models.UnfitException;
import starling.models.graph.Graph;
import starling.models.graph.Node;

/**
 * Refuses operators that draw random numbers: a network that answers differently each time cannot be compared with its parts.
 * Dropout is one of them only in training mode, which its third input says; a mode that is computed counts as training.
 */
public final class Repeatable {
    private static final Set<String> RANDOM = Set.of(
            "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial");

    private Repeatable() {}

    /**
     * Asks before folding too, where ONNX Runtime may write one of these operators as others.
     *
     * @throws UnfitException naming the first such operator
     */
    public static void require(Graph graph) {
        for (Node node : graph.nodes()) {
            if (RANDOM.contains(node.operator())) {
                throw new UnfitException("a model must give the same answer each time: " + node.operator() + " '"
                        + node.name() + "' draws random numbers");
            }
            if (node.operator().equals("Dropout") && trains(graph, node.input(2))) {
                throw new UnfitException("a model must give the same answer each time: Dropout '" + node.name()
                        + "' is in training mode");
            }
        }
    }

    private static boolean trains(Graph graph, String mode) {
        if (mode.isEmpty()) {
            return false;
        }
        TensorProto value = graph.constant(mode);
        if (value == null) {
            return true;
        }
        for (int i = 0; i < value.getRawData().size(); i++) {
            if (value.getRawData().byteAt(i) != 0) {
                return true;
            }
        }
        return value.getInt32DataList().stream().anyMatch(number -> number != 0);
    }
}
