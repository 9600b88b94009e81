package starling.codes.channel;

import starling.codes.random.Draw;

/**
 * Log-distance path loss with lognormal shadowing: the power gain of a node at the distance d is -10 n log10(d / d0) + X decibel,
 * X normal. A node keeps its distance and its shadow through all rounds. Distances spread evenly over the area of a ring.
 *
 * @param exponent n, not negative; 2 in free space
 * @param reference d0, where nothing is lost without a shadow, in metres
 * @param nearest the inner radius of the ring, in metres
 * @param farthest its outer radius; the same for one distance
 * @param shadowing the standard deviation of X, in decibel
 */
public record PathLoss(double exponent, double reference, double nearest, double farthest, double shadowing) {

    public PathLoss {
        if (!(exponent >= 0 && exponent <= 10)) {
            throw new IllegalArgumentException("the exponent of path loss must be from 0 to 10: " + exponent);
        }
        if (!(reference > 0 && nearest > 0 && nearest <= farthest && farthest < 1e9 && reference < 1e9)) {
            throw new IllegalArgumentException(
                    "distances must be positive, the nearest not beyond the farthest: reference " + reference
                            + ", nearest " + nearest + ", farthest " + farthest);
        }
        if (!(shadowing >= 0 && shadowing <= 40)) {
            throw new IllegalArgumentException("the deviation of shadowing must be from 0 to 40 dB: " + shadowing);
        }
    }

    /** The distance of a node. */
    public double distance(Draw draw) {
        double u = stream(draw, 0);
        return StrictMath.sqrt(nearest * nearest + u * (farthest * farthest - nearest * nearest));
    }

    /** The gain of a node in decibel. */
    public double decibel(Draw draw) {
        double shadow = shadowing * NormalDraw.quantile(stream(draw, 1));
        return -10 * exponent * StrictMath.log10(distance(draw) / reference) + shadow;
    }

    /** The factor of the amplitude, 10^(decibel / 20). */
    double amplitude(Draw draw) {
        return StrictMath.pow(10, decibel(draw) / 20);
    }

    private static double stream(Draw draw, int place) {
        long bits = draw.withRound(0).own(Draw.Purpose.PLACE).bits(place);
        return ((bits >>> 12) + 0.5) * 0x1p-52;
    }
}
