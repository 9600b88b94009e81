package starling.models.onnx.file;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import starling.models.UnfitException;

/**
 * Measures a tensor against what it declares: a known element type, dimensions whose product is within the limit, values in
 * exactly one place, as many as the shape says, each within the range of its type. Cost: one pass over the values.
 */
final class TensorCheck {
    private final long maxElements;

    TensorCheck(long maxElements) {
        this.maxElements = maxElements;
    }

    /** The number of elements of a shape; refuses negative dimensions and more elements than the limit. */
    static long elements(Iterable<Long> dims, String owner, long maxElements) {
        long elements = 1;
        int index = 0;
        for (long dim : dims) {
            if (dim < 0) {
                throw new UnfitException(
                        "dimensions must not be negative: dimension " + index + " of " + owner + " is " + dim);
            }
            elements = dim > maxElements ? maxElements + 1 : elements * dim;
            if (elements > maxElements) {
                throw new UnfitException(
                        owner + " has more than " + maxElements + " elements, the limit for one tensor");
            }
            index++;
        }
        return elements;
    }

    /** The element type and byte length that the shape calls for, without looking at the values. */
    long declaredBytes(TensorProto tensor, String owner) {
        ElementType type = type(tensor, owner);
        return elements(tensor.getDimsList(), owner, maxElements) * type.bytes;
    }

    private static ElementType type(TensorProto tensor, String owner) {
        if (!ElementType.isKnown(tensor.getDataType())) {
            throw new UnfitException(owner + " holds " + ElementType.describe(tensor.getDataType())
                    + " values; only floating-point, integer and boolean tensors of 8 to 64 bits can be read");
        }
        return ElementType.of(tensor.getDataType());
    }

    /** Refuses a tensor whose values do not fit its declaration; the tensor has no external data any more. */
    void check(TensorProto tensor, String owner) {
        ElementType type = type(tensor, owner);
        long elements = elements(tensor.getDimsList(), owner, maxElements);
        if (tensor.hasSegment()) {
            throw new UnfitException(owner + " is only a segment of a tensor; tensors must be whole");
        }
        boolean raw = tensor.hasRawData();
        for (ElementType.Field field : ElementType.Field.values()) {
            if (field.count(tensor) > 0) {
                if (raw) {
                    throw new UnfitException(
                            owner + " holds values both in raw_data and in " + field.label + "; one place is allowed");
                }
                if (field != type.field) {
                    throw new UnfitException(
                            owner + " has " + type.label() + " elements but keeps values in " + field.label);
                }
            }
        }
        if (tensor.getStringDataCount() > 0) {
            throw new UnfitException(owner + " has " + type.label() + " elements but keeps values in string_data");
        }
        int typed = type.field.count(tensor);
        if (raw || typed == 0) {
            long bytes = elements * type.bytes;
            if (tensor.getRawData().size() != bytes) {
                throw new UnfitException(owner + " declares shape " + Wording.shape(tensor.getDimsList()) + " ("
                        + Wording.count(elements, type.label() + " value", type.label() + " values") + ", "
                        + Wording.count(bytes, "byte", "bytes") + ") but holds "
                        + Wording.count(tensor.getRawData().size(), "byte", "bytes"));
            }
        } else if (typed != elements) {
            throw new UnfitException(owner + " declares shape " + Wording.shape(tensor.getDimsList()) + " ("
                    + Wording.count(elements, type.label() + " value", type.label() + " values") + ") but holds "
                    + typed
                    + " in " + type.field.label);
        }
        checkRange(tensor, type, owner);
    }

    private static void checkRange(TensorProto tensor, ElementType type, String owner) {
        if (type == ElementType.BOOL) {
            for (int i = 0; i < tensor.getRawData().size(); i++) {
                requireBetween(tensor.getRawData().byteAt(i), 0, 1, i, type, owner);
            }
        }
        if (type.field == ElementType.Field.INT32 && type != ElementType.INT32) {
            boolean signed = type == ElementType.INT8 || type == ElementType.INT16;
            int bits = type == ElementType.BOOL ? 1 : 8 * type.bytes;
            int least = signed ? -(1 << (bits - 1)) : 0;
            int most = signed ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
            for (int i = 0; i < tensor.getInt32DataCount(); i++) {
                requireBetween(tensor.getInt32Data(i), least, most, i, type, owner);
            }
        }
        if (type == ElementType.UINT32) {
            for (int i = 0; i < tensor.getUint64DataCount(); i++) {
                requireBetween(tensor.getUint64Data(i), 0, 0xFFFF_FFFFL, i, type, owner);
            }
        }
    }

    private static void requireBetween(long value, long least, long most, int i, ElementType type, String owner) {
        if (value < least || value > most) {
            throw new UnfitException(type.label() + " values lie between " + least + " and " + most + ": value " + i
                    + " of " + owner + " is " + value);
        }
    }

    /** The index of the first value that is not finite (with infinities: the first NaN), if any; not for 16-bit types. */
    static OptionalLong firstNotFinite(TensorProto tensor, boolean infinitiesAllowed) {
        ByteBuffer raw = ElementType.littleEndian(tensor.getRawData());
        boolean typed = raw.remaining() == 0;
        if (tensor.getDataType() == ElementType.FLOAT32.code) {
            int count = typed ? tensor.getFloatDataCount() : raw.remaining() / Float.BYTES;
            for (int i = 0; i < count; i++) {
                float value = typed ? tensor.getFloatData(i) : raw.getFloat(Float.BYTES * i);
                if (!acceptable(value, infinitiesAllowed)) {
                    return OptionalLong.of(i);
                }
            }
        } else if (tensor.getDataType() == ElementType.FLOAT64.code) {
            int count = typed ? tensor.getDoubleDataCount() : raw.remaining() / Double.BYTES;
            for (int i = 0; i < count; i++) {
                double value = typed ? tensor.getDoubleData(i) : raw.getDouble(Double.BYTES * i);
                if (!acceptable(value, infinitiesAllowed)) {
                    return OptionalLong.of(i);
                }
            }
        }
        return OptionalLong.empty();
    }

    static boolean acceptable(double value, boolean infinitiesAllowed) {
        return infinitiesAllowed ? !Double.isNaN(value) : Double.isFinite(value);
    }

    /** The value at an index of a float32 or float64 tensor, for the sentence about it. */
    static double value(TensorProto tensor, int index) {
        ByteBuffer raw = ElementType.littleEndian(tensor.getRawData());
        boolean typed = raw.remaining() == 0;
        if (tensor.getDataType() == ElementType.FLOAT32.code) {
            return typed ? tensor.getFloatData(index) : raw.getFloat(Float.BYTES * index);
        }
        return typed ? tensor.getDoubleData(index) : raw.getDouble(Double.BYTES * index);
    }
}
