package starling.models.onnx.fold;

import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Runs a model as it is, without any optimisation: the oracle. */
final class PlainRun {
    /** One input. */
    record Feed(float[] values, long[] shape) {}

    private PlainRun() {}

    /** Values for one input, exactly representable in float16, so that a half-precision model sees the same. */
    static float[] values(int count, RandomGenerator random) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(-1024, 1025) / 256f;
        }
        return values;
    }

    static long[] shape(ValueInfoProto input, long free) {
        List<TensorShapeProto.Dimension> dims =
                input.getType().getTensorType().getShape().getDimList();
        return dims.stream()
                .mapToLong(dim -> dim.hasDimValue() ? dim.getDimValue() : free)
                .toArray();
    }

    static int elements(long[] shape) {
        long product = 1;
        for (long dim : shape) {
            product *= dim;
        }
        return Math.toIntExact(product);
    }

    /** Feeds float values (as float16 where {@code half}) and returns every output widened to float. */
    static List<float[]> run(byte[] model, Map<String, Feed> feeds, boolean half) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        Map<String, OnnxTensor> tensors = new HashMap<>();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
            options.setIntraOpNumThreads(1);
            for (Map.Entry<String, Feed> feed : feeds.entrySet()) {
                tensors.put(
                        feed.getKey(),
                        tensor(
                                environment,
                                feed.getValue().values(),
                                feed.getValue().shape(),
                                half));
            }
            try (OrtSession session = environment.createSession(model, options);
                    OrtSession.Result result = session.run(tensors)) {
                List<float[]> outputs = new ArrayList<>();
                for (Map.Entry<String, OnnxValue> output : result) {
                    FloatBuffer values = ((OnnxTensor) output.getValue()).getFloatBuffer();
                    float[] array = new float[values.remaining()];
                    values.get(array);
                    outputs.add(array);
                }
                return outputs;
            }
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    private static OnnxTensor tensor(OrtEnvironment environment, float[] values, long[] shape, boolean half)
            throws OrtException {
        if (!half) {
            return OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
        }
        ByteBuffer bits = ByteBuffer.allocateDirect(2 * values.length).order(ByteOrder.nativeOrder());
        for (float value : values) {
            bits.putShort(Fp16Conversions.floatToFp16(value));
        }
        return OnnxTensor.createTensor(environment, bits.flip(), shape, OnnxJavaType.FLOAT16);
    }

    /** The contract's quotient: max|a - b| / max(1, max|b|). */
    static double difference(float[] a, float[] b) {
        if (a.length != b.length) {
            throw new AssertionError(a.length + " values against " + b.length);
        }
        double worst = 0;
        double scale = 1;
        for (int i = 0; i < a.length; i++) {
            worst = Math.max(worst, Float.isNaN(a[i]) ? Double.POSITIVE_INFINITY : Math.abs(a[i] - b[i]));
            scale = Math.max(scale, Math.abs(b[i]));
        }
        return worst / scale;
    }
}
