package starling.models.training;

import org.jspecify.annotations.Nullable;

/**
 * What one pass over the data gave.
 *
 * @param number from 1
 * @param rate the learning rate of its last step
 * @param loss mean over the samples, each with the parameters of its step
 * @param accuracy share of samples answered rightly, in [0, 1], each with the parameters of its step
 * @param heldBackAccuracy share of held-back samples answered rightly after the epoch, null without such
 * @param seconds it took, since the last resume
 */
public record Epoch(
        int number,
        double rate,
        double loss,
        double accuracy,
        @Nullable Double heldBackAccuracy,
        double seconds) {}
