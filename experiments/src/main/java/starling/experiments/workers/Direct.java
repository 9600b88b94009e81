package starling.experiments.workers;

import java.util.List;
import java.util.function.Function;
import starling.codes.gradient.GradientCode;
import starling.codes.random.Draw;

/**
 * Every worker encodes its gradient by one code, the server decodes and takes the mean.
 *
 * @param name in tables
 * @param codes the code of each parameter
 */
public record Direct(String name, Function<Tensor, GradientCode> codes) implements Exchange {
    /** One code for every parameter. */
    public Direct(String name, GradientCode code) {
        this(name, tensor -> code);
    }

    @Override
    public Bits carry(List<Gradients> workers, Tensor tensor, Draw draw, float[] mean) {
        GradientCode code = codes.apply(tensor);
        double[] sum = new double[mean.length];
        float[] decoded = new float[mean.length];
        double raw = workers.size() * code.properties(mean.length).rawBits();
        double sent = 0;
        for (int worker = 0; worker < workers.size(); worker++) {
            Draw own = draw.withNode(worker);
            byte[] message = code.encode(workers.get(worker).of(tensor), own);
            code.decode(message, own, decoded, 0, decoded.length);
            Means.add(sum, decoded, 1);
            sent += (double) Byte.SIZE * message.length;
        }
        Means.write(sum, workers.size(), mean);
        return new Bits(raw, sent);
    }
}
