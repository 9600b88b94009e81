package starling.experiments.workers;

import java.util.List;
import starling.codes.gradient.GradientCode;
import starling.codes.indirect.IndirectCode;
import starling.codes.indirect.LayerShape;
import starling.codes.indirect.LayerSignals;
import starling.codes.random.Draw;
import starling.models.gradient.GradientGraph;

/**
 * Dense layers by their factors X and Delta, everything else (kernels, biases) by a direct code (thesis, section 3.4).
 *
 * @param name in tables
 * @param dense for the weights of dense layers
 * @param rest for other parameters
 */
public record Indirect(String name, IndirectCode dense, GradientCode rest) implements Exchange {
    @Override
    public Bits carry(List<Gradients> workers, Tensor tensor, Draw draw, float[] mean) {
        GradientGraph.Signals factors = tensor.dense();
        if (factors == null) {
            return new Direct(name, rest).carry(workers, tensor, draw, mean);
        }
        double[] sum = new double[mean.length];
        double sent = 0;
        for (int worker = 0; worker < workers.size(); worker++) {
            Draw own = draw.withNode(worker);
            LayerSignals signals = signals(workers.get(worker), factors, tensor);
            byte[] message = dense.encode(signals, own);
            Means.add(sum, dense.decode(message, own, signals.shape()).gradient(), 1);
            sent += (double) Byte.SIZE * message.length;
        }
        Means.write(sum, workers.size(), mean);
        return new Bits(sent, sent);
    }

    /**
     * The factors of a layer whose weights stand by outputs, as Gemm with transB has them.
     *
     * @throws IllegalArgumentException when they stand otherwise
     */
    public static LayerSignals signals(Gradients worker, GradientGraph.Signals factors, Tensor tensor) {
        float[] forward = worker.signal(factors.forward());
        float[] backward = worker.signal(factors.backward());
        int inputs = forward.length / worker.samples();
        int outputs = backward.length / worker.samples();
        int[] shape = tensor.shape();
        if (shape.length != 2 || shape[0] != outputs || shape[1] != inputs) {
            throw new IllegalArgumentException("the weights of a dense layer must stand by outputs, " + outputs + " x "
                    + inputs + ": " + tensor.name() + " is " + shape[0] + " x " + shape[1]);
        }
        return new LayerSignals(new LayerShape(worker.samples(), inputs, outputs, false), forward, backward);
    }
}
