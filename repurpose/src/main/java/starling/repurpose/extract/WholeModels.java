package starling.repurpose.extract;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import starling.models.graph.Graph;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/** Writes the models that are not split: the final steps, and the modified network in one file. */
public final class WholeModels {
    private WholeModels() {}

    /** The modified network with the inputs, read or not, and outputs of the original. */
    public static ModelProto reference(SplitNetwork network) {
        SplitGraph split = network.graph();
        Graph graph = split.model().graph();
        Map<String, LinearMap> layers = new LinkedHashMap<>();
        split.linear().forEach(linear -> layers.put(linear.node().output(), linear.map()));
        GraphBuilder builder = new GraphBuilder("reference", graph.opset()).avoid(graph.names());
        List<ValueInfoProto> inputs = new ArrayList<>();
        for (ValueInfoProto info : graph.inputs()) {
            builder.input(info.getName(), Graph.declaredShape(info));
            inputs.add(GraphBuilder.value(info.getName(), Graph.declaredShape(info)));
        }
        for (Node node : graph.nodes()) {
            LinearMap map = layers.get(node.output());
            if (map == null) {
                whole(builder, graph, node);
            } else {
                SplitNetwork.Weights weights = network.weights(map);
                map.emitWhole(builder, weights.values(), weights.bias());
            }
        }
        outputs(builder, split);
        ModelProto.Builder model = builder.build().toBuilder();
        model.getGraphBuilder().clearInput().addAllInput(inputs);
        return model.build();
    }

    /** Puts the answer together from the workers' parts and runs the final steps. */
    public static ModelProto last(SplitNetwork network, List<Integer> outputValues) {
        SplitGraph split = network.graph();
        Graph graph = split.model().graph();
        GraphBuilder builder = new GraphBuilder("final", graph.opset()).avoid(graph.names());
        Shaping shaping = new Shaping(network);
        Map<Integer, Integer> offsets = new LinkedHashMap<>();
        for (int k = 0; k < network.workers(); k++) {
            if (outputValues.get(k) > 0) {
                builder.input(Ports.inner("answer_" + k), split.model().batched() ? -1 : 1, outputValues.get(k));
                offsets.put(k, 0);
            }
        }
        for (String value : split.delivered()) {
            List<String> parts = new ArrayList<>();
            List<Integer> order = new ArrayList<>();
            boolean replicated = split.layout(value).isReplicated();
            for (int k : offsets.keySet().stream().toList()) {
                int[] local = network.local(value, k);
                if (local.length == 0 && !replicated) {
                    continue;
                }
                int[] shape = shaping.shape(value, local.length);
                int numbers = shaping.numbers(shape);
                int[] run = new int[numbers];
                for (int i = 0; i < numbers; i++) {
                    run[i] = offsets.getOrDefault(k, 0) + i;
                }
                offsets.merge(k, numbers, Integer::sum);
                if (replicated && !parts.isEmpty()) {
                    continue;
                }
                String flat = shaping.pick(builder, Ports.inner("answer_" + k), 1, run, outputValues.get(k));
                parts.add(shaping.reshape(builder, flat, shape));
                for (int index : local) {
                    order.add(index);
                }
            }
            if (replicated) {
                builder.node("Identity", parts, value);
            } else {
                shaping.restore(
                        builder,
                        value,
                        parts,
                        order.stream().mapToInt(Integer::intValue).toArray(),
                        value);
            }
        }
        for (Operation.Whole whole : split.finals()) {
            whole(builder, graph, whole.node());
        }
        outputs(builder, split);
        return Ports.ofFinal(builder.build());
    }

    private static void whole(GraphBuilder builder, Graph graph, Node node) {
        for (String input : node.inputs()) {
            TensorProto tensor = graph.constant(input);
            if (tensor != null) {
                builder.constant(tensor);
            }
        }
        builder.add(node.proto());
    }

    private static void outputs(GraphBuilder builder, SplitGraph split) {
        for (ValueInfoProto info : split.model().graph().outputs()) {
            String name = info.getName();
            if (split.model().isSignal(name)) {
                int[] shape = split.model().shape(name).clone();
                if (split.model().batched()) {
                    shape[0] = -1;
                }
                builder.output(name, shape);
            } else {
                builder.output(info);
            }
        }
    }
}
