package starling.models.training;

import starling.models.UnfitException;
import starling.models.gradient.GradientGraph;
import starling.models.gradient.Loss;

/**
 * How a network learns.
 *
 * @param loss what is minimised
 * @param optimizer how gradients move the parameters
 * @param rate the learning rate, positive
 * @param schedule its course
 * @param epochs times that every sample is seen, at least 1
 * @param batch samples of a step, at least 1; the last batch of an epoch has what is left
 * @param patience epochs without a better held-back accuracy after which the run stops; the parameters of the best epoch are
 *     kept; {@link Training} refuses it without held-back samples. 0 runs to the end and keeps the last
 * @param mode whether batch normalization and dropout work as while training
 * @param seed of the shuffles, of augmentation and dropout
 * @param threads of ONNX Runtime, at least 1: results are the same to the bit for the same number
 */
public record Recipe(
        Loss loss,
        Optimizer optimizer,
        double rate,
        Schedule schedule,
        int epochs,
        int batch,
        int patience,
        GradientGraph.Mode mode,
        long seed,
        int threads) {
    public Recipe {
        if (!(rate > 0 && Double.isFinite(rate))) {
            throw new UnfitException("the learning rate must be positive: it is " + rate);
        }
        requireAtLeast("epochs", 1, epochs);
        requireAtLeast("samples of a batch", 1, batch);
        requireAtLeast("the epochs of patience", 0, patience);
        requireAtLeast("threads", 1, threads);
    }

    private static void requireAtLeast(String what, int least, int value) {
        if (value < least) {
            throw new UnfitException(what + " must be at least " + least + ": " + value);
        }
    }

    /** The same for other epochs. */
    public Recipe withEpochs(int other) {
        return new Recipe(loss, optimizer, rate, schedule, other, batch, patience, mode, seed, threads);
    }

    /** The same with another batch and rate. */
    public Recipe withSteps(int otherBatch, double otherRate) {
        return new Recipe(loss, optimizer, otherRate, schedule, epochs, otherBatch, patience, mode, seed, threads);
    }

    /** The same with a seed, on so many threads. */
    public Recipe on(long otherSeed, int otherThreads) {
        return new Recipe(loss, optimizer, rate, schedule, epochs, batch, patience, mode, otherSeed, otherThreads);
    }
}
