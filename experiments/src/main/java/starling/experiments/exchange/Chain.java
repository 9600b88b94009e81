package starling.experiments.exchange;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import starling.models.UnfitException;
import starling.models.graph.GraphBuilder;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.repurpose.assign.Capacities;
import starling.repurpose.partition.LoadedNetwork;
import starling.repurpose.partition.Partitioner;
import starling.repurpose.partition.Request;

/**
 * A chain of dense layers with random weights, each 2 {@code values} wide and followed by a ReLU, split evenly between two workers with nothing
 * dropped. The input is split too, so that every layer begins with an exchange of {@code values} values each way.
 *
 * @param values each worker sends in each exchange
 * @param rounds exchanges, and layers
 * @param seed of the weights
 */
record Chain(int values, int rounds, long seed) {
    private static final long MOST_BYTES = 1L << 30;

    /** Makes the network and splits it; files go to a folder. */
    Bundle write(Path folder) {
        Path model = folder.resolve("chain.onnx");
        try {
            Files.write(model, onnx());
        } catch (IOException e) {
            throw new UnfitException("the network cannot be written: " + e.getMessage(), e);
        }
        Bundle bundle = new Partitioner(Request.of(
                                LoadedNetwork.load(model, MOST_BYTES),
                                Capacities.equal(2),
                                seed,
                                folder.resolve("bundle"))
                        .inputs("split")
                        .rival(Request.Baseline.ORIGINAL_ORDER))
                .run();
        requireRounds(bundle.plan());
        return bundle;
    }

    private void requireRounds(Plan plan) {
        boolean asMeant = plan.exchanges().size() == rounds;
        for (Plan.Exchange exchange : plan.exchanges()) {
            asMeant &= exchange.links().size() == 2;
            for (Plan.Link link : exchange.links()) {
                asMeant &= link.values() == values;
            }
        }
        if (!asMeant) {
            throw new IllegalStateException("the split must have " + rounds + " exchanges of " + values
                    + " values each way: it has " + plan.exchanges());
        }
    }

    private byte[] onnx() {
        int width = 2 * values;
        SplittableRandom random = new SplittableRandom(seed);
        double scale = Math.sqrt(2.0 / width);
        GraphBuilder graph = new GraphBuilder("chain", 17).input("x", -1, width);
        String last = "x";
        for (int layer = 0; layer < rounds; layer++) {
            float[] weights = new float[width * width];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = (float) (scale * random.nextGaussian());
            }
            String weight = graph.constant("w" + layer, weights, width, width);
            String sum = graph.node("MatMul", List.of(last, weight));
            last = "y" + layer;
            graph.node("Relu", List.of(sum), last);
        }
        return graph.output(last, -1, width).build().toByteArray();
    }
}
