package starling.repurpose.values;

import java.util.LinkedHashMap;
import java.util.Map;
import starling.models.run.Network;
import starling.repurpose.extract.WholeModels;
import starling.repurpose.space.SplitNetwork;

/**
 * How far a modified network's answers are from the original's on samples that no fit has seen; labels are not needed. Per
 * output with several numbers the Kullback-Leibler divergence of the softmax distributions (of the numbers themselves where
 * they are a distribution already), in nats per sample; plus {@link #SQUARED} times the squared distance relative to the
 * output's variance, which alone counts where an output is one number.
 */
final class HeldBackLoss {
    private static final double SQUARED = 0.01;

    private final Calibration samples;
    private final int threads;
    private final boolean batched;
    private final Map<String, float[]> expected;

    HeldBackLoss(SplitNetwork original, Calibration samples, int threads) {
        this.samples = samples;
        this.threads = threads;
        this.batched = original.graph().model().batched();
        this.expected = answers(original);
    }

    /** The loss of a network. */
    double of(SplitNetwork network) {
        Map<String, float[]> answers = answers(network);
        double loss = 0;
        for (Map.Entry<String, float[]> output : expected.entrySet()) {
            float[] right = output.getValue();
            float[] given = answers.getOrDefault(output.getKey(), new float[right.length]);
            int width = right.length / samples.count();
            loss += SQUARED * relativeDistance(right, given);
            for (int i = 0; i < samples.count() && width > 1; i++) {
                loss += divergence(right, given, i * width, width) / samples.count();
            }
        }
        return loss;
    }

    private Map<String, float[]> answers(SplitNetwork network) {
        try (Network run = new Network("modified network", WholeModels.reference(network), threads)) {
            if (!batched) {
                return new LinkedHashMap<>(run.run(samples.samples(), samples.count()));
            }
            Map<String, float[]> all = new LinkedHashMap<>();
            int chunk = 250;
            float[] rows = new float[chunk * samples.elements()];
            for (int from = 0; from < samples.count(); from += chunk) {
                int size = Math.min(chunk, samples.count() - from);
                int at = from;
                System.arraycopy(samples.samples(), from * samples.elements(), rows, 0, size * samples.elements());
                run.run(rows, size).forEach((name, values) -> {
                    int width = values.length / size;
                    float[] whole = all.computeIfAbsent(name, n -> new float[samples.count() * width]);
                    System.arraycopy(values, 0, whole, at * width, values.length);
                });
            }
            return all;
        }
    }

    private static double relativeDistance(float[] right, float[] given) {
        double mean = 0;
        for (float value : right) {
            mean += value / (double) right.length;
        }
        double spread = 1e-12;
        double distance = 0;
        for (int i = 0; i < right.length; i++) {
            spread += (right[i] - mean) * (right[i] - mean);
            distance += (double) (right[i] - given[i]) * (right[i] - given[i]);
        }
        return distance / spread;
    }

    private static double divergence(float[] right, float[] given, int at, int width) {
        double sum = 0;
        boolean distribution = true;
        for (int i = 0; i < width; i++) {
            sum += right[at + i];
            distribution &= right[at + i] >= 0;
        }
        distribution &= Math.abs(sum - 1) < 1e-3;
        double[] p = distribution ? clipped(right, at, width) : softmax(right, at, width);
        double[] q = distribution ? clipped(given, at, width) : softmax(given, at, width);
        double divergence = 0;
        for (int i = 0; i < width; i++) {
            divergence += p[i] * Math.log(p[i] / q[i]);
        }
        return divergence;
    }

    private static double[] clipped(float[] values, int at, int width) {
        double[] clipped = new double[width];
        for (int i = 0; i < width; i++) {
            clipped[i] = Math.max(1e-9, values[at + i]);
        }
        return clipped;
    }

    private static double[] softmax(float[] values, int at, int width) {
        double top = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < width; i++) {
            top = Math.max(top, values[at + i]);
        }
        double sum = 0;
        double[] exp = new double[width];
        for (int i = 0; i < width; i++) {
            exp[i] = Math.exp(Math.max(-60, values[at + i] - top));
            sum += exp[i];
        }
        for (int i = 0; i < width; i++) {
            exp[i] /= sum;
        }
        return exp;
    }
}
