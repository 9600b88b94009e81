package starling.models.onnx.file;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import starling.models.UnfitException;

/**
 * Checks that a graph means one thing: every name has exactly one origin, nothing dangles, every operator belongs to a
 * standard domain that the model imports, and its attributes hold what their type says. Initializers have left the inputs
 * before. Cost: linear in the size of the graph, and one pass over the tensors.
 */
final class GraphCheck {
    /** Names go into plans and sentences; exporters stay below a few hundred characters. */
    private static final int LONGEST_NAME = 1024;

    private final LoadLimits limits;
    private final TensorCheck tensors;
    private final Set<String> imported = new HashSet<>();
    /** Where a value comes from, in words. */
    private final Map<String, String> origins = new HashMap<>();

    private GraphCheck(ModelProto model, LoadLimits limits) {
        this.limits = limits;
        this.tensors = new TensorCheck(limits.maxTensorElements());
        for (OperatorSetIdProto set : model.getOpsetImportList()) {
            imported.add(HeaderCheck.canonicalDomain(set.getDomain()));
        }
    }

    static void check(ModelProto model, LoadLimits limits) {
        new GraphCheck(model, limits).check(model.getGraph());
    }

    /** A node in words: operator and name, or the first output of a nameless one. */
    static String describe(NodeProto node) {
        String operator = Wording.plain(node.getOpType());
        if (!node.getName().isEmpty() || node.getOutputCount() == 0) {
            return operator + " " + Wording.quote(node.getName());
        }
        return operator + " of " + Wording.quote(node.getOutput(0));
    }

    private void check(GraphProto graph) {
        if (graph.getNodeCount() > limits.maxNodes()) {
            throw new UnfitException(
                    "the graph has " + graph.getNodeCount() + " nodes, and the limit is " + limits.maxNodes());
        }
        if (graph.getSparseInitializerCount() > 0) {
            throw new UnfitException("sparse initializers are not supported, and "
                    + Wording.quote(graph.getSparseInitializer(0).getValues().getName()) + " is one");
        }
        requireSome(graph.getNodeCount(), "node");
        requireSome(graph.getInputCount(), "input that is not an initializer");
        requireSome(graph.getOutputCount(), "output");
        graph.getInputList().forEach(this::input);
        graph.getInitializerList().forEach(this::initializer);
        for (NodeProto node : graph.getNodeList()) {
            node(node);
        }
        for (NodeProto node : graph.getNodeList()) {
            for (String input : node.getInputList()) {
                if (!input.isEmpty() && !origins.containsKey(input)) {
                    throw new UnfitException(describe(node) + " reads " + Wording.quote(input)
                            + ", which no input, initializer or node provides");
                }
            }
        }
        Set<String> outputs = new HashSet<>();
        for (ValueInfoProto output : graph.getOutputList()) {
            output(output, outputs);
        }
        Set<String> described = new HashSet<>();
        for (ValueInfoProto value : graph.getValueInfoList()) {
            name(value.getName(), "a described value");
            if (!described.add(value.getName())) {
                throw new UnfitException("value " + Wording.quote(value.getName()) + " is described twice");
            }
            size(value, "value " + Wording.quote(value.getName()));
        }
    }

    private static void requireSome(int count, String what) {
        if (count == 0) {
            throw new UnfitException("a graph needs at least one " + what + ", and this one has none");
        }
    }

    private void input(ValueInfoProto input) {
        define(input.getName(), "an input");
        String owner = "input " + Wording.quote(input.getName());
        if (!input.getType().hasTensorType()) {
            throw new UnfitException(
                    owner + " is not a tensor but " + typeName(input.getType()) + "; only tensor inputs are supported");
        }
        elementType(input, owner);
        size(input, owner);
    }

    private void output(ValueInfoProto output, Set<String> seen) {
        String owner = "output " + Wording.quote(output.getName());
        name(output.getName(), "an output");
        if (!seen.add(output.getName())) {
            throw new UnfitException(owner + " is listed twice");
        }
        if (!origins.containsKey(output.getName())) {
            throw new UnfitException(owner + " is provided by no input, initializer or node");
        }
        TypeProto type = output.getType();
        if (type.getValueCase() != TypeProto.ValueCase.VALUE_NOT_SET && !type.hasTensorType()) {
            throw new UnfitException(
                    owner + " is not a tensor but " + typeName(type) + "; only tensor outputs are supported");
        }
        if (type.getTensorType().getElemType() != 0) { // older exporters leave outputs untyped
            elementType(output, owner);
        }
        size(output, owner);
    }

    private static String typeName(TypeProto type) {
        return switch (type.getValueCase()) {
            case TENSOR_TYPE -> "a tensor";
            case SEQUENCE_TYPE -> "a sequence";
            case MAP_TYPE -> "a map";
            case OPTIONAL_TYPE -> "an optional value";
            case SPARSE_TENSOR_TYPE -> "a sparse tensor";
            case OPAQUE_TYPE -> "an opaque value";
            case VALUE_NOT_SET -> "of no declared type";
        };
    }

    private static void elementType(ValueInfoProto value, String owner) {
        int type = value.getType().getTensorType().getElemType();
        if (!ElementType.isKnown(type)) {
            throw new UnfitException(owner + " holds " + ElementType.describe(type)
                    + " values; only floating-point, integer and boolean tensors of 8 to 64 bits are supported");
        }
    }

    private void size(ValueInfoProto value, String owner) {
        List<Long> known = new ArrayList<>();
        for (TensorShapeProto.Dimension dim :
                value.getType().getTensorType().getShape().getDimList()) {
            known.add(dim.hasDimValue() ? dim.getDimValue() : 1);
        }
        TensorCheck.elements(known, owner, limits.maxTensorElements());
    }

    private void initializer(TensorProto tensor) {
        define(tensor.getName(), "an initializer");
        tensors.check(tensor, "tensor " + Wording.quote(tensor.getName()));
    }

    private void node(NodeProto node) {
        if (node.getOpType().isEmpty()) {
            throw new UnfitException("node " + Wording.quote(node.getName()) + " has no operator");
        }
        length(node.getName(), "a node");
        String domain = HeaderCheck.canonicalDomain(node.getDomain());
        if (!HeaderCheck.isStandard(domain)) {
            throw new UnfitException(describe(node) + " belongs to operator domain " + Wording.quote(node.getDomain())
                    + "; only the standard domains ai.onnx and ai.onnx.ml are supported");
        }
        if (!imported.contains(domain)) {
            throw new UnfitException(describe(node) + " belongs to operator domain " + Wording.quote(node.getDomain())
                    + ", which the model does not import");
        }
        if (!node.getOverload().isEmpty()) {
            throw new UnfitException(describe(node) + " calls a model-local function, which is not supported");
        }
        boolean any = false;
        for (String output : node.getOutputList()) {
            if (!output.isEmpty()) {
                define(output, describe(node));
                any = true;
            }
        }
        if (!any) {
            throw new UnfitException(describe(node) + " has no output");
        }
        Set<String> names = new HashSet<>();
        for (AttributeProto attribute : node.getAttributeList()) {
            String owner = "attribute " + Wording.quote(attribute.getName()) + " of " + describe(node);
            name(attribute.getName(), "an attribute of " + describe(node));
            if (!names.add(attribute.getName())) {
                throw new UnfitException(owner + " is given twice");
            }
            attribute(attribute, owner);
        }
    }

    private void attribute(AttributeProto attribute, String owner) {
        if (!attribute.getRefAttrName().isEmpty()) {
            throw new UnfitException(owner + " refers to a function's parameter, which only functions may do");
        }
        switch (attribute.getType()) {
            case UNDEFINED -> throw new UnfitException(owner + " has no type");
            case GRAPH, GRAPHS -> throw new UnfitException(owner + " is a subgraph; control flow is not supported");
            case SPARSE_TENSOR, SPARSE_TENSORS ->
                throw new UnfitException(owner + " is a sparse tensor, which is not supported");
            case TYPE_PROTO, TYPE_PROTOS -> throw new UnfitException(owner + " is a type, which is not supported");
            case TENSOR -> {
                if (!attribute.hasT()) {
                    throw new UnfitException(owner + " is said to be a tensor but holds none");
                }
                tensors.check(attribute.getT(), owner);
            }
            case TENSORS -> attribute.getTensorsList().forEach(tensor -> tensors.check(tensor, owner));
            case FLOAT, INT, STRING, FLOATS, INTS, STRINGS -> {
                // Absent fields are zero or empty: writers may leave defaults out.
            }
        }
        if (attribute.hasG() || attribute.getGraphsCount() > 0) {
            throw new UnfitException(owner + " hides a subgraph");
        }
        boolean hidden = attribute.hasT() && attribute.getType() != AttributeProto.AttributeType.TENSOR;
        if (hidden
                || (attribute.getTensorsCount() > 0 && attribute.getType() != AttributeProto.AttributeType.TENSORS)) {
            throw new UnfitException(owner + " hides a tensor");
        }
    }

    private void define(String name, String origin) {
        name(name, origin);
        String other = origins.putIfAbsent(name, origin);
        if (other != null) {
            throw new UnfitException("value " + Wording.quote(name) + " has two origins: " + other + " and " + origin);
        }
    }

    private static void name(String name, String what) {
        if (name.isEmpty()) {
            throw new UnfitException("names must not be empty: " + what + " has none");
        }
        length(name, what);
        for (int i = 0; i < name.length(); i++) {
            if (Character.isSurrogate(name.charAt(i))) {
                throw new UnfitException(
                        "names must hold no characters beyond U+FFFF, which ONNX Runtime for Java cannot" + " pass on: "
                                + what + " is called " + Wording.quote(name));
            }
            if (Character.isISOControl(name.charAt(i)) || name.charAt(i) == '\uFFFD') {
                throw new UnfitException("names must be printable text: " + what + " is called " + Wording.quote(name));
            }
        }
    }

    private static void length(String name, String what) {
        if (name.length() > LONGEST_NAME) {
            throw new UnfitException("names must have at most " + LONGEST_NAME + " characters: " + what + " has "
                    + name.length() + ", beginning " + Wording.quote(name));
        }
    }
}
