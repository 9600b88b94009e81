package starling.experiments.workers;

import java.util.List;
import starling.codes.random.Draw;

/** Every number as a 32-bit float. */
public final class Uncompressed implements Exchange {
    @Override
    public String name() {
        return "baseline";
    }

    @Override
    public Bits carry(List<Gradients> workers, Tensor tensor, Draw draw, float[] mean) {
        double[] sum = new double[mean.length];
        for (Gradients worker : workers) {
            Means.add(sum, worker.of(tensor), 1);
        }
        Means.write(sum, workers.size(), mean);
        double bits = (double) Float.SIZE * mean.length * workers.size();
        return new Bits(bits, bits);
    }
}
