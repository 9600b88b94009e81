package starling.experiments.transmitted;

import java.util.List;
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
import starling.experiments.workers.Tensor;
import starling.experiments.workers.WithFeedback;

/** The codes of the thesis' experiments with their settings: seven levels, steps (1/3, 1) in units of the largest number. */
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
    public static List<Exchange> chapterTwo() {
        return List.of(nested(), stochastic(), oneBit());
    }

    public static Exchange nested() {
        return new Nested(
                NESTED,
                new DitheredQuantizer(LEVELS, Packing.ADAPTIVE),
                new NestedQuantizer(new NestedPair(1.0 / LEVELS, LEVELS, 1), Packing.ADAPTIVE));
    }

    public static Exchange stochastic() {
        return new Direct(
                STOCHASTIC, new StochasticQuantizer(StochasticQuantizer.Norm.LARGEST, LEVELS, Packing.ADAPTIVE));
    }

    /** Dithered and nested quantization coded in the contexts of the dither, which the thesis does not do. */
    public static List<Exchange> withContexts() {
        DitheredQuantizer dithered = new DitheredQuantizer(LEVELS, Packing.DITHER_CONTEXTS);
        return List.of(
                new Direct(DITHERED_CONTEXTS, dithered),
                new Nested(
                        NESTED_CONTEXTS,
                        dithered,
                        new NestedQuantizer(new NestedPair(1.0 / LEVELS, LEVELS, 1), Packing.DITHER_CONTEXTS)));
    }

    /** Dithered quantization with distributed source coding. */
    public static Exchange discus(long seed) {
        return new Discus(seed);
    }

    /** 1-bit SGD with error feedback; a column is what one output of a layer has. */
    public static Exchange oneBit() {
        return new WithFeedback(ONE_BIT, tensor -> new OneBitColumns(column(tensor), Packing.ADAPTIVE), 1);
    }

    private static int column(Tensor tensor) {
        int[] shape = tensor.shape();
        return shape.length < 2 ? tensor.length() : tensor.length() / shape[0];
    }
}
