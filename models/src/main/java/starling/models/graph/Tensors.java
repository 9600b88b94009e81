package starling.models.graph;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import starling.models.UnfitException;

/** Conversion between ONNX tensor messages and Java arrays. */
public final class Tensors {
    private Tensors() {}

    /** The float32 values of {@code tensor} in row-major order; one copy. */
    public static float[] floats(TensorProto tensor) {
        if (tensor.getDataType() != TensorProto.DataType.FLOAT.getNumber()) {
            throw new UnfitException("tensor '" + tensor.getName() + "' must hold float32 values: its element type is "
                    + TensorProto.DataType.forNumber(tensor.getDataType()));
        }
        float[] values = new float[count(tensor)];
        if (tensor.hasRawData()) {
            little(tensor.getRawData()).asFloatBuffer().get(values);
        } else {
            for (int i = 0; i < values.length; i++) {
                values[i] = tensor.getFloatData(i);
            }
        }
        return values;
    }

    /** The int64 or int32 values of {@code tensor} in row-major order. */
    public static long[] integers(TensorProto tensor) {
        long[] values = new long[count(tensor)];
        boolean wide = tensor.getDataType() == TensorProto.DataType.INT64.getNumber();
        if (!wide && tensor.getDataType() != TensorProto.DataType.INT32.getNumber()) {
            throw new UnfitException("tensor '" + tensor.getName() + "' must hold integers: its element type is "
                    + TensorProto.DataType.forNumber(tensor.getDataType()));
        }
        ByteBuffer raw = little(tensor.getRawData());
        for (int i = 0; i < values.length; i++) {
            if (tensor.hasRawData()) {
                values[i] = wide ? raw.getLong(8 * i) : raw.getInt(4 * i);
            } else {
                values[i] = wide ? tensor.getInt64Data(i) : tensor.getInt32Data(i);
            }
        }
        return values;
    }

    /** The dimensions. */
    public static int[] shape(TensorProto tensor) {
        return tensor.getDimsList().stream().mapToInt(Math::toIntExact).toArray();
    }

    /** A float32 tensor message. */
    public static TensorProto of(String name, float[] values, int... shape) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return header(name, TensorProto.DataType.FLOAT, shape)
                .setRawData(UnsafeByteOperations.unsafeWrap(raw.array()))
                .build();
    }

    /** A float32 tensor message of shape [columns][rows] from a matrix [rows][columns]. */
    public static TensorProto transposed(String name, float[] matrix, int rows, int columns) {
        ByteBuffer raw = ByteBuffer.allocate(4 * rows * columns).order(ByteOrder.LITTLE_ENDIAN);
        for (int c = 0; c < columns; c++) {
            for (int r = 0; r < rows; r++) {
                raw.putFloat(matrix[r * columns + c]);
            }
        }
        return header(name, TensorProto.DataType.FLOAT, new int[] {columns, rows})
                .setRawData(UnsafeByteOperations.unsafeWrap(raw.array()))
                .build();
    }

    /** A one-dimensional int64 tensor message. */
    public static TensorProto of(String name, long... values) {
        ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        return header(name, TensorProto.DataType.INT64, new int[] {values.length})
                .setRawData(UnsafeByteOperations.unsafeWrap(raw.array()))
                .build();
    }

    private static TensorProto.Builder header(String name, TensorProto.DataType type, int[] shape) {
        TensorProto.Builder builder = TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
        for (int dim : shape) {
            builder.addDims(dim);
        }
        return builder;
    }

    private static ByteBuffer little(ByteString raw) {
        return raw.asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN); // raw may be part of a file
    }

    private static int count(TensorProto tensor) {
        return (int) Shapes.elements(shape(tensor));
    }
}
