package starling.repurpose.space;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import starling.models.graph.Graph;
import starling.models.graph.Node;
import starling.models.graph.Tensors;
import starling.models.run.ProbedModel;

/** Which indices along the unit dimension the outputs of a Slice, Split or Gather are. */
public final class Selection {
    private Selection() {}

    /** Per output the indices of the input, or null when they are not constant or other dimensions change too. */
    public static @Nullable List<int[]> of(Graph graph, Node node, int[] shape, int axis, ProbedModel model) {
        return switch (node.operator()) {
            case "Split" -> split(node, axis, model);
            case "Slice" -> slice(graph, node, shape, axis, model);
            case "Gather" -> gather(graph, node, shape, axis);
            default -> null;
        };
    }

    private static List<int[]> split(Node node, int axis, ProbedModel model) {
        List<int[]> picked = new ArrayList<>();
        int at = 0;
        for (String output : node.outputs()) {
            int[] indices = new int[model.shape(output)[axis]];
            for (int i = 0; i < indices.length; i++) {
                indices[i] = at++;
            }
            picked.add(indices);
        }
        return picked;
    }

    private static @Nullable List<int[]> slice(Graph graph, Node node, int[] shape, int axis, ProbedModel model) {
        long[] starts = argument(graph, node, "starts", 1);
        long[] axes = argument(graph, node, "axes", 3);
        long[] steps = argument(graph, node, "steps", 4);
        int[] out = model.shape(node.output());
        for (int i = 0; i < shape.length; i++) {
            if (i != axis && out[i] != shape[i]) {
                return null;
            }
        }
        if (starts == null) {
            return null;
        }
        for (int i = 0; i < starts.length; i++) {
            int sliced = (int) (axes == null ? i : axes[i] < 0 ? axes[i] + shape.length : axes[i]);
            long step = steps == null ? 1 : steps[i];
            if (step < 0) {
                return null;
            }
            if (sliced == axis) {
                long start = Math.min(shape[axis], Math.max(0, starts[i] < 0 ? starts[i] + shape[axis] : starts[i]));
                int[] indices = new int[out[axis]];
                for (int j = 0; j < indices.length; j++) {
                    indices[j] = (int) (start + j * step);
                }
                return List.of(indices);
            }
        }
        return null;
    }

    private static @Nullable List<int[]> gather(Graph graph, Node node, int[] shape, int axis) {
        TensorProto given = graph.constant(node.input(1));
        int on = (int) node.attributes().integer("axis", 0);
        on = on < 0 ? on + shape.length : on;
        if (given == null || on != axis || Tensors.shape(given).length != 1) {
            return null;
        }
        long[] wanted = Tensors.integers(given);
        int[] indices = new int[wanted.length];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = (int) (wanted[i] < 0 ? wanted[i] + shape[axis] : wanted[i]);
        }
        return List.of(indices);
    }

    private static long @Nullable [] argument(Graph graph, Node node, String attribute, int input) {
        long[] given = node.attributes().integers(attribute);
        if (given != null) {
            return given;
        }
        TensorProto constant = node.input(input).isEmpty() ? null : graph.constant(node.input(input));
        return constant == null ? null : Tensors.integers(constant);
    }
}
