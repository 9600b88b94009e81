package starling.experiments.fidelity;

import java.util.ArrayList;
import java.util.List;
import starling.codes.gradient.GradientCode;
import starling.codes.quantize.DitheredQuantizer;
import starling.codes.quantize.HalfDitheredQuantizer;
import starling.codes.quantize.LloydMaxQuantizer;
import starling.codes.quantize.OneBitColumns;
import starling.codes.quantize.OneBitDithered;
import starling.codes.quantize.Packing;
import starling.codes.quantize.ScaledSign;
import starling.codes.quantize.StochasticQuantizer;
import starling.codes.quantize.TernGrad;
import starling.codes.rotated.EdenCode;
import starling.codes.rotated.RotatedDitheredCode;
import starling.codes.rotated.RotatedStochasticCode;
import starling.codes.sparse.RandomK;
import starling.codes.sparse.Share;
import starling.codes.sparse.TopK;
import starling.codes.sparse.UnbiasedSparsification;

/** The default code and all others, each with settings that take about so many bits per number before entropy coding. */
final class RivalCodes {
    static final String DEFAULT = "rotated-dithered";
    static final String EDEN = "eden";
    static final String DITHERED = "dithered";
    static final String ONE_BIT_DITHERED = "one-bit-dithered";

    private static final int COLUMN = 512;
    private static final double CLIP = 2.5;
    private static final int MOST_EDEN_BITS = 8;

    /**
     * One of them.
     *
     * @param family its name without settings
     * @param code with settings
     */
    record Rival(String family, GradientCode code) {}

    private RivalCodes() {}

    /** Codes at so many bits per number; those that cannot have so many or so few are left out. */
    static List<Rival> at(double bits) {
        List<Rival> all = new ArrayList<>();
        all.add(new Rival(DEFAULT, RotatedDitheredCode.ofBits(bits)));
        int whole = (int) Math.round(bits);
        if (whole == bits && whole <= MOST_EDEN_BITS) {
            all.add(new Rival(EDEN, new EdenCode(whole, EdenCode.Scale.UNBIASED)));
            all.add(new Rival("eden-least-error", new EdenCode(whole, EdenCode.Scale.LEAST_ERROR)));
            all.add(new Rival("rotated-stochastic", new RotatedStochasticCode(whole)));
            all.add(new Rival("lloyd-max", LloydMaxQuantizer.normal(1 << whole, Packing.FIXED)));
        }
        int levels = (1 << whole) / 2 - 1;
        if (whole == 1 && bits == 1) {
            all.add(new Rival(ONE_BIT_DITHERED, new OneBitDithered(Packing.FIXED)));
            all.add(new Rival("scaled-sign", new ScaledSign()));
            all.add(new Rival("one-bit-sgd", new OneBitColumns(COLUMN, Packing.FIXED)));
        } else if (levels >= 1) {
            all.add(new Rival(DITHERED, new DitheredQuantizer(levels, Packing.DITHER_CONTEXTS)));
            all.add(new Rival("half-dithered", new HalfDitheredQuantizer(levels, 2, Packing.ADAPTIVE)));
            all.add(new Rival(
                    "qsg", new StochasticQuantizer(StochasticQuantizer.Norm.LARGEST, levels, Packing.ADAPTIVE)));
            all.add(new Rival(
                    "qsgd", new StochasticQuantizer(StochasticQuantizer.Norm.EUCLIDEAN, levels, Packing.ELIAS)));
        }
        if (whole == 2) {
            all.add(new Rival("terngrad", new TernGrad(CLIP, Packing.ADAPTIVE)));
        }
        double share = bits / Float.SIZE;
        if (share <= 1) {
            all.add(new Rival("top-k", new TopK(new Share(share))));
            all.add(new Rival("random-k", new RandomK(new Share(share), true)));
            all.add(new Rival("unbiased-sparsification", new UnbiasedSparsification(new Share(share))));
        }
        return all;
    }
}
