package starling.models.plan;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import starling.models.UnfitException;
import starling.models.run.Network;

/** Puts the workers' parts of an answer together and runs the final steps that need them all. Not thread-safe. */
public final class FinalRunner implements AutoCloseable {
    private final Plan plan;
    private final Network network;
    private final List<Integer> deliverers = new ArrayList<>();

    public FinalRunner(Bundle bundle, int threads) {
        plan = bundle.plan();
        try {
            network = new Network(
                    Bundle.FINAL, ModelProto.parseFrom(bundle.read(plan.finish().file())), threads);
        } catch (InvalidProtocolBufferException e) {
            throw new UnfitException("'" + plan.finish().file() + "' is not an ONNX file: " + e.getMessage(), e);
        }
        try {
            for (Network.Input input : network.inputs()) {
                deliverers.add(deliverer(input));
            }
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    private int deliverer(Network.Input input) {
        for (Plan.Part part : plan.parts()) {
            if (input.name().equals("answer_" + part.worker())) {
                if (input.elements() != part.outputValues()) {
                    throw new UnfitException("the final model must take " + part.outputValues() + " values of worker "
                            + part.worker() + ": it takes " + input.elements());
                }
                return part.worker();
            }
        }
        throw new UnfitException("the final model's inputs must be answer_0 .. answer_" + (plan.workers() - 1)
                + ": one is '" + input.name() + "'");
    }

    /** Workers whose part is needed, ascending. */
    public List<Integer> deliverers() {
        return List.copyOf(deliverers);
    }

    /**
     * Makes the model's outputs.
     *
     * @param parts per deliverer, batch x its outputValues
     * @param batch number of samples
     * @return per output in the model's order, batch x its elements
     */
    public Map<String, float[]> run(Map<Integer, float[]> parts, int batch) {
        int stride = network.inputElements();
        float[] samples = new float[Math.multiplyExact(batch, stride)];
        int offset = 0;
        for (int k : deliverers) {
            int values = plan.parts().get(k).outputValues();
            float[] part = parts.get(k);
            if (part == null || part.length < batch * values) {
                throw new UnfitException("worker " + k + " must deliver " + batch * values + " values: got "
                        + (part == null ? 0 : part.length));
            }
            for (int i = 0; i < batch; i++) {
                System.arraycopy(part, i * values, samples, i * stride + offset, values);
            }
            offset += values;
        }
        Map<String, float[]> made = network.run(samples, batch);
        Map<String, float[]> ordered = new LinkedHashMap<>();
        plan.outputs().forEach(output -> {
            float[] values = made.get(output.name());
            if (values == null) {
                throw new UnfitException("'" + plan.finish().file() + "' must make '" + output.name() + "'");
            }
            ordered.put(output.name(), values);
        });
        return ordered;
    }

    @Override
    public void close() {
        network.close();
    }
}
