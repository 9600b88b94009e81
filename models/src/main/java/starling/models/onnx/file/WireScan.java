package starling.models.onnx.file;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;

/**
 * Walks over a serialized model without building it, and adds up what the objects would occupy: two bytes of an empty
 * message become more than a hundred in memory. Cost: one pass over the tags, tensor data is skipped. Refuses nesting
 * deeper than {@value #DEEPEST} messages, and protocol buffer groups, which ONNX never uses.
 */
final class WireScan {
    private static final int DEEPEST = 32;
    private static final int MESSAGE_BYTES = 160;
    private static final int TEXT_BYTES = 64;
    private static final int ELEMENT_BYTES = 8;

    private final CodedInputStream in;
    private final long budget;
    private long estimate;
    private long unknownFields;

    private WireScan(CodedInputStream in, long budget) {
        this.in = in;
        this.budget = budget;
    }

    /**
     * The number of fields that are unknown to the ONNX schema; the parser leaves them out.
     *
     * @throws UnfitException if the model would take more memory than the limit, or than three quarters of the heap
     */
    static long scan(CodedInputStream file, long size, LoadLimits limits) throws IOException {
        long heap = Runtime.getRuntime().maxMemory() / 4 * 3;
        WireScan scan = new WireScan(file, Math.min(limits.maxMemoryBytes(), heap));
        scan.take(size);
        scan.message(ModelProto.getDescriptor(), 1);
        return scan.unknownFields;
    }

    private void message(Descriptor type, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new UnfitException("messages may be nested " + DEEPEST + " deep at most, and this file goes deeper");
        }
        take(MESSAGE_BYTES);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            int wire = WireFormat.getTagWireType(tag);
            int number = WireFormat.getTagFieldNumber(tag);
            if (wire == WireFormat.WIRETYPE_START_GROUP || wire == WireFormat.WIRETYPE_END_GROUP) {
                throw new UnfitException(
                        "field " + number + " of " + type.getName() + " is a protocol buffer group, ONNX has none");
            }
            FieldDescriptor field = type.findFieldByNumber(number);
            if (wire == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                delimited(field, depth);
            } else {
                in.skipField(tag);
                take(ELEMENT_BYTES);
                countUnknown(field == null || field.getLiteType().getWireType() != wire);
            }
        }
    }

    private void delimited(@Nullable FieldDescriptor field, int depth) throws IOException {
        int length = in.readRawVarint32();
        if (field != null && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            int outer = in.pushLimit(length);
            message(field.getMessageType(), depth + 1);
            in.checkLastTagWas(0);
            if (in.getBytesUntilLimit() != 0) {
                throw new UnfitException("the file ends inside " + field.getFullName());
            }
            in.popLimit(outer);
            return;
        }
        in.skipRawBytes(length);
        if (field == null) {
            countUnknown(true);
            take(TEXT_BYTES);
        } else if (field.getJavaType() == FieldDescriptor.JavaType.STRING) {
            take(TEXT_BYTES + 2L * length);
        } else if (field.getJavaType() == FieldDescriptor.JavaType.BYTE_STRING) {
            take(TEXT_BYTES); // a slice of the file, see OnnxFile
        } else if (field.isPackable()) {
            take(packedBytes(field, length));
        } else {
            countUnknown(true);
        }
    }

    /** An upper bound: a packed varint takes one byte in the file at least, and four or eight in memory. */
    private static long packedBytes(FieldDescriptor field, long length) {
        return switch (field.getLiteType()) {
            case FLOAT, DOUBLE, FIXED32, FIXED64, SFIXED32, SFIXED64 -> length;
            case INT32, UINT32, SINT32, BOOL, ENUM -> 4 * length;
            default -> 8 * length;
        };
    }

    private void countUnknown(boolean unknown) {
        if (unknown) {
            unknownFields++;
            take(TEXT_BYTES);
        }
    }

    private void take(long bytes) {
        estimate += bytes;
        if (estimate > budget) {
            throw new UnfitException(
                    "the model would take more than " + budget + " bytes of memory, the limit for a parsed model");
        }
    }
}
