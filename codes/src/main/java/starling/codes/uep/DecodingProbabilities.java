package starling.codes.uep;

/**
 * With what probability each class is decoded from random linear combinations over a large field, here the reals. NOW, (13) and
 * (14): class l is decoded when n_l &gt;= k_l, a binomial tail. EW: with K_j = k_1 + .. + k_j, rank R_j = min(R_{j-1} + n_j, K_j) is
 * what windows 1 to j span, and class l is decoded iff R_j = K_j for some j &gt;= l. Computed by going through the windows with the
 * joint law of R_j and the answers left: O(N^2 K L) for N answers, K products and L classes.
 */
public final class DecodingProbabilities {
    private DecodingProbabilities() {}

    /** For every class the probability that it is decoded from so many answers. */
    public static double[] after(Windows windows, int answers) {
        return mixed(windows, answers, 1);
    }

    /**
     * The same when each of so many workers has answered with a probability, independently: (12) put in (13).
     *
     * @throws IllegalArgumentException if the number is negative or the probability not in [0, 1]
     */
    public static double[] mixed(Windows windows, int workers, double answered) {
        if (workers < 0 || !(answered >= 0 && answered <= 1)) {
            throw new IllegalArgumentException("there must be a number of workers and a probability of their answers: "
                    + workers + ", " + answered);
        }
        double[] law = windows.probabilities().clone();
        for (int l = 0; l < law.length; l++) {
            law[l] *= answered;
        }
        return windows.kind() == Windows.Kind.NON_OVERLAPPING
                ? separate(windows.sizes(), law, workers)
                : nested(windows.sizes(), law, workers);
    }

    private static double[] separate(int[] sizes, double[] law, int workers) {
        double[] decoded = new double[sizes.length];
        for (int l = 0; l < sizes.length; l++) {
            double[] counts = binomial(workers, law[l]);
            for (int n = sizes[l]; n <= workers; n++) {
                decoded[l] += counts[n];
            }
        }
        return decoded;
    }

    private static double[] nested(int[] sizes, double[] law, int workers) {
        int classes = sizes.length;
        int total = 0;
        for (int size : sizes) {
            total += size;
        }
        // By answers left for later windows, rank so far and the last window whose rank was full (0 for none)
        double[][][] now = new double[workers + 1][total + 1][classes + 1];
        now[workers][0][0] = 1;
        double before = 0;
        int reach = 0;
        for (int l = 0; l < classes; l++) {
            double share = before >= 1 ? 0 : Math.min(1, law[l] / (1 - before));
            before += law[l];
            int last = reach;
            reach += sizes[l];
            double[][][] next = new double[workers + 1][total + 1][classes + 1];
            for (int left = 0; left <= workers; left++) {
                double[] counts = binomial(left, share);
                for (int rank = 0; rank <= last; rank++) {
                    for (int full = 0; full <= l; full++) {
                        double mass = now[left][rank][full];
                        if (mass == 0) {
                            continue;
                        }
                        for (int n = 0; n <= left; n++) {
                            int grown = Math.min(rank + n, reach);
                            next[left - n][grown][grown == reach ? l + 1 : full] += mass * counts[n];
                        }
                    }
                }
            }
            now = next;
        }
        double[] decoded = new double[classes];
        for (double[][] ranks : now) {
            for (double[] fulls : ranks) {
                for (int full = 1; full <= classes; full++) {
                    for (int l = 0; l < full; l++) {
                        decoded[l] += fulls[full];
                    }
                }
            }
        }
        return decoded;
    }

    /** The binomial law of n trials: all n + 1 probabilities. */
    static double[] binomial(int n, double p) {
        double[] law = new double[n + 1];
        law[0] = 1;
        for (int trial = 1; trial <= n; trial++) {
            for (int k = trial; k > 0; k--) {
                law[k] = law[k] * (1 - p) + law[k - 1] * p;
            }
            law[0] *= 1 - p;
        }
        return law;
    }
}
