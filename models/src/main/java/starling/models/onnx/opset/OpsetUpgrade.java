package starling.models.onnx.opset;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;
import starling.models.graph.Graph;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Tensors;
import starling.models.run.ProbedModel;

/**
 * Rewrites a model of operator set 7 or newer for set {@link #VERSION}: what used to be attributes becomes constant inputs
 * (axes, pads, bounds, ratios), and Softmax, which used to flatten its input, is told its axis or gets the flattening written
 * out. Names of inputs, outputs and values stay; newer models are returned as they are.
 *
 * <p>Source: the operators' change logs of the ONNX specification.
 */
public final class OpsetUpgrade {
    /** The operator set that results, at least. */
    public static final long VERSION = 18;

    private static final long INPUT_AXES = 13;
    private static final Set<String> REDUCTIONS = Set.of(
            "ReduceMean",
            "ReduceMax",
            "ReduceMin",
            "ReduceProd",
            "ReduceL1",
            "ReduceL2",
            "ReduceLogSum",
            "ReduceLogSumExp",
            "ReduceSumSquare");
    private static final Set<String> SOFTMAXES = Set.of("Softmax", "LogSoftmax", "Hardmax");

    /** Operators that another set has with other inputs or not at all, and what it was when they changed. */
    private static final Map<String, Long> BEYOND =
            Map.of("Upsample", 10L, "Resize", 11L, "TopK", 11L, "Scatter", 11L, "NonMaxSuppression", 11L);

    private final ModelProto model;
    private final long from;
    private final GraphProto.Builder graph;
    private final List<NodeProto> nodes = new ArrayList<>();
    private @Nullable ProbedModel probed;
    private int made;

    private OpsetUpgrade(ModelProto model, long from) {
        this.model = model;
        this.from = from;
        this.graph = model.getGraph().toBuilder();
    }

    /**
     * The model in a set of at least {@link #VERSION}.
     *
     * @throws UnfitException when an operator cannot be rewritten; the sentence names it
     */
    public static ModelProto of(ModelProto model) {
        long from = new Graph(model).opset();
        return from >= VERSION ? model : new OpsetUpgrade(model, from).run();
    }

    private ModelProto run() {
        for (NodeProto node : model.getGraph().getNodeList()) {
            rewrite(node);
        }
        graph.clearNode().addAllNode(nodes);
        ModelProto.Builder upgraded = model.toBuilder().setGraph(graph).clearOpsetImport();
        for (OperatorSetIdProto set : model.getOpsetImportList()) {
            boolean standard = set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx");
            upgraded.addOpsetImport(
                    standard ? set.toBuilder().setVersion(VERSION).build() : set);
        }
        return upgraded.setIrVersion(Math.max(8, model.getIrVersion())).build();
    }

    private void rewrite(NodeProto node) {
        String operator = node.getOpType();
        Long changed = BEYOND.get(operator);
        if (changed != null && from < changed) {
            throw new UnfitException(operator + " of operator sets below " + changed + " cannot be rewritten for set "
                    + VERSION + ": '" + node.getName() + "' is of set " + from);
        }
        if (SOFTMAXES.contains(operator) && from < INPUT_AXES) {
            softmax(node);
            return;
        }
        NodeProto.Builder changing = node.toBuilder();
        if (REDUCTIONS.contains(operator)) {
            integersToInput(changing, "axes", 1);
        } else if (from < INPUT_AXES
                && Set.of("Squeeze", "Unsqueeze", "ReduceSum").contains(operator)) {
            integersToInput(changing, "axes", 1);
        } else if (operator.equals("Split")) {
            if (from < INPUT_AXES) {
                integersToInput(changing, "split", 1);
            }
            if (changing.getInputCount() < 2) {
                changing.addAttribute(GraphBuilder.attribute("num_outputs", node.getOutputCount()));
            }
        } else if (operator.equals("Slice") && from < 10) {
            integersToInput(changing, "starts", 1);
            integersToInput(changing, "ends", 2);
            integersToInput(changing, "axes", 3);
        } else if (operator.equals("Pad") && from < 11) {
            integersToInput(changing, "pads", 1);
            numberToInput(changing, "value", 2);
        } else if (operator.equals("Clip") && from < 11) {
            numberToInput(changing, "min", 1);
            numberToInput(changing, "max", 2);
        } else if (operator.equals("Dropout") && from < 12) {
            numberToInput(changing, "ratio", 1);
        } else if (operator.equals("BatchNormalization") && from < 14) {
            batchNormalization(changing);
        }
        nodes.add(changing.build());
    }

    /** Of set 9 and before "spatial" could be 0; outputs behind the first were those of training. */
    private void batchNormalization(NodeProto.Builder node) {
        AttributeProto spatial = take(node, "spatial");
        if (spatial != null && spatial.getI() != 1) {
            throw new UnfitException(
                    "BatchNormalization must be spatial: '" + node.getName() + "' has spatial " + spatial.getI());
        }
        String output = node.getOutput(0);
        node.clearOutput().addOutput(output);
    }

    private void softmax(NodeProto node) {
        AttributeProto given = take(node.toBuilder(), "axis");
        long axis = given == null ? 1 : given.getI();
        int rank = rank(node.getInput(0));
        NodeProto.Builder last = node.toBuilder();
        take(last, "axis");
        last.addAttribute(GraphBuilder.attribute("axis", -1));
        if (axis == -1 || axis == rank - 1) {
            nodes.add(last.build());
            return;
        }
        String flat = fresh(node, "flat");
        String done = fresh(node, "done");
        String shape = fresh(node, "shape");
        nodes.add(operator("Flatten", flat, node.getInput(0)).toBuilder()
                .addAttribute(GraphBuilder.attribute("axis", axis))
                .build());
        nodes.add(last.setInput(0, flat).setOutput(0, done).setName(done).build());
        nodes.add(operator("Shape", shape, node.getInput(0)));
        nodes.add(operator("Reshape", node.getOutput(0), done, shape));
    }

    private static NodeProto operator(String type, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(type)
                .setName(output)
                .addAllInput(List.of(inputs))
                .addOutput(output)
                .build();
    }

    /** Found by running the model as it is. */
    private int rank(String value) {
        ProbedModel known = probed;
        if (known == null) {
            known = ProbedModel.of(model);
            probed = known;
        }
        return known.shape(value).length;
    }

    private void integersToInput(NodeProto.Builder node, String attribute, int input) {
        AttributeProto given = take(node, attribute);
        if (given != null) {
            String name = fresh(node.build(), attribute);
            graph.addInitializer(Tensors.of(
                    name,
                    given.getIntsList().stream().mapToLong(Long::longValue).toArray()));
            put(node, input, name);
        }
    }

    private void numberToInput(NodeProto.Builder node, String attribute, int input) {
        AttributeProto given = take(node, attribute);
        if (given != null) {
            String name = fresh(node.build(), attribute);
            graph.addInitializer(Tensors.of(name, new float[] {given.getF()}));
            put(node, input, name);
        }
    }

    private static void put(NodeProto.Builder node, int input, String name) {
        while (node.getInputCount() <= input) {
            node.addInput("");
        }
        node.setInput(input, name);
    }

    private static @Nullable AttributeProto take(NodeProto.Builder node, String name) {
        for (int i = 0; i < node.getAttributeCount(); i++) {
            if (node.getAttribute(i).getName().equals(name)) {
                AttributeProto found = node.getAttribute(i);
                node.removeAttribute(i);
                return found;
            }
        }
        return null;
    }

    private String fresh(NodeProto node, String role) {
        return node.getOutput(0) + "#" + role + made++;
    }
}
