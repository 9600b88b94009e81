package starling.models.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import org.jspecify.annotations.Nullable;

/** Typed access to a node's attributes with the operator's default where one is absent. */
public final class Attributes {
    private final NodeProto node;

    Attributes(NodeProto node) {
        this.node = node;
    }

    private @Nullable AttributeProto find(String name) {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals(name)) {
                return attribute;
            }
        }
        return null;
    }

    public boolean has(String name) {
        return find(name) != null;
    }

    public long integer(String name, long otherwise) {
        AttributeProto found = find(name);
        return found == null ? otherwise : found.getI();
    }

    public float real(String name, float otherwise) {
        AttributeProto found = find(name);
        return found == null ? otherwise : found.getF();
    }

    public String text(String name, String otherwise) {
        AttributeProto found = find(name);
        return found == null ? otherwise : found.getS().toStringUtf8();
    }

    /** The list of integers, or null when the attribute is absent. */
    public long @Nullable [] integers(String name) {
        AttributeProto found = find(name);
        return found == null
                ? null
                : found.getIntsList().stream().mapToLong(Long::longValue).toArray();
    }

    /** The tensor, or null when the attribute is absent. */
    public @Nullable TensorProto tensor(String name) {
        AttributeProto found = find(name);
        return found == null ? null : found.getT();
    }
}
