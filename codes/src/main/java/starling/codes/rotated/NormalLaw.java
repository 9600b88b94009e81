package starling.codes.rotated;

/** The standard normal law, the same to the bit on every machine: sums, products and {@link StrictMath} only. */
final class NormalLaw {
    private static final double SERIES_TO = 3.5;
    private static final double ROOT_TWO_PI = StrictMath.sqrt(2 * Math.PI);

    private NormalLaw() {}

    /** exp(-x^2/2) / sqrt(2 pi). */
    static double density(double x) {
        return StrictMath.exp(-x * x / 2) / ROOT_TWO_PI;
    }

    /**
     * P(X &lt;= x) with an absolute error of some 1e-15: 1/2 + density(x) (x + x^3/3 + x^5/(3 5) + ...) near zero, Laplace's
     * continued fraction beyond.
     */
    static double cumulative(double x) {
        if (x < -SERIES_TO) {
            return tail(-x);
        }
        if (x > SERIES_TO) {
            return 1 - tail(x);
        }
        double term = x;
        double sum = x;
        for (int k = 3; Math.abs(term) > 1e-17; k += 2) {
            term *= x * x / k;
            sum += term;
        }
        return 0.5 + density(x) * sum;
    }

    private static double tail(double x) {
        double fraction = x;
        for (int k = 60; k > 0; k--) {
            fraction = x + k / fraction;
        }
        return density(x) / fraction;
    }
}
