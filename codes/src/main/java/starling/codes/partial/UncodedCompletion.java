package starling.codes.partial;

import starling.codes.straggler.ShiftedExponential;

/**
 * The exact law of the completion time of UC-MMC's shifted schedule: block i is known when worker i has done 1 task, i - 1 two, or
 * i - 2 three and so on, around a circle of K workers. The number of known blocks is counted by a transfer matrix over the scores
 * of r - 1 neighbours, closed to a circle by trying every beginning: O(K^2 (r+1)^(2r-1)) for each time, so for r up to 3.
 */
public final class UncodedCompletion {
    private static final int MOST_LOAD = 3;

    private final int workers;
    private final int load;
    private final ShiftedExponential law;

    /**
     * The law for K workers with r tasks.
     *
     * @throws IllegalArgumentException unless 1 &lt;= r &lt;= 3 and K &gt; r
     */
    public UncodedCompletion(int workers, int load, ShiftedExponential law) {
        if (load < 1 || load > MOST_LOAD || workers <= load) {
            throw new IllegalArgumentException("the exact law is for 1 to 3 tasks and more workers than tasks: r is "
                    + load + ", K is " + workers);
        }
        this.workers = workers;
        this.load = load;
        this.law = law;
    }

    /** P(at least so many blocks are known at a time). */
    public double completed(int needed, double time) {
        int levels = load + 1;
        int history = load - 1;
        int states = 1;
        for (int i = 0; i < history; i++) {
            states *= levels;
        }
        double[] probability = new double[levels];
        for (int s = 0; s < levels; s++) {
            probability[s] = law.exactly(s, load, time);
        }
        double sum = 0;
        for (int start = 0; start < states; start++) {
            sum += fromStart(start, states, probability, needed);
        }
        return Math.min(1, sum);
    }

    /** All circles whose last r - 1 scores, the newest as the highest digit, are the start. */
    private double fromStart(int start, int states, double[] probability, int needed) {
        int levels = load + 1;
        double[][] now = new double[states][workers + 1];
        now[start][0] = 1;
        for (int worker = 0; worker < workers; worker++) {
            double[][] next = new double[states][workers + 1];
            for (int state = 0; state < states; state++) {
                for (int score = 0; score < levels; score++) {
                    boolean known = known(score, state, states);
                    int to = (score * states + state) / levels;
                    for (int count = 0; count <= worker; count++) {
                        next[to][known ? count + 1 : count] += now[state][count] * probability[score];
                    }
                }
            }
            now = next;
        }
        double sum = 0;
        for (int count = needed; count <= workers; count++) {
            sum += now[start][count];
        }
        return sum;
    }

    private boolean known(int score, int state, int states) {
        if (score >= 1) {
            return true;
        }
        int digits = states / (load + 1);
        int rest = state;
        for (int back = 1; back < load; back++) {
            int before = rest / digits;
            if (before > back) {
                return true;
            }
            rest %= digits;
            digits /= load + 1;
        }
        return false;
    }

    /**
     * The mean time until so many blocks are known: the integral of 1 - P by Simpson's rule.
     *
     * @param step of the integration, positive
     */
    public double mean(int needed, double step) {
        double sum = 0;
        double left = 1;
        for (int i = 0; left > 1e-9; i++) {
            double middle = 1 - completed(needed, (i + 0.5) * step);
            double right = 1 - completed(needed, (i + 1) * step);
            sum += step / 6 * (left + 4 * middle + right);
            left = right;
        }
        return sum;
    }
}
