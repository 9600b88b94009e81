package starling.experiments.workers;

import java.util.List;
import java.util.function.Function;
import starling.codes.estimate.TwoGroupEstimate;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.SideInformationCode;
import starling.codes.random.Draw;

/**
 * The first half of the workers (the larger one) uses an ordinary code, the second half a code whose receiver holds the mean of the
 * first (thesis, section 2.3). All weigh alike.
 *
 * @param name in tables
 * @param firsts the first half's code of each parameter
 * @param seconds the second half's
 */
public record Nested(String name, Function<Tensor, GradientCode> firsts, Function<Tensor, SideInformationCode> seconds)
        implements Exchange {
    /** Two codes for every parameter. */
    public Nested(String name, GradientCode first, SideInformationCode second) {
        this(name, tensor -> first, tensor -> second);
    }

    @Override
    public Bits carry(List<Gradients> workers, Tensor tensor, Draw draw, float[] mean) {
        GradientCode first = firsts.apply(tensor);
        SideInformationCode second = seconds.apply(tensor);
        TwoGroupEstimate estimate = new TwoGroupEstimate(first, second, mean.length);
        int half = (workers.size() + 1) / 2;
        double raw = half * first.properties(mean.length).rawBits()
                + (workers.size() - half) * second.properties(mean.length).rawBits();
        double sent = 0;
        for (int worker = 0; worker < workers.size(); worker++) {
            Draw own = draw.withNode(worker);
            float[] gradient = workers.get(worker).of(tensor);
            byte[] message = worker < half ? first.encode(gradient, own) : second.encode(gradient, own);
            if (worker < half) {
                estimate.addFirst(message, own, 1);
            } else {
                estimate.addSecond(message, own, 1);
            }
            sent += (double) Byte.SIZE * message.length;
        }
        System.arraycopy(estimate.estimate(), 0, mean, 0, mean.length);
        return new Bits(raw, sent);
    }
}
