package starling.models.onnx.file;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The element types that may appear in a model, and how ONNX stores them. */
enum ElementType {
    FLOAT32(TensorProto.DataType.FLOAT, 4, Field.FLOAT),
    UINT8(TensorProto.DataType.UINT8, 1, Field.INT32),
    INT8(TensorProto.DataType.INT8, 1, Field.INT32),
    UINT16(TensorProto.DataType.UINT16, 2, Field.INT32),
    INT16(TensorProto.DataType.INT16, 2, Field.INT32),
    INT32(TensorProto.DataType.INT32, 4, Field.INT32),
    INT64(TensorProto.DataType.INT64, 8, Field.INT64),
    BOOL(TensorProto.DataType.BOOL, 1, Field.INT32),
    FLOAT16(TensorProto.DataType.FLOAT16, 2, Field.INT32),
    FLOAT64(TensorProto.DataType.DOUBLE, 8, Field.DOUBLE),
    UINT32(TensorProto.DataType.UINT32, 4, Field.UINT64),
    UINT64(TensorProto.DataType.UINT64, 8, Field.UINT64),
    BFLOAT16(TensorProto.DataType.BFLOAT16, 2, Field.INT32);

    /** The repeated fields of a TensorProto that hold values when its raw_data does not. */
    enum Field {
        FLOAT("float_data"),
        INT32("int32_data"),
        INT64("int64_data"),
        DOUBLE("double_data"),
        UINT64("uint64_data");

        final String label;

        Field(String label) {
            this.label = label;
        }

        int count(TensorProto tensor) {
            return switch (this) {
                case FLOAT -> tensor.getFloatDataCount();
                case INT32 -> tensor.getInt32DataCount();
                case INT64 -> tensor.getInt64DataCount();
                case DOUBLE -> tensor.getDoubleDataCount();
                case UINT64 -> tensor.getUint64DataCount();
            };
        }
    }

    private static final Set<ElementType> HALF = EnumSet.of(FLOAT16, BFLOAT16);

    final int code;
    final int bytes;
    final Field field;

    ElementType(TensorProto.DataType type, int bytes, Field field) {
        this.code = type.getNumber();
        this.bytes = bytes;
        this.field = field;
    }

    /** True for the 16-bit floating-point types, which are widened to float32 on loading. */
    boolean isHalf() {
        return HALF.contains(this);
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The values of raw_data, which may be a part of a larger array. */
    static ByteBuffer littleEndian(ByteString raw) {
        return raw.asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    static boolean isHalf(long code) {
        return code == FLOAT16.code || code == BFLOAT16.code;
    }

    /** True when tensors of this ONNX type code may appear. */
    static boolean isKnown(int code) {
        for (ElementType type : values()) {
            if (type.code == code) {
                return true;
            }
        }
        return false;
    }

    static ElementType of(int code) {
        for (ElementType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        throw new IllegalArgumentException("not a known element type: " + code);
    }

    /** ONNX's own name of any type code, for sentences about types that are refused. */
    static String describe(int code) {
        if (isKnown(code)) {
            return of(code).label();
        }
        TensorProto.DataType type = TensorProto.DataType.forNumber(code);
        return type == null ? "type " + code : type.name().toLowerCase(Locale.ROOT);
    }
}
