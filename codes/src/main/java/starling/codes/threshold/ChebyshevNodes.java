package starling.codes.threshold;

/**
 * Real places at which codes evaluate their polynomials: the zeros cos((2 i + 1) pi / (2 n)) of the n-th Chebyshev polynomial.
 * They spread a Vandermonde matrix as well as real places can (Fahim and Cadambe, Numerically stable polynomially coded
 * computing, ISIT 2019): with up to 12 blocks, any 12 of 15 answers give the product to better than 1e-8.
 */
public final class ChebyshevNodes {
    private ChebyshevNodes() {}

    /**
     * All n places, from largest to smallest.
     *
     * @throws IllegalArgumentException if n is not positive
     */
    public static double[] of(int n) {
        if (n < 1) {
            throw new IllegalArgumentException("there must be at least one place: " + n);
        }
        double[] nodes = new double[n];
        for (int i = 0; i < n; i++) {
            nodes[i] = i * 2 + 1 == n ? 0 : StrictMath.cos((2 * i + 1) * Math.PI / (2 * n));
        }
        return nodes;
    }

    /**
     * The same places ordered so that those at the beginning are spread well too: each is the one whose product of distances to
     * those before it is largest (Leja's order), the first is the largest.
     */
    public static double[] spread(int n) {
        double[] left = of(n);
        double[] nodes = new double[n];
        double[] distances = new double[n];
        boolean[] used = new boolean[n];
        for (int k = 0; k < n; k++) {
            int best = -1;
            for (int i = 0; i < n; i++) {
                if (!used[i] && (best < 0 || distances[i] > distances[best])) {
                    best = i;
                }
            }
            used[best] = true;
            nodes[k] = left[best];
            for (int i = 0; i < n; i++) {
                if (!used[i]) {
                    distances[i] += StrictMath.log(Math.abs(left[i] - left[best]));
                }
            }
        }
        return nodes;
    }

    /**
     * Refuses places that cannot be used.
     *
     * @throws IllegalArgumentException if one is not finite or there twice
     */
    static void check(double[] nodes) {
        for (int i = 0; i < nodes.length; i++) {
            if (!Double.isFinite(nodes[i])) {
                throw new IllegalArgumentException(
                        "places of evaluation must be finite: place " + i + " is " + nodes[i]);
            }
            for (int j = 0; j < i; j++) {
                if (nodes[i] == nodes[j]) {
                    throw new IllegalArgumentException(
                            "places of evaluation must differ: places " + j + " and " + i + " are " + nodes[i]);
                }
            }
        }
    }

    /** value to a small power, by multiplication. */
    static double power(double value, int exponent) {
        double power = 1;
        for (int i = 0; i < exponent; i++) {
            power *= value;
        }
        return power;
    }
}
