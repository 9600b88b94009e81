package starling.models.run;

import java.util.BitSet;
import java.util.Map;
import starling.models.data.Dataset;

/** How often a network's {@link Decision} is a sample's class. */
public final class Accuracy {
    private Accuracy() {}

    /**
     * The fraction of a data set that a network gets right with its first output.
     *
     * @param most samples at a time
     */
    public static double of(Network network, Dataset data, int most) {
        return (double) right(network, data, most).cardinality() / data.count();
    }

    /**
     * Which samples a network gets right with its first output.
     *
     * @param most samples at a time
     */
    public static BitSet right(Network network, Dataset data, int most) {
        float[] samples = new float[Math.min(most, data.count()) * data.elements()];
        BitSet right = new BitSet(data.count());
        for (int from = 0; from < data.count(); from += most) {
            int batch = Math.min(most, data.count() - from);
            data.readBatch(from, batch, samples);
            Map<String, float[]> outputs = network.run(samples, batch);
            float[] answers = outputs.values().iterator().next();
            int width = answers.length / batch;
            for (int i = 0; i < batch; i++) {
                right.set(from + i, Decision.of(answers, i * width, width) == data.label(from + i));
            }
        }
        return right;
    }
}
