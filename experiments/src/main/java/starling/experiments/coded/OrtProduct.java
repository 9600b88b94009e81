package starling.experiments.coded;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.List;
import java.util.Map;
import starling.codes.computation.Matrix;
import starling.models.graph.GraphBuilder;
import starling.models.run.Sessions;

/**
 * One product of two matrices by ONNX Runtime's MatMul, doubles or floats, on memory outside the heap that is filled once: a call
 * of {@link #run} is the product and nothing else. Not safe for use by several threads.
 */
final class OrtProduct implements AutoCloseable {
    private static final int OPSET = 17;

    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs;
    private final Map<String, OnnxTensor> outputs;
    private final ByteBuffer product;
    private final int rows;
    private final int columns;
    private final boolean doubles;

    /**
     * A product to be run.
     *
     * @param doubles whether it is computed in doubles, not in floats
     * @param threads of ONNX Runtime
     */
    OrtProduct(Matrix a, Matrix b, boolean doubles, int threads) {
        this.rows = a.rows();
        this.columns = b.columns();
        this.doubles = doubles;
        GraphBuilder graph = new GraphBuilder("product", OPSET)
                .input(value("a", a.rows(), a.columns()))
                .input(value("b", b.rows(), b.columns()))
                .output(value("c", rows, columns));
        graph.node("MatMul", List.of("a", "b"), "c");
        session = Sessions.open("a product", graph.build().toByteArray(), threads);
        product = room(rows * columns);
        try {
            inputs = Map.of("a", tensor(filled(a), a.rows(), a.columns()), "b", tensor(filled(b), b.rows(), columns));
            outputs = Map.of("c", tensor(product, rows, columns));
        } catch (OrtException e) {
            throw new IllegalStateException("a product cannot be given to ONNX Runtime", e);
        }
    }

    private ValueInfoProto value(String name, int height, int width) {
        ValueInfoProto.Builder value = GraphBuilder.value(name, height, width).toBuilder();
        if (doubles) {
            value.getTypeBuilder().getTensorTypeBuilder().setElemType(TensorProto.DataType.DOUBLE.getNumber());
        }
        return value.build();
    }

    private ByteBuffer room(int numbers) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(numbers, doubles ? Double.BYTES : Float.BYTES))
                .order(ByteOrder.nativeOrder());
    }

    private ByteBuffer filled(Matrix matrix) {
        ByteBuffer room = room(matrix.values().length);
        if (doubles) {
            room.asDoubleBuffer().put(matrix.values());
        } else {
            for (double value : matrix.values()) {
                room.putFloat((float) value);
            }
            room.rewind();
        }
        return room;
    }

    private OnnxTensor tensor(ByteBuffer room, int height, int width) throws OrtException {
        long[] shape = {height, width};
        return doubles
                ? OnnxTensor.createTensor(Sessions.environment(), room.asDoubleBuffer(), shape)
                : OnnxTensor.createTensor(Sessions.environment(), room.asFloatBuffer(), shape);
    }

    /** Computes the product; returns its first number. */
    double run() {
        try {
            session.run(inputs, outputs).close();
            return doubles ? product.getDouble(0) : product.getFloat(0);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot multiply", e);
        }
    }

    /** What {@link #run} has computed, in doubles. */
    Matrix product() {
        double[] values = new double[rows * columns];
        if (doubles) {
            DoubleBuffer numbers = product.asDoubleBuffer();
            numbers.get(values);
        } else {
            for (int i = 0; i < values.length; i++) {
                values[i] = product.getFloat(i * Float.BYTES);
            }
        }
        return new Matrix(rows, columns, values);
    }

    @Override
    public void close() {
        try {
            inputs.values().forEach(OnnxTensor::close);
            outputs.values().forEach(OnnxTensor::close);
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("closing a session failed", e);
        }
    }
}
