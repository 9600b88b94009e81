package starling.experiments.overair;

import java.util.Optional;
import starling.codes.gradient.GradientCode;
import starling.codes.rotated.EdenCode;
import starling.codes.rotated.RotatedDitheredCode;
import starling.codes.sampling.QcsBounds;
import starling.codes.sampling.QcsCode;
import starling.codes.sparse.RandomPart;
import starling.codes.sparse.Share;

/** Digital codes for so many bits of a whole gradient, scales and all: what a node can send in its share of the channel uses. */
final class EqualUses {
    private static final int[] QCS_BLOCKS = {256, 1024, 4096, 16_384};
    private static final double DEFAULT_HEADER = 112;
    private static final int MOST_EDEN_BITS = 8;
    private static final double MOST_DEFAULT_BITS = 7;

    private EqualUses() {}

    /** The code of the least variance bound among settings of quantized compressive sampling; empty if all take more bits. */
    static Optional<GradientCode> qcs(int d, double bits) {
        GradientCode best = null;
        for (int n : QCS_BLOCKS) {
            for (double gain = Math.max(4, Float.SIZE * d / bits); n <= 2 * d && gain <= n; gain *= 1.03) {
                QcsBounds.Choice choice = QcsBounds.choose(gain, n);
                GradientCode code = new QcsCode(n, choice.k(), choice.q(), QcsCode.Reconstruction.UNBIASED);
                if (code.properties(d).rawBits() <= bits) {
                    if (best == null
                            || code.properties(d).varianceBound()
                                    < best.properties(d).varianceBound()) {
                        best = code;
                    }
                    break;
                }
            }
        }
        return Optional.ofNullable(best);
    }

    /** EDEN at the most whole bits per number that fit, or a random part of the numbers at one bit. */
    static Optional<GradientCode> eden(int d, double bits) {
        for (int each = MOST_EDEN_BITS; each >= 1; each--) {
            GradientCode code = new EdenCode(each, EdenCode.Scale.UNBIASED);
            if (code.properties(d).rawBits() <= bits) {
                return Optional.of(code);
            }
        }
        GradientCode one = new EdenCode(1, EdenCode.Scale.UNBIASED);
        double header = one.properties(1).rawBits() - 1;
        int numbers = (int) (bits - header);
        while (numbers > 0 && one.properties(numbers).rawBits() > bits) {
            numbers--;
        }
        return numbers < 1 ? Optional.empty() : Optional.of(new RandomPart(new Share((double) numbers / d), one));
    }

    /** The default code, which spends its bits on the best part of the numbers. */
    static Optional<GradientCode> rotatedDithered(int d, double bits) {
        double each = (bits - DEFAULT_HEADER * Math.max(1, d / 65_536)) / d;
        return each * d < 1
                ? Optional.empty()
                : Optional.of(RotatedDitheredCode.ofFewestErrors(Math.min(MOST_DEFAULT_BITS, each)));
    }
}
