package starling.models.onnx.file;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import starling.models.UnfitException;

/**
 * Refuses constants that are not numbers. NaN is refused everywhere. An infinity is accepted in one place: a single-element
 * constant that is read by nothing but Clip, Max, Min, Pad and Where, where "no limit" and "masked out" are written so, and
 * in the attributes of Clip and Pad. Anywhere else an infinite constant is a broken weight.
 */
final class FiniteCheck {
    private static final Set<String> TAKE_INFINITY = Set.of("Clip", "Max", "Min", "Pad", "Where");

    private FiniteCheck() {}

    static void check(GraphProto graph) {
        Set<String> strict = new HashSet<>();
        for (NodeProto node : graph.getNodeList()) {
            if (!TAKE_INFINITY.contains(node.getOpType())) {
                strict.addAll(node.getInputList());
            }
        }
        for (ValueInfoProto output : graph.getOutputList()) {
            strict.add(output.getName());
        }
        for (TensorProto tensor : graph.getInitializerList()) {
            check(tensor, !strict.contains(tensor.getName()), "tensor " + Wording.quote(tensor.getName()));
        }
        for (NodeProto node : graph.getNodeList()) {
            boolean lenient = node.getOpType().equals("Constant")
                    ? !strict.contains(node.getOutput(0))
                    : TAKE_INFINITY.contains(node.getOpType());
            for (AttributeProto attribute : node.getAttributeList()) {
                check(attribute, lenient, node);
            }
        }
    }

    private static void check(AttributeProto attribute, boolean lenient, NodeProto node) {
        String owner = "attribute " + Wording.quote(attribute.getName()) + " of " + GraphCheck.describe(node);
        switch (attribute.getType()) {
            case FLOAT -> require(attribute.getF(), 0, lenient, owner);
            case FLOATS -> {
                for (int i = 0; i < attribute.getFloatsCount(); i++) {
                    require(attribute.getFloats(i), i, lenient && attribute.getFloatsCount() == 1, owner);
                }
            }
            case TENSOR -> check(attribute.getT(), lenient, owner);
            case TENSORS -> attribute.getTensorsList().forEach(tensor -> check(tensor, lenient, owner));
            default -> {}
        }
    }

    private static void check(TensorProto tensor, boolean lenient, String owner) {
        boolean single = tensor.getDimsList().stream().allMatch(dim -> dim == 1);
        OptionalLong bad = TensorCheck.firstNotFinite(tensor, lenient && single);
        if (bad.isPresent()) {
            int index = (int) bad.getAsLong();
            require(TensorCheck.value(tensor, index), index, lenient && single, owner);
        }
    }

    private static void require(double value, int index, boolean infinityAllowed, String owner) {
        if (!TensorCheck.acceptable(value, infinityAllowed)) {
            throw new UnfitException("weights must be finite: value " + index + " of " + owner + " is " + value);
        }
    }
}
