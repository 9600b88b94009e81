package starling.codes.channel;

import starling.codes.random.RandomStream;

/**
 * Standard normal numbers by place, the same to the bit on every machine: a uniform number of 52 bits through the inverse of the
 * normal distribution function (Wichura, Algorithm AS 241, Applied Statistics 37, 1988: relative error about 1e-16). 85 % of
 * the numbers cost one quotient of polynomials, the others a logarithm and a root beside it; none is beyond 8.2.
 */
final class NormalDraw {
    private static final double STEP = 0x1p-52;
    private static final double CENTRE = 0.425;
    private static final double CENTRE_SQUARED = 0.180625;
    private static final double FAR = 5;
    private static final double SHIFT = 1.6;

    private static final double[] CENTRAL_ABOVE = {
        3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946,
        45921.95393154987, 67265.7709270087, 33430.57558358813, 2509.0809287301227
    };
    private static final double[] CENTRAL_BELOW = {
        1,
        42.31333070160091,
        687.1870074920579,
        5394.196021424751,
        21213.794301586597,
        39307.89580009271,
        28729.085735721943,
        5226.495278852854
    };
    private static final double[] TAIL_ABOVE = {
        1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045,
        1.2704582524523684, 0.2417807251774506, 0.022723844989269184, 0.0007745450142783414
    };
    private static final double[] TAIL_BELOW = {
        1,
        2.053191626637759,
        1.6763848301838038,
        0.6897673349851,
        0.14810397642748008,
        0.015198666563616457,
        0.0005475938084995345,
        1.0507500716444169e-09
    };
    private static final double[] FAR_ABOVE = {
        6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487,
        0.026532189526576124, 0.0012426609473880784, 2.7115555687434876e-05, 2.0103343992922881e-07
    };
    private static final double[] FAR_BELOW = {
        1,
        0.599832206555888,
        0.1369298809227358,
        0.014875361290850615,
        0.0007868691311456133,
        1.8463183175100548e-05,
        1.421511758316446e-07,
        2.0442631033899397e-15
    };

    private NormalDraw() {}

    /** The number at a place of the stream. */
    static double at(RandomStream stream, long place) {
        return quantile(((stream.bits(place) >>> 12) + 0.5) * STEP);
    }

    /** x with P(X &lt;= x) = p, for p in (0, 1). */
    static double quantile(double p) {
        double q = p - 0.5;
        if (Math.abs(q) <= CENTRE) {
            double r = CENTRE_SQUARED - q * q;
            return q * ratio(CENTRAL_ABOVE, CENTRAL_BELOW, r);
        }
        double r = StrictMath.sqrt(-StrictMath.log(q < 0 ? p : 1 - p));
        double x = r <= FAR ? ratio(TAIL_ABOVE, TAIL_BELOW, r - SHIFT) : ratio(FAR_ABOVE, FAR_BELOW, r - FAR);
        return q < 0 ? -x : x;
    }

    private static double ratio(double[] above, double[] below, double x) {
        double numerator = above[7];
        double denominator = below[7];
        for (int i = 6; i >= 0; i--) {
            numerator = numerator * x + above[i];
            denominator = denominator * x + below[i];
        }
        return numerator / denominator;
    }
}
