package starling.experiments.codes;

import java.util.List;
import java.util.Map;
import starling.codes.gradient.BlockedCode;
import starling.codes.gradient.GradientCode;
import starling.codes.indirect.DitheredIndirectCode;
import starling.codes.quantize.DitheredQuantizer;
import starling.codes.quantize.Packing;
import starling.codes.quantize.StochasticQuantizer;
import starling.codes.sampling.QcsCode;
import starling.codes.sparse.Share;
import starling.codes.sparse.TopK;

/**
 * Which methods a table or figure of the thesis times, and what it says of them.
 *
 * @param name of the experiment
 * @param description of the experiment
 * @param methods with the baseline as the first
 * @param paper seconds for {@link #RUNS} batches by network and method, for batches of {@link #BATCHES} samples
 * @param orders what the thesis says in words
 */
record BatchSetting(
        String name,
        String description,
        List<BatchMethod> methods,
        Map<String, Map<String, double[]>> paper,
        List<Order> orders) {
    static final String BASELINE = "baseline";

    private static final String QSGD = "qsgd";
    private static final String INDIRECT = "dithered-isgq";
    private static final String QSG = "qsg";
    private static final String TOP_K = "top-k";
    private static final List<Integer> BATCHES = List.of(256, 128, 64);
    private static final double RUNS = 200;
    private static final String SELECTION =
            "; here Top-K finds its threshold by counting in two passes, and the thesis does not say how its own does";
    /** "Slightly" more. */
    private static final double SLIGHTLY = 1.1;

    private static final int BLOCK = 1 << 16;
    private static final int SKETCH_BLOCK = 256;
    private static final double GAIN = 32;
    /** So many floats with their places take about one bit for each number of the gradient, as gain 32 does. */
    private static final double SHARE = 0.025;

    /**
     * One method takes at most so many times as long as another.
     *
     * @param method the one
     * @param than the other
     * @param most so many times
     * @param known what is known of this comparison, the end of a sentence, or empty
     */
    record Order(String method, String than, double most, String known) {}

    /** Table 3.1, with three levels for either factor; QSGD also with an entropy coder, as indirect codes have. */
    static BatchSetting indirect() {
        return new BatchSetting(
                "table3-1",
                "Table 3.1: time of a worker's batch by stochastic and by indirect quantization, beside no code.",
                List.of(
                        BatchMethod.floats(BASELINE),
                        BatchMethod.direct(QSGD, stochastic(Packing.FIXED)),
                        BatchMethod.direct("qsgd-coded", stochastic(Packing.ADAPTIVE)),
                        BatchMethod.indirect(
                                INDIRECT,
                                new DitheredIndirectCode(1, 1),
                                blocked(new DitheredQuantizer(1, Packing.FIXED)))),
                Map.of(
                        "fc-1000-300-100",
                        Map.of(
                                BASELINE, new double[] {1.2, 0.78, 0.63},
                                QSGD, new double[] {1.85, 1.43, 1.23},
                                INDIRECT, new double[] {1.29, 0.76, 0.52}),
                        "lenet",
                        Map.of(
                                BASELINE, new double[] {14.4, 8.17, 5.1},
                                QSGD, new double[] {15.79, 9.1, 5.9},
                                INDIRECT, new double[] {15.12, 8.45, 4.98}),
                        "cifarnet",
                        Map.of(
                                BASELINE, new double[] {30.33, 16.31, 9.2},
                                QSGD, new double[] {31.59, 17.1, 9.92},
                                INDIRECT, new double[] {31.4, 16.77, 9.19}),
                        "alexnet",
                        Map.of(
                                BASELINE, new double[] {66.4, 34.5, 18.9},
                                QSGD, new double[] {70, 37.6, 21.8},
                                INDIRECT, new double[] {66.7, 34.4, 18.4})),
                List.of(new Order(INDIRECT, QSGD, 1, "")));
    }

    /** Figure 4.3, which is a picture: of its times the text says their order. Top-K sends as much as QCS-1. */
    static BatchSetting sampling() {
        return new BatchSetting(
                "fig4-3",
                "Figure 4.3: time of a worker's batch by compressive sampling, stochastic quantization and Top-K.",
                List.of(
                        BatchMethod.floats(BASELINE),
                        BatchMethod.direct(QSG, stochastic(Packing.FIXED)),
                        BatchMethod.direct("qcs-1", blocked(QcsCode.ofGain(SKETCH_BLOCK, GAIN))),
                        BatchMethod.direct(
                                "qcs-2",
                                blocked(new QcsCode(SKETCH_BLOCK, SKETCH_BLOCK, 1, QcsCode.Reconstruction.UNBIASED))),
                        BatchMethod.direct(TOP_K, new TopK(new Share(SHARE)))),
                Map.of(),
                List.of(
                        new Order("qcs-1", QSG, SLIGHTLY, ""),
                        new Order("qcs-2", QSG, SLIGHTLY, ""),
                        new Order("qcs-1", TOP_K, 1, SELECTION),
                        new Order("qcs-2", TOP_K, 1, SELECTION)));
    }

    private static GradientCode stochastic(Packing packing) {
        return blocked(new StochasticQuantizer(StochasticQuantizer.Norm.LARGEST, 1, packing));
    }

    /** Blocks keep what a code needs beside the gradient small. */
    private static GradientCode blocked(GradientCode code) {
        return new BlockedCode(code, BLOCK);
    }

    /** The thesis' seconds for one batch, NaN where it has none. */
    double papersSeconds(String network, String method, int batch) {
        double[] row = paper.getOrDefault(network, Map.of()).get(method);
        int column = BATCHES.indexOf(batch);
        return row == null || column < 0 ? Double.NaN : row[column] / RUNS;
    }
}
