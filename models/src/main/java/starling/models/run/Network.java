package starling.models.run;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import starling.models.UnfitException;
import starling.models.graph.Shapes;

/**
 * One network opened in ONNX Runtime, float32 in and out, run batch by batch. A free (symbolic) first dimension takes the
 * batch; a network without one runs a batch sample by sample, so that a caller need not care. Not thread-safe.
 */
public final class Network implements AutoCloseable {
    /** One input: its name and its shape with the batch dimension, -1 where free. */
    public record Input(String name, int[] shape) {
        /** Values of one sample. */
        public int elements() {
            return (int) Math.abs(Shapes.elements(shape));
        }
    }

    private final String what;
    private final OrtSession session;
    private final List<Input> inputs;
    private final boolean batched;

    public Network(String what, ModelProto model, int threads) {
        this(what, model, threads, OrtSession.SessionOptions.OptLevel.ALL_OPT);
    }

    Network(String what, ModelProto model, int threads, OrtSession.SessionOptions.OptLevel level) {
        this.what = what;
        this.session = Sessions.open(what, model.toByteArray(), threads, level);
        try {
            List<Input> found = new ArrayList<>();
            for (NodeInfo info : session.getInputInfo().values()) {
                if (!(info.getInfo() instanceof TensorInfo tensor) || tensor.type != OnnxJavaType.FLOAT) {
                    throw new UnfitException(
                            what + ": inputs must be float32 tensors: '" + info.getName() + "' is " + info.getInfo());
                }
                int[] shape = new int[tensor.getShape().length];
                for (int i = 0; i < shape.length; i++) {
                    shape[i] = Math.toIntExact(tensor.getShape()[i]);
                    if (shape[i] < 0 && i > 0) {
                        throw new UnfitException(what + ": only the first dimension of an input may be free: '"
                                + info.getName() + "' has a free dimension " + i);
                    }
                }
                found.add(new Input(info.getName(), shape));
            }
            this.inputs = List.copyOf(found);
            this.batched = inputs.stream().allMatch(input -> input.shape().length > 0 && input.shape()[0] < 0);
        } catch (OrtException e) {
            throw new UnfitException(what + ": " + Sessions.firstLine(e), e);
        }
    }

    public List<Input> inputs() {
        return inputs;
    }

    /** Whether several samples run in one call. */
    public boolean batched() {
        return batched;
    }

    /** Values of one sample over all inputs. */
    public int inputElements() {
        return inputs.stream().mapToInt(Input::elements).sum();
    }

    /**
     * Runs {@code batch} samples.
     *
     * @param samples batch x {@link #inputElements}, each sample holding the inputs one after the other
     * @return per output, batch x its elements per sample
     */
    public Map<String, float[]> run(float[] samples, int batch) {
        if (samples.length < (long) batch * inputElements()) {
            throw new UnfitException(what + ": a batch of " + batch + " must hold " + (long) batch * inputElements()
                    + " values: got " + samples.length);
        }
        if (batched || batch == 1) {
            return call(samples, 0, batch);
        }
        Map<String, float[]> all = new LinkedHashMap<>();
        for (int i = 0; i < batch; i++) {
            int at = i;
            call(samples, i, 1).forEach((name, values) -> {
                float[] whole = all.computeIfAbsent(name, n -> new float[values.length * batch]);
                System.arraycopy(values, 0, whole, at * values.length, values.length);
            });
        }
        return all;
    }

    private Map<String, float[]> call(float[] samples, int from, int batch) {
        int stride = inputElements();
        Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
        try {
            int offset = 0;
            for (Input input : inputs) {
                feeds.put(input.name(), tensor(input, samples, from * stride + offset, stride, batch));
                offset += input.elements();
            }
            try (OrtSession.Result result = session.run(feeds)) {
                Map<String, float[]> outputs = new LinkedHashMap<>();
                for (Map.Entry<String, OnnxValue> output : result) {
                    outputs.put(output.getKey(), floats(output.getKey(), output.getValue()));
                }
                return outputs;
            }
        } catch (OrtException e) {
            throw new UnfitException(what + ": " + Sessions.firstLine(e), e);
        } finally {
            feeds.values().forEach(OnnxTensor::close);
        }
    }

    private static OnnxTensor tensor(Input input, float[] samples, int offset, int stride, int batch)
            throws OrtException {
        int elements = input.elements();
        FloatBuffer values;
        if (elements == stride) {
            values = FloatBuffer.wrap(samples, offset, batch * elements);
        } else {
            values = FloatBuffer.allocate(batch * elements);
            for (int i = 0; i < batch; i++) {
                values.put(samples, offset + i * stride, elements);
            }
            values.flip();
        }
        long[] shape = new long[input.shape().length];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = input.shape()[i] < 0 ? batch : input.shape()[i];
        }
        return OnnxTensor.createTensor(Sessions.environment(), values, shape);
    }

    /** Values of a tensor as float32; integer results (ArgMax) are widened. */
    private static float[] floats(String name, OnnxValue value) throws OrtException {
        if (!(value instanceof OnnxTensor tensor)) {
            throw new UnfitException("output '" + name + "' must be a tensor: it is a " + value.getType());
        }
        TensorInfo info = tensor.getInfo();
        float[] values = new float[(int) info.getNumElements()];
        switch (info.type) {
            case FLOAT -> tensor.getFloatBuffer().get(values);
            case INT64 -> {
                long[] wide = new long[values.length];
                tensor.getLongBuffer().get(wide);
                for (int i = 0; i < wide.length; i++) {
                    values[i] = wide[i];
                }
            }
            default ->
                throw new UnfitException("output '" + name + "' must hold float32 or int64: it holds " + info.type);
        }
        return values;
    }

    /** {@code model} with these values as its only outputs, in this order. */
    public static ModelProto withOutputs(ModelProto model, Collection<String> values) {
        GraphProto.Builder graph = model.getGraph().toBuilder().clearOutput();
        for (String value : values) {
            ValueInfoProto declared = model.getGraph().getOutputList().stream()
                    .filter(info -> info.getName().equals(value))
                    .findFirst()
                    .orElse(ValueInfoProto.newBuilder().setName(value).build());
            graph.addOutput(declared);
        }
        return model.toBuilder().setGraph(graph).build();
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(what + ": closing the session failed", e);
        }
    }
}
