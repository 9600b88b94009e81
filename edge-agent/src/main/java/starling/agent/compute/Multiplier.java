package starling.agent.compute;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import starling.codes.computation.Matrix;
import starling.models.graph.GraphBuilder;
import starling.models.run.Sessions;

/**
 * Products of matrices in doubles by ONNX Runtime's MatMul, on memory outside the heap where shares that are kept stay. Measured against EJML
 * in docs/PERFORMANCE.md. Not safe for use by several threads.
 */
final class Multiplier implements AutoCloseable {
    private static final int OPSET = 17;

    private final OrtSession session;
    private final long bound;

    /**
     * Ready to multiply.
     *
     * @param threads of one product
     * @param bound bytes of a product, at most
     */
    Multiplier(int threads, long bound) {
        this.bound = bound;
        GraphBuilder graph = new GraphBuilder("product", OPSET)
                .input(value("a"))
                .input(value("b"))
                .output(value("c"));
        graph.node("MatMul", List.of("a", "b"), "c");
        session = Sessions.open("a product", graph.build().toByteArray(), threads);
    }

    /** Doubles of any shape. */
    private static ValueInfoProto value(String name) {
        ValueInfoProto.Builder value = GraphBuilder.value(name).toBuilder();
        value.getTypeBuilder()
                .getTensorTypeBuilder()
                .setElemType(TensorProto.DataType.DOUBLE.getNumber())
                .clearShape();
        return value.build();
    }

    /**
     * Matrices where ONNX Runtime can read them; to be {@linkplain #release released}.
     *
     * @throws IllegalArgumentException if there is no room for them; none is held then
     */
    List<OnnxTensor> place(List<Matrix> matrices) {
        List<OnnxTensor> placed = new ArrayList<>();
        boolean complete = false;
        try {
            for (Matrix matrix : matrices) {
                placed.add(place(matrix));
            }
            complete = true;
            return placed;
        } finally {
            if (!complete) {
                release(placed);
            }
        }
    }

    static void release(List<OnnxTensor> placed) {
        placed.forEach(OnnxTensor::close);
    }

    private static OnnxTensor place(Matrix matrix) {
        long bytes = (long) Double.BYTES * matrix.values().length;
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "a share must have at most " + Integer.MAX_VALUE + " bytes: " + matrix + " has " + bytes);
        }
        try {
            DoubleBuffer numbers = ByteBuffer.allocateDirect((int) bytes)
                    .order(ByteOrder.nativeOrder())
                    .asDoubleBuffer()
                    .put(matrix.values())
                    .rewind();
            return OnnxTensor.createTensor(
                    Sessions.environment(), numbers, new long[] {matrix.rows(), matrix.columns()});
        } catch (OutOfMemoryError e) {
            throw new IllegalArgumentException(
                    "a share of " + bytes + " bytes must have room outside the heap (-XX:MaxDirectMemorySize): "
                            + e.getMessage(),
                    e);
        } catch (OrtException e) {
            throw new IllegalStateException("a matrix cannot be given to ONNX Runtime", e);
        }
    }

    /**
     * The sum over i of left_i right_i.
     *
     * @throws IllegalArgumentException if there are not as many on both sides, shapes do not fit, or there is no room for the product
     */
    Matrix sum(List<OnnxTensor> left, List<OnnxTensor> right) {
        if (left.size() != right.size()) {
            throw new IllegalArgumentException(
                    "a task must have as many left as right matrices: it has " + left.size() + " and " + right.size());
        }
        Matrix sum = product(left.get(0), right.get(0));
        for (int i = 1; i < left.size(); i++) {
            Matrix more = product(left.get(i), right.get(i));
            if (more.rows() != sum.rows() || more.columns() != sum.columns()) {
                throw new IllegalArgumentException(
                        "products of a task must have one shape: they are " + sum + " and " + more);
            }
            for (int d = 0; d < sum.values().length; d++) {
                sum.values()[d] += more.values()[d];
            }
        }
        return sum;
    }

    /** Multiplications of numbers in such a sum. */
    static double multiplications(List<OnnxTensor> left, List<OnnxTensor> right) {
        double sum = 0;
        for (int i = 0; i < left.size(); i++) {
            long[] a = left.get(i).getInfo().getShape();
            sum += (double) a[0] * a[1] * right.get(i).getInfo().getShape()[1];
        }
        return sum;
    }

    private Matrix product(OnnxTensor left, OnnxTensor right) {
        long[] a = left.getInfo().getShape();
        long[] b = right.getInfo().getShape();
        if (a[1] != b[0]) {
            throw new IllegalArgumentException("factors must agree in their inner dimension: " + a[0] + " x " + a[1]
                    + " times " + b[0] + " x " + b[1]);
        }
        // Both are at most the largest int.
        long numbers = a[0] * b[1];
        if (numbers > bound / Double.BYTES || numbers > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a product must have at most " + bound + " bytes (--memory): " + a[0]
                    + " x " + b[1] + " numbers have more");
        }
        try (OrtSession.Result result = session.run(Map.of("a", left, "b", right))) {
            double[] values = new double[(int) numbers];
            ((OnnxTensor) result.get(0)).getDoubleBuffer().get(values);
            return new Matrix((int) a[0], (int) b[1], values);
        } catch (OrtException | OutOfMemoryError e) {
            throw new IllegalArgumentException(
                    "a product of " + a[0] + " x " + b[1] + " numbers must have room: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("closing a session failed", e);
        }
    }
}
