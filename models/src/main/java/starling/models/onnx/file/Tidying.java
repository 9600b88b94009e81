package starling.models.onnx.file;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Brings the freedoms of the format to one form, without changing what is computed: initializers leave the list of inputs
 * (files before IR version 4 must list them there, later ones may, to make them replaceable), the standard operator domain
 * is spelled {@code ""}, imports of other domains that no operator uses go, and a dimension of -1 becomes a free one.
 */
final class Tidying {
    /** The first version that allows initializers which are not inputs. */
    private static final long FREE_INITIALIZERS = 4;

    private Tidying() {}

    /** Tidies in place; the notes name what a user may want to know. */
    static List<String> tidy(ModelProto.Builder model) {
        List<String> notes = new ArrayList<>();
        GraphProto.Builder graph = model.getGraphBuilder();
        imports(model, graph);
        for (int i = 0; i < graph.getNodeCount(); i++) {
            NodeProto node = graph.getNode(i);
            String domain = HeaderCheck.canonicalDomain(node.getDomain());
            if (!domain.equals(node.getDomain())) {
                graph.setNode(i, node.toBuilder().clearDomain());
            }
        }
        inputs(model, graph, notes);
        int free = 0;
        for (int i = 0; i < graph.getInputCount(); i++) {
            if (hasMinusOne(graph.getInput(i))) {
                graph.setInput(i, freed(graph.getInput(i)));
                free++;
            }
        }
        for (int i = 0; i < graph.getOutputCount(); i++) {
            if (hasMinusOne(graph.getOutput(i))) {
                graph.setOutput(i, freed(graph.getOutput(i)));
                free++;
            }
        }
        for (int i = 0; i < graph.getValueInfoCount(); i++) {
            if (hasMinusOne(graph.getValueInfo(i))) {
                graph.setValueInfo(i, freed(graph.getValueInfo(i)));
            }
        }
        if (free > 0) {
            notes.add("dimensions of -1 in " + Wording.count(free, "input or output", "inputs and outputs")
                    + " were taken as free dimensions");
        }
        return notes;
    }

    private static void imports(ModelProto.Builder model, GraphProto.Builder graph) {
        Set<String> used = new HashSet<>();
        for (NodeProto node : graph.getNodeList()) {
            used.add(HeaderCheck.canonicalDomain(node.getDomain()));
        }
        List<OperatorSetIdProto> kept = new ArrayList<>();
        for (OperatorSetIdProto set : model.getOpsetImportList()) {
            String domain = HeaderCheck.canonicalDomain(set.getDomain());
            if (domain.isEmpty() || used.contains(domain)) {
                kept.add(
                        domain.equals(set.getDomain())
                                ? set
                                : set.toBuilder().clearDomain().build());
            }
        }
        model.clearOpsetImport().addAllOpsetImport(kept);
    }

    private static void inputs(ModelProto.Builder model, GraphProto.Builder graph, List<String> notes) {
        Set<String> initialized = new HashSet<>();
        for (TensorProto tensor : graph.getInitializerList()) {
            initialized.add(tensor.getName());
        }
        List<ValueInfoProto> inputs = new ArrayList<>();
        for (ValueInfoProto input : graph.getInputList()) {
            if (!initialized.contains(input.getName())) {
                inputs.add(input);
            }
        }
        int removed = graph.getInputCount() - inputs.size();
        if (removed > 0) {
            graph.clearInput().addAllInput(inputs);
            if (model.getIrVersion() >= FREE_INITIALIZERS) {
                notes.add(
                        removed == 1
                                ? "1 input has a default value and was fixed to it"
                                : removed + " inputs have default values and were fixed to them");
            }
        }
        if (model.getIrVersion() < FREE_INITIALIZERS) {
            model.setIrVersion(FREE_INITIALIZERS);
        }
    }

    private static boolean hasMinusOne(ValueInfoProto value) {
        for (TensorShapeProto.Dimension dim :
                value.getType().getTensorType().getShape().getDimList()) {
            if (dim.getDimValue() == -1) {
                return true;
            }
        }
        return false;
    }

    private static ValueInfoProto freed(ValueInfoProto value) {
        ValueInfoProto.Builder freed = value.toBuilder();
        TypeProto.Tensor.Builder tensor = freed.getTypeBuilder().getTensorTypeBuilder();
        for (TensorShapeProto.Dimension.Builder dim : tensor.getShapeBuilder().getDimBuilderList()) {
            if (dim.getDimValue() == -1) {
                dim.clearDimValue();
            }
        }
        return freed.build();
    }
}
