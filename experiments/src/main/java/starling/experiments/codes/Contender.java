package starling.experiments.codes;

import java.util.List;
import starling.codes.gradient.BlockedCode;
import starling.codes.gradient.GradientCode;
import starling.codes.quantize.DitheredQuantizer;
import starling.codes.quantize.Packing;
import starling.codes.quantize.StochasticQuantizer;
import starling.codes.rotated.EdenCode;
import starling.codes.rotated.RotatedDitheredCode;
import starling.codes.rotated.RotatedStochasticCode;
import starling.codes.sampling.QcsCode;

/**
 * A code that is measured.
 *
 * @param name in series and claims
 * @param code itself
 */
record Contender(String name, GradientCode code) {
    private static final int BLOCK = 1 << 16;

    /** The default code and its rivals, all in blocks of 2^16 but for sketches, which are of 1 024. */
    static List<Contender> all() {
        return List.of(
                new Contender("rotated-dithered-1", RotatedDitheredCode.ofBits(1)),
                new Contender("rotated-dithered-2", RotatedDitheredCode.ofBits(2)),
                new Contender("rotated-dithered-4", RotatedDitheredCode.ofBits(4)),
                blocked("eden-1", new EdenCode(1, EdenCode.Scale.UNBIASED)),
                blocked("eden-2", new EdenCode(2, EdenCode.Scale.UNBIASED)),
                blocked("eden-4", new EdenCode(4, EdenCode.Scale.UNBIASED)),
                blocked("rotated-stochastic-1", new RotatedStochasticCode(1)),
                blocked("qsgd-3", new StochasticQuantizer(StochasticQuantizer.Norm.LARGEST, 3, Packing.FIXED)),
                blocked("qsgd-3-coded", new StochasticQuantizer(StochasticQuantizer.Norm.LARGEST, 3, Packing.ADAPTIVE)),
                blocked("dithered-3-coded", new DitheredQuantizer(3, Packing.DITHER_CONTEXTS)),
                new Contender("qcs-1-bit", new QcsCode(1024, 1024, 0.5, QcsCode.Reconstruction.UNBIASED)));
    }

    private static Contender blocked(String name, GradientCode code) {
        return new Contender(name, new BlockedCode(code, BLOCK));
    }
}
