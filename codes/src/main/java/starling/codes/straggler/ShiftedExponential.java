package starling.codes.straggler;

import starling.codes.random.RandomStream;

/**
 * A worker's pace is alpha + X with X exponential of rate mu, drawn once for each worker and iteration: the s-th task of
 * load 1 is done at s (alpha + X). That is law (1) of Ozfatura, Ulukus and Gunduz, Distributed gradient descent with coded
 * partial gradient computations (after Lee et al.), whose P_s(t) are the probabilities of exactly s tasks by time t. Mean pace
 * alpha + 1 / mu.
 */
public final class ShiftedExponential implements StragglerModel {
    private final double alpha;
    private final double mu;
    private final RandomStream stream;

    /**
     * The law for a seed.
     *
     * @param alpha least seconds for a unit of load, not negative
     * @param mu rate of what comes on top, positive
     * @throws IllegalArgumentException if they are not
     */
    public ShiftedExponential(double alpha, double mu, long seed) {
        if (!(alpha >= 0) || alpha == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("the least time of a task must not be negative: it is " + alpha);
        }
        if (!(mu > 0) || mu == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("the rate must be positive: it is " + mu);
        }
        this.alpha = alpha;
        this.mu = mu;
        this.stream = new RandomStream(seed);
    }

    /**
     * The exponential law of Tegin et al., F(Omega t) with F(t) = 1 - exp(-lambda t): no least time. Omega, products divided by
     * workers (Remark 1), slows workers down where there are more of them than products.
     *
     * @param lambda rate for Omega = 1, positive
     * @param omega scaling, positive
     */
    public static ShiftedExponential scaled(double lambda, double omega, long seed) {
        return new ShiftedExponential(0, lambda * omega, seed);
    }

    @Override
    public double pace(long iteration, int worker) {
        return alpha - StrictMath.log(stream.branch(iteration).uniform(worker)) / mu;
    }

    /** The probability that a worker has done s or more tasks of load 1 by a time; 1 for s = 0. */
    public double atLeast(int tasks, double time) {
        if (tasks == 0) {
            return 1;
        }
        double beyond = time / tasks - alpha;
        return beyond <= 0 ? 0 : -StrictMath.expm1(-mu * beyond);
    }

    /** The probability that a worker has done exactly s of at most r tasks of load 1 by a time; law (1). */
    public double exactly(int tasks, int most, double time) {
        return atLeast(tasks, time) - (tasks == most ? 0 : atLeast(tasks + 1, time));
    }
}
