package starling.learning.settings;

import starling.models.training.Optimizer;

/**
 * How the mean update moves the model.
 *
 * @param optimizer that takes the mean update for a gradient; federated averaging is gradient descent at the nodes' rate
 * @param rate at first
 * @param decay factor of the rate after every round
 */
public record Server(Optimizer optimizer, double rate, double decay) {
    /** The rate in a round, counted from 0. */
    public double rate(long round) {
        return rate * StrictMath.pow(decay, (double) round);
    }
}
