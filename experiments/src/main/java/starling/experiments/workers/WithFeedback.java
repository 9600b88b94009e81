package starling.experiments.workers;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import starling.codes.gradient.ErrorFeedback;
import starling.codes.gradient.GradientCode;
import starling.codes.random.Draw;

/** Every worker keeps what its messages left out, one residual a parameter, and adds it to the next gradient. */
public final class WithFeedback implements Exchange {
    private final String name;
    private final Function<Tensor, GradientCode> codes;
    private final double beta;
    private final Map<String, ErrorFeedback> feedbacks = new HashMap<>();

    /**
     * @param name in tables
     * @param codes the code of each parameter
     * @param beta the weight of the residual
     */
    public WithFeedback(String name, Function<Tensor, GradientCode> codes, double beta) {
        this.name = name;
        this.codes = codes;
        this.beta = beta;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Bits carry(List<Gradients> workers, Tensor tensor, Draw draw, float[] mean) {
        GradientCode code = codes.apply(tensor);
        double[] sum = new double[mean.length];
        double sent = 0;
        for (int worker = 0; worker < workers.size(); worker++) {
            ErrorFeedback feedback = feedbacks.computeIfAbsent(
                    tensor.name() + "/" + worker, key -> new ErrorFeedback(code, mean.length, beta));
            Draw own = draw.withNode(worker);
            byte[] message = feedback.encode(workers.get(worker).of(tensor), own);
            Means.add(sum, code.decode(message, own, mean.length), 1);
            sent += (double) Byte.SIZE * message.length;
        }
        Means.write(sum, workers.size(), mean);
        return new Bits(workers.size() * code.properties(mean.length).rawBits(), sent);
    }
}
