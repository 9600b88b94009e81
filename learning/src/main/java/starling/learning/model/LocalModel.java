package starling.learning.model;

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
        double loss = session.run(data, samples, model.augmentation(), seed).loss();
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
