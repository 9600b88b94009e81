package starling.repurpose.values;

import java.util.LinkedHashMap;
import java.util.Map;
import starling.models.run.Network;
import starling.repurpose.extract.WholeModels;
import starling.repurpose.space.SplitNetwork;

/**
 * How far a modified network's answers are from the original's on samples that no fit has seen; labels are not needed: the mean
 * squared distance of what the workers deliver (before final steps such as Softmax), relative to its variance, added up over
 * the delivered values. Chosen by the Kullback-Leibler divergence of the softmax, plans of MNIST networks are as accurate; the
 * distance needs no probabilities, so it also holds where the answer is one number.
 */
final class HeldBackLoss {
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
            loss += relativeDistance(right, answers.getOrDefault(output.getKey(), new float[right.length]));
        }
        return loss;
    }

    private Map<String, float[]> answers(SplitNetwork network) {
        try (Network run = new Network(
                "modified network",
                Network.withOutputs(
                        WholeModels.reference(network), network.graph().delivered()),
                threads)) {
            if (!batched) {
                return new LinkedHashMap<>(run.run(samples.samples(), samples.count()));
            }
            Map<String, float[]> all = new LinkedHashMap<>();
            int chunk = 250;
            float[] rows = new float[chunk * samples.elements()];
            for (int from = 0; from < samples.count(); from += chunk) {
                CallOff.check();
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
}
