package starling.experiments.transmitted;

import java.util.List;
import starling.codes.gradient.ScaledColumns;
import starling.codes.gradient.ScaledSideColumns;
import starling.codes.quantize.DitheredQuantizer;
import starling.codes.quantize.NestedPair;
import starling.codes.quantize.NestedQuantizer;
import starling.codes.quantize.OneBitColumns;
import starling.codes.quantize.Packing;
import starling.codes.quantize.StochasticQuantizer;
import starling.experiments.workers.Direct;
import starling.experiments.workers.Discus;
import starling.experiments.workers.Exchange;
import starling.experiments.workers.Nested;
import starling.experiments.workers.WithFeedback;

/** The codes of the thesis' experiments with their settings: seven levels, steps (1/3, 1) in units of the largest number
 * of a layer or of each of its columns. */
public final class ThesisCodes {
    public static final String NESTED = "nested";
    public static final String STOCHASTIC = "qsg";
    public static final String ONE_BIT = "one-bit";
    public static final String DITHERED_CONTEXTS = "dqsg-dither-contexts";
    public static final String NESTED_CONTEXTS = "nested-dither-contexts";

    /** M: numbers -3 .. 3. */
    private static final int LEVELS = 3;

    private ThesisCodes() {}

    /** Nested, stochastic and one-bit quantization; fresh ones, as feedback has a memory. */
    public static List<Exchange> chapterTwo(Scales scales) {
        return List.of(nested(scales), stochastic(scales), oneBit());
    }

    public static Exchange nested(Scales scales) {
        return nested(NESTED, scales, Packing.ADAPTIVE);
    }

    public static Exchange stochastic(Scales scales) {
        StochasticQuantizer code = new StochasticQuantizer(StochasticQuantizer.Norm.LARGEST, LEVELS, Packing.ADAPTIVE);
        return new Direct(STOCHASTIC, tensor -> new ScaledColumns(scales.of(tensor), code));
    }

    /** Dithered and nested quantization coded in the contexts of the dither, which the thesis does not do. */
    public static List<Exchange> withContexts(Scales scales) {
        DitheredQuantizer dithered = new DitheredQuantizer(LEVELS, Packing.DITHER_CONTEXTS);
        return List.of(
                new Direct(DITHERED_CONTEXTS, tensor -> new ScaledColumns(scales.of(tensor), dithered)),
                nested(NESTED_CONTEXTS, scales, Packing.DITHER_CONTEXTS));
    }

    /** Dithered quantization with distributed source coding. */
    public static Exchange discus(long seed, Scales scales) {
        return new Discus(seed, scales::of);
    }

    /** 1-bit SGD with error feedback and two points for each of the thesis' columns. */
    public static Exchange oneBit() {
        return new WithFeedback(ONE_BIT, tensor -> new OneBitColumns(Scales.COLUMN.of(tensor), Packing.ADAPTIVE), 1);
    }

    private static Exchange nested(String name, Scales scales, Packing packing) {
        DitheredQuantizer first = new DitheredQuantizer(LEVELS, packing);
        NestedQuantizer second = new NestedQuantizer(new NestedPair(1.0 / LEVELS, LEVELS, 1), packing);
        return new Nested(
                name,
                tensor -> new ScaledColumns(scales.of(tensor), first),
                tensor -> new ScaledSideColumns(scales.of(tensor), second));
    }
}
