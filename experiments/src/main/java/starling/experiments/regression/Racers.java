package starling.experiments.regression;

import java.util.List;
import starling.codes.gradient.GradientCode;
import starling.codes.quantize.Packing;
import starling.codes.quantize.StochasticQuantizer;
import starling.codes.rotated.RotatedDitheredCode;
import starling.codes.sampling.QcsCode;
import starling.codes.sparse.Share;
import starling.codes.sparse.TopK;

/** The codes of Figure 4.4, all with a gain of about 21 but ours, which takes 40 % fewer bits. */
final class Racers {
    static final String QSGD = "qsgd";
    static final String QCS = "qcs";
    static final String FEWER = "default-40-percent-fewer-bits";

    private static final double GAIN = 21;
    private static final double FEWER_BITS = 0.6;
    /** Of the default code, and of the coder's end. */
    private static final double HEADER_BITS = 144;

    /** Ten blocks of 64 x 50 numbers: a scale of 32 bits for each. */
    private static final int BLOCK = 320;

    /** Bits of a float and of its place among a few thousand. */
    private static final double ENTRY_BITS = 44;

    private Racers() {}

    static List<LinearRegression.Racer> of(int parameters) {
        double bits = Float.SIZE / GAIN;
        GradientCode qcs = QcsCode.ofGain(BLOCK, GAIN);
        double qcsBits = qcs.properties(parameters).rawBits() / parameters;
        return List.of(
                new LinearRegression.Racer("baseline", null),
                new LinearRegression.Racer(
                        QSGD, new StochasticQuantizer(StochasticQuantizer.Norm.LARGEST, 1, Packing.FIXED)),
                new LinearRegression.Racer("top-k", new TopK(new Share(bits / ENTRY_BITS))),
                new LinearRegression.Racer(QCS, qcs),
                new LinearRegression.Racer("default", RotatedDitheredCode.ofBits(bits)),
                new LinearRegression.Racer(
                        FEWER, RotatedDitheredCode.ofBits(FEWER_BITS * qcsBits - HEADER_BITS / parameters)));
    }
}
