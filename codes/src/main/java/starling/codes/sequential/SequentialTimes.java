package starling.codes.sequential;

import java.util.Arrays;

/**
 * Mean time of a job in an endless stream, R / (J tau), by the first-order model of section 4: every worker is a straggler
 * in a round with probability delta, on its own; a round of load L takes L, or alpha L if it must wait for stragglers, and its
 * stragglers answer nothing unless it waits. tau is the time of a whole job on one worker.
 */
public final class SequentialTimes {
    private static final double SETTLED = 1e-13;
    private static final int MOST_STEPS = 100_000;
    private static final int MOST_STATES = 200_000;

    private SequentialTimes() {}

    /** The least load of a worker in a round, in jobs, under the (N, W)-arbitrary model: 1 / (P - N / W) (Theorem 3.1). */
    public static double leastLoad(int workers, ArbitraryStragglers model) {
        return 1 / (workers - (double) model.most() / model.window());
    }

    /** (alpha p + 1 - p) / (P - S), p = P(more than S of P are stragglers). */
    public static double polynomial(double alpha, int resilience, int workers, double delta) {
        check(alpha, workers, delta);
        if (resilience < 0 || resilience >= workers) {
            throw new IllegalArgumentException(
                    "stragglers to bear must be from 0 to " + (workers - 1) + ": " + resilience);
        }
        return scaled(alpha, beyond(resilience, workers, delta)) / (workers - resilience);
    }

    /** The polynomial code that bears no straggler. */
    public static double uncoded(double alpha, int workers, double delta) {
        return polynomial(alpha, 0, workers, delta);
    }

    /**
     * The expression that the paper prints as a bound for IDIP: (alpha p + 1 - p) / (P - N / W), p = P(more than N of P W are
     * stragglers). It is none where a round of stragglers alone conforms, see {@link #isBound}.
     */
    public static double idipPrinted(double alpha, ArbitraryStragglers model, int workers, double delta) {
        check(alpha, workers, delta);
        if (model.most() >= workers * model.window()) {
            throw new IllegalArgumentException(
                    "stragglers must be fewer than P W = " + workers * model.window() + ": " + model.most());
        }
        return scaled(alpha, beyond(model.most(), workers * model.window(), delta)) * leastLoad(workers, model);
    }

    /** Whether the printed expression bounds the time: N below P. Else a round may take alpha times as long without a wait. */
    public static boolean isBound(ArbitraryStragglers model, int workers) {
        return model.most() < workers;
    }

    /**
     * DIP with T infinite: f / beta (alpha p + 1 - p), p = delta^P, where f is the mean number of rounds that a job of beta
     * mini-tasks takes: f(b) = 1 + sum over k of P(k answer) f(b - k). If all are stragglers the round waits for all.
     */
    public static double dipWithoutEnd(double alpha, int beta, int workers, double delta) {
        check(alpha, workers, delta);
        double[] answers = answers(workers, delta);
        double[] rounds = new double[beta + 1];
        for (int b = 1; b <= beta; b++) {
            rounds[b] = 1;
            for (int k = 1; k <= workers; k++) {
                double probability = answers[k] + (k == workers ? answers[0] : 0);
                rounds[b] += probability * rounds[Math.max(0, b - k)];
            }
        }
        return rounds[beta] / beta * scaled(alpha, answers[0]);
    }

    /**
     * DIP, exactly: the stationary law of the Markov chain of how many workers answered in the last T rounds, P^T states, at a
     * cost of P^(T+1) operations for each of some tens to hundreds of steps. A round has a mini-task of every job of the last T
     * rounds that is not known, and ceil((beta - gamma) / lambda) of the one before; it waits where gamma and what those who
     * answer bring are below beta, and then all answer.
     *
     * @param beta x y, mini-tasks that determine a job
     * @param delay T
     * @param lambda workers that can finish a job in its last round
     * @throws IllegalArgumentException if a number is out of its range, or there are more than 200 000 states
     */
    public static double dip(double alpha, int beta, int delay, int lambda, int workers, double delta) {
        check(alpha, workers, delta);
        double count = Math.pow(workers, delay);
        if (!(count <= MOST_STATES)) {
            throw new IllegalArgumentException(
                    "there must be at most " + MOST_STATES + " states P^T: there are " + count);
        }
        int states = (int) Math.round(count);
        int newest = states / Math.max(1, delay == 0 ? 1 : workers);
        double[] answers = answers(workers, delta);
        double[] time = new double[states];
        int[][] next = new int[states][workers + 1];
        int[] history = new int[delay];
        for (int state = 0; state < states; state++) {
            // The digits of a state, from the oldest round to the newest, are the numbers of answers less 1.
            for (int round = 0, rest = state; round < delay; round++, rest /= workers) {
                history[round] = rest % workers + 1;
            }
            double load = 0;
            int sum = 0;
            for (int l = 1; l <= delay; l++) {
                load += sum < beta ? 1 : 0;
                sum += history[delay - l];
            }
            int missing = Math.max(0, beta - sum);
            int last = (missing + lambda - 1) / lambda;
            load = (load + last) / beta;
            for (int k = 0; k <= workers; k++) {
                boolean waits = k == 0 || k * last < missing;
                int all = waits ? workers : k;
                time[state] += answers[k] * load * (waits ? alpha : 1);
                next[state][k] = delay == 0 ? 0 : state / workers + (all - 1) * newest;
            }
        }
        double[] law = new double[states];
        law[states - 1] = 1;
        for (int step = 0; step < MOST_STEPS; step++) {
            double[] after = new double[states];
            for (int state = 0; state < states; state++) {
                for (int k = 0; k <= workers; k++) {
                    after[next[state][k]] += law[state] * answers[k];
                }
            }
            double moved = 0;
            for (int state = 0; state < states; state++) {
                moved += Math.abs(after[state] - law[state]);
            }
            law = after;
            if (moved < SETTLED) {
                break;
            }
        }
        double mean = 0;
        for (int state = 0; state < states; state++) {
            mean += law[state] * time[state];
        }
        return mean;
    }

    private static double scaled(double alpha, double waits) {
        return alpha * waits + 1 - waits;
    }

    /** P(more than so many of n are stragglers). */
    private static double beyond(int most, int n, double delta) {
        double[] law = binomial(n, delta);
        return Arrays.stream(law, most + 1, n + 1).sum();
    }

    /** The law of how many workers are no stragglers. */
    private static double[] answers(int workers, double delta) {
        return binomial(workers, 1 - delta);
    }

    private static double[] binomial(int n, double probability) {
        double[] law = new double[n + 1];
        law[0] = 1;
        for (int trial = 1; trial <= n; trial++) {
            for (int k = trial; k >= 0; k--) {
                law[k] = law[k] * (1 - probability) + (k > 0 ? law[k - 1] * probability : 0);
            }
        }
        return law;
    }

    private static void check(double alpha, int workers, double delta) {
        if (!(alpha >= 1) || workers < 1 || !(delta >= 0 && delta <= 1)) {
            throw new IllegalArgumentException(
                    "alpha must be at least 1, workers at least 1 and delta from 0 to 1: they are " + alpha + ", "
                            + workers + " and " + delta);
        }
    }
}
