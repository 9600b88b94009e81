package starling.codes.quantize;

/**
 * Two nested quantizers for one number (thesis, (2.6), (2.7) and appendix D.1): steps Delta1 and Delta2 = k Delta1 with an
 * integer k, dither u uniform in (-Delta1/2, Delta1/2), and a factor alpha. Sent is the place of alpha x + u among the
 * Delta1 steps of one Delta2 step, s = Q1(alpha x + u) - Q2(alpha x + u); with y = x + z at hand, r = s - u - alpha y and the
 * estimate is y + alpha (r - Q2(r)).
 *
 * <p>It is right when |alpha z + e| &lt;= Delta2 / 2, e uniform in (-Delta1/2, Delta1/2): always for |alpha z| &lt;
 * (Delta2 - Delta1) / 2, and else wrong with a probability of at most Delta1^2 / (3 Delta2^2) + 4 (alpha sigma_z / Delta2)^2
 * (lemma 1). Then the error is alpha e + (1 - alpha^2) z up to signs.
 *
 * @param fine Delta1, positive
 * @param ratio k, 2 to 32 768
 * @param alpha in (0, 1]; 1 gives (2.6) and (2.7)
 */
public record NestedPair(double fine, int ratio, double alpha) {

    public NestedPair {
        if (!(fine > 0) || fine == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("the fine step must be positive and finite: " + fine);
        }
        if (ratio < 2 || ratio > 1 << 15) {
            throw new IllegalArgumentException("a coarse step has 2 to " + (1 << 15) + " fine steps: " + ratio);
        }
        if (!(alpha > 0 && alpha <= 1)) {
            throw new IllegalArgumentException("the factor of nested steps must be in (0, 1]: " + alpha);
        }
    }

    /** Delta2 = k Delta1. */
    public double coarse() {
        return fine * ratio;
    }

    /** The least number of a fine step within its coarse one; there are k from it on. */
    public int lowest() {
        return -(ratio / 2);
    }

    /**
     * s / Delta1, {@link #lowest} to lowest + k - 1. For even k the two ends of a coarse step, which are the same place to the
     * receiver, have one number.
     *
     * @param x with |x| / Delta1 below 2^51
     * @param u the dither, in the units of x
     */
    public int number(double x, double u) {
        long steps = (long) Math.rint((alpha * x + u) / fine);
        return (int) Math.floorMod(steps - lowest(), (long) ratio) + lowest();
    }

    /** The estimate of x from the number sent, the same u, and y. */
    public double estimate(int number, double u, double y) {
        double r = number * fine - u - alpha * y;
        return y + alpha * (r - coarse() * Math.rint(r / coarse()));
    }

    /** What lemma 1 gives for the probability of a wrong coarse step: at most 1, and 0 below {@link #sureDistance}. */
    public double errorProbability(double sigma) {
        double part = alpha * sigma / coarse();
        return Math.min(1, 1 / (3.0 * ratio * ratio) + 4 * part * part);
    }

    /** (Delta2 - Delta1) / (2 alpha): up to this |y - x| the coarse step is always right. */
    public double sureDistance() {
        return (coarse() - fine) / (2 * alpha);
    }

    /** alpha^2 Delta1^2 / 12 + (1 - alpha^2)^2 sigma^2: the mean squared error when the coarse step is right. */
    public double meanSquaredError(double sigma) {
        double square = alpha * alpha;
        return square * fine * fine / 12 + (1 - square) * (1 - square) * sigma * sigma;
    }

    /**
     * The factor with the least {@link #meanSquaredError}: alpha^2 = 1 - Delta1^2 / (24 sigma^2), where that is positive.
     *
     * @throws IllegalArgumentException where it is not: then y alone is nearer than any estimate
     */
    public static double bestAlpha(double fine, double sigma) {
        double square = 1 - fine * fine / (24 * sigma * sigma);
        if (!(square > 0)) {
            throw new IllegalArgumentException("fine steps must be below sqrt(24) sigma to say more than y does: "
                    + fine + " with sigma " + sigma);
        }
        return Math.sqrt(square);
    }
}
