package starling.experiments.costmodel;

import java.util.List;
import starling.experiments.findings.Context;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;

/**
 * What one inference of one sample costs each of P nodes, by these assumptions. Those marked (thesis) stand in section 6.5.2,
 * the others are ours, where the thesis used simulators that it does not describe further.
 *
 * <ul>
 *   <li>A stack of 5 dense layers of N neurons each (thesis); every node has N/P neurons of each layer.
 *   <li>A layer begins when all its inputs are there, so computing and communicating add up (thesis). All five layers wait
 *       for an exchange: the first one's inputs are spread over the nodes like all others.
 *   <li>A sparsity s takes that fraction of the weights between nodes; those within a node all stay. A node then has
 *       (N/P)^2 + (1-s) (N/P) (N - N/P) multiplications and additions a layer, rounded to whole ones, and does them at
 *       the platform's rate: no stalls, no cost of finding the non-zero weights.
 *   <li>The baseline sends each of its N/P activations to P - 1 nodes: N (1 - 1/P) values a layer. Sparsity scales that
 *       with 1 - s, as Fig. 6.8 has it: values would be in proportion to edges. They are not, see {@link RandomCover}.
 *   <li>Sending D bytes takes latency + D / bandwidth. Nodes send at the same time and do not slow each other down: no
 *       switch is congested (the thesis' is).
 *   <li>A node's memory is not held to: five layers of 32 768 neurons over two edge nodes take 10.7 GB each in float32, of
 *       1 048 576 neurons over 32 datacenter nodes 687 GB, against 1 and 4 GB in the table.
 * </ul>
 *
 * @param platform whose rates
 * @param latencySeconds of one exchange
 * @param bytesPerValue bytes of one number sent
 */
record CostModel(Platform platform, double latencySeconds, int bytesPerValue) {
    static final int LAYERS = 5;
    /** RP-50, RP-75, RP-90 and RP-99. */
    static final List<Double> SPARSITIES = List.of(0.5, 0.75, 0.9, 0.99);

    static final List<Integer> WORKERS = List.of(2, 4, 8, 16, 32);

    static final Parameter<Integer> BYTES = Parameter.integer("bytes", 4, 4, 1, 8, "bytes of one value");

    /** Seconds of one inference on one node. */
    record Time(double compute, double communication) {
        double total() {
            return compute + communication;
        }
    }

    static CostModel of(Platform platform, Context context) {
        return new CostModel(platform, context.get(platform.latency()) * 1e-6, context.get(BYTES));
    }

    /** Values a node sends for one layer of the baseline: N (1 - 1/P). */
    static double baselineValues(long neurons, int workers) {
        return neurons * (1 - 1.0 / workers);
    }

    /** What the closed form of the computing speed-up is: 1 / (1/P + (1-s) (1 - 1/P)). */
    static double computeSpeedUp(int workers, double sparsity) {
        return 1 / (1.0 / workers + (1 - sparsity) * (1 - 1.0 / workers));
    }

    /** The mean of {@link #computeSpeedUp} over 2 to 32 nodes. */
    static double meanComputeSpeedUp(double sparsity) {
        return WORKERS.stream()
                .mapToDouble(workers -> computeSpeedUp(workers, sparsity))
                .average()
                .orElseThrow();
    }

    /** Multiplications with additions of one node for one layer. */
    static long multiplyAdds(long neurons, int workers, double sparsity) {
        long own = neurons / workers;
        return own * own + Math.round((1 - sparsity) * own * (neurons - own));
    }

    /** An inference whose exchanges carry values in proportion to the weights between nodes; sparsity 0 is the baseline. */
    Time time(long neurons, int workers, double sparsity) {
        return time(neurons, workers, sparsity, (1 - sparsity) * baselineValues(neurons, workers));
    }

    /** An inference in which each node sends so many values for each layer. */
    Time time(long neurons, int workers, double sparsity, double values) {
        double compute = 2.0 * multiplyAdds(neurons, workers, sparsity) / platform.operationsPerSecond();
        double communication = latencySeconds + bytesPerValue * values / platform.bytesPerSecond();
        return new Time(LAYERS * compute, LAYERS * communication);
    }

    /** The numbers the model assumes, a row per platform in the order of the table: datacenter, edge. */
    static Series assumptions(Context context) {
        Series series = new Series(
                "operationsPerSecond",
                "operationsPerMultiplyAdd",
                "bytesPerSecond",
                "latencySeconds",
                "memoryBytesNotHeld",
                "layers",
                "exchangesPerInference",
                "bytesPerValue",
                "samplesPerInference",
                "slowdownByCongestion");
        for (Platform platform : Platform.values()) {
            CostModel model = of(platform, context);
            series.row(
                    platform.operationsPerSecond(),
                    2,
                    platform.bytesPerSecond(),
                    model.latencySeconds,
                    platform.memoryBytes(),
                    LAYERS,
                    LAYERS,
                    model.bytesPerValue,
                    1,
                    1);
        }
        return series;
    }
}
