package starling.models.gradient;

import java.util.Locale;

/** What training minimises, always a mean, so that the gradient does not grow with the batch. */
public enum Loss {
    /**
     * {@code -1/N sum_n log softmax(z_n)[label_n]} over N samples. The target is int64 of shape (N): the class of each sample.
     */
    SOFTMAX_CROSS_ENTROPY,
    /**
     * {@code 1/(N C) sum_nc max(z, 0) - z t + log(1 + exp(-|z|))}: binary cross-entropy of C answers of each sample. The target
     * is float32 of shape (N, C), in [0, 1].
     */
    SIGMOID_CROSS_ENTROPY,
    /** {@code 1/(N C) sum_nc (y - t)^2}. The target is float32 of shape (N, C). */
    MEAN_SQUARED_ERROR;

    /** Its name in a sentence. */
    public String words() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
