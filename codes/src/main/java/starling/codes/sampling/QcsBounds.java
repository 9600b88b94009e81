package starling.codes.sampling;

/**
 * What is known of quantized compressive sampling (Abdi's thesis, chapter 4) as formulas: n numbers become k, each one of 2 Q
 * + 1 values, where 2 Q is a whole number and Q = 1/2 is one bit.
 */
public final class QcsBounds {
    /** Bits of a number that is not compressed: b in (4.11). */
    public static final int FLOAT_BITS = 32;

    private static final int MOST_DOUBLED_Q = 1 << 16;

    private QcsBounds() {}

    /**
     * Settings and what they promise.
     *
     * @param k rows per block
     * @param q Q, the range of the quantizer
     * @param gamma (4.10)
     * @param gain (4.11)
     */
    public record Choice(int k, double q, double gamma, double gain) {}

    /**
     * (4.10): E||decoded - x||^2 &lt;= gamma ||x||^2 for the unbiased reconstruction; n/k - 1 + n/(4 Q^2) ln k/(k - 1), and n -
     * 1 for k = 1, where the one number is sent as it is.
     */
    public static double gamma(int n, int k, double q) {
        check(n, k, q);
        if (k == 1) {
            return n - 1.0;
        }
        return (double) n / k - 1 + n / (4 * q * q) * StrictMath.log(k) / (k - 1);
    }

    /** (4.11), scales not counted: 32 n / (k log2(2 Q + 1)), and n for k = 1. */
    public static double gain(int n, int k, double q) {
        check(n, k, q);
        return k == 1 ? n : (double) n * FLOAT_BITS / (k * levelBits(q));
    }

    /**
     * The (k, Q) of the least gamma among those whose gain is at least the wanted one. Gamma falls with k, so for every Q only
     * the largest k is looked at; of equal gammas the one with the least Q is taken.
     *
     * @param gain 1 to n
     */
    public static Choice choose(double gain, int n) {
        if (n < 1 || !(gain >= 1 && gain <= n)) {
            throw new IllegalArgumentException("a gain must be from 1 to the " + n + " numbers of a block: " + gain);
        }
        double budget = (double) n * FLOAT_BITS / gain * (1 + 1e-12);
        Choice best = new Choice(1, 0.5, n - 1.0, n);
        for (int doubled = 1; doubled <= MOST_DOUBLED_Q; doubled++) {
            double q = doubled / 2.0;
            int k = (int) Math.min(n, budget / levelBits(q));
            if (k < 2) {
                break;
            }
            double gamma = gamma(n, k, q);
            if (gamma < best.gamma) {
                best = new Choice(k, q, gamma, gain(n, k, q));
            }
        }
        return best;
    }

    /**
     * (4.15): E||r||^2 &lt;= eta B for the residual of weighted error feedback with the unbiased reconstruction.
     *
     * @throws IllegalArgumentException unless 0 &lt; beta &lt;= 1 and beta &lt; 2 / (1 + gamma)
     */
    public static double unbiasedEta(double gamma, double beta) {
        if (!(gamma >= 0) || !(beta > 0 && beta <= 1 && beta < 2 / (1 + gamma))) {
            throw new IllegalArgumentException(
                    "a weight of error feedback must be positive, at most 1 and below 2/(1 + " + gamma + "): " + beta);
        }
        return gamma / (1 - ((1 - beta) * (1 - beta) + beta * beta * gamma));
    }

    /** (D.16): the same for the reconstruction of least error, 0 &lt; beta &lt;= 1. */
    public static double leastErrorEta(double gamma, double beta) {
        if (!(gamma >= 0) || !(beta > 0 && beta <= 1)) {
            throw new IllegalArgumentException("a weight of error feedback must be positive and at most 1: " + beta);
        }
        double root = Math.sqrt(gamma + 1 - (1 - beta) * (1 - beta)) - Math.sqrt(gamma);
        return gamma / (root * root);
    }

    /** (4.17): the weight of the least eta for the unbiased reconstruction, 1 / (gamma + 1); eta is gamma (gamma + 1). */
    public static double unbiasedBeta(double gamma) {
        return 1 / (gamma + 1);
    }

    /** (4.18): the weight of the least eta for the reconstruction of least error, 1. */
    public static double leastErrorBeta() {
        return 1;
    }

    /** log2(2 Q + 1). */
    static double levelBits(double q) {
        return StrictMath.log(2 * q + 1) / StrictMath.log(2);
    }

    static void check(int n, int k, double q) {
        if (k < 1 || k > n) {
            throw new IllegalArgumentException("rows must be from 1 to the " + n + " numbers of a block: " + k);
        }
        if (!(q >= 0.5 && 2 * q <= MOST_DOUBLED_Q && 2 * q == Math.rint(2 * q))) {
            throw new IllegalArgumentException("the range Q must be a multiple of 1/2 from 1/2 to 32768: " + q);
        }
    }
}
