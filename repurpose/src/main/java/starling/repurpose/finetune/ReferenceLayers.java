package starling.repurpose.finetune;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;
import starling.models.graph.Graph;
import starling.models.graph.Node;
import starling.models.graph.Tensors;
import starling.models.plan.Bundle;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/** Finds the layers of a split network in the model that {@link LinearMap#emit} wrote of it, its reference model. */
public final class ReferenceLayers {
    private final Graph reference;

    /** Layers of a reference model. */
    public ReferenceLayers(ModelProto reference) {
        this.reference = new Graph(reference);
    }

    /**
     * Where the numbers of a layer are.
     *
     * @param weights the constant with its weights
     * @param bias the constant with its bias, or null
     */
    record Names(String weights, @Nullable String bias) {}

    /**
     * Weights and bias of every layer.
     *
     * @throws UnfitException when the reference model lacks one
     */
    public Map<String, SplitNetwork.Weights> weights(SplitGraph graph) {
        Map<String, SplitNetwork.Weights> layers = new LinkedHashMap<>();
        for (Operation.Linear linear : graph.linear()) {
            layers.put(linear.map().output(), weights(linear.map()));
        }
        return layers;
    }

    private SplitNetwork.Weights weights(LinearMap map) {
        Names names = names(map);
        float[] found = constant(map, names.weights());
        int[] places = map.places();
        if (found.length != places.length) {
            throw missing(map);
        }
        float[] values = new float[map.weights().length];
        for (int i = 0; i < places.length; i++) {
            values[places[i]] = found[i];
        }
        return new SplitNetwork.Weights(values, names.bias() == null ? null : constant(map, names.bias()));
    }

    /** The constants of a layer. */
    Names names(LinearMap map) {
        Node node = reference.producer(map.output());
        String bias = null;
        if (node != null && node.operator().equals("Add")) {
            bias = node.input(1);
            node = reference.producer(node.input(0));
        }
        if (node == null) {
            throw missing(map);
        }
        if (!node.input(2).isEmpty()) {
            bias = node.input(2);
        }
        return new Names(node.input(map.kind() == LinearMap.Kind.LEFT ? 0 : 1), bias);
    }

    private float[] constant(LinearMap map, String name) {
        TensorProto found = reference.constant(name);
        if (found == null) {
            throw missing(map);
        }
        return Tensors.floats(found);
    }

    private static UnfitException missing(LinearMap map) {
        return new UnfitException("'" + Bundle.REFERENCE + "' must hold every layer of the original: '"
                + map.node().name() + "' is not there");
    }
}
