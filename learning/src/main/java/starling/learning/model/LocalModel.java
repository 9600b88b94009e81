package starling.learning.model;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import starling.models.data.Dataset;
import starling.models.training.GradientSession;

/**
 * A model opened to compute gradients. One serves any number of simulated nodes, one after the other. Not thread-safe. Memory: two
 * copies of the weights and the largest batch.
 */
public final class LocalModel implements AutoCloseable {
    private final TrialModel model;
    private final Layout layout;
    private final GradientSession session;

    /**
     * Opens a model.
     *
     * @param threads of ONNX Runtime
     */
    public LocalModel(TrialModel model, int threads) {
        this.model = model;
        this.layout = model.layout();
        this.session = new GradientSession(model.graph(), model.loss(), model.parameters(), threads);
    }

    /** d. */
    public int length() {
        return layout.length();
    }

    /** Takes weights. */
    public void set(float[] weights) {
        for (Layout.Part part : layout.parts()) {
            session.set(part.name(), weights, part.from());
        }
    }

    /**
     * The mean gradient of samples at the present weights.
     *
     * @param seed of augmentation and dropout
     * @param into d numbers, written
     * @return the mean loss
     */
    public double gradient(Dataset data, int[] samples, long seed, float[] into) {
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(seed);
        int elements = session.elements();
        float[] sample = new float[data.elements()];
        float[] batch = new float[Math.multiplyExact(samples.length, elements)];
        int[] labels = new int[samples.length];
        for (int i = 0; i < samples.length; i++) {
            data.read(samples[i], sample, 0);
            model.augmentation().apply(sample, data.sampleShape(), batch, i * elements, random);
            labels[i] = data.label(samples[i]);
        }
        double loss = session.run(batch, labels, samples.length, random).loss();
        for (Layout.Part part : layout.parts()) {
            session.gradient(part.name(), into, part.from());
        }
        return loss;
    }

    @Override
    public void close() {
        session.close();
    }
}
