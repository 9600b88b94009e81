package starling.repurpose.edges;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.models.graph.GraphBuilder;
import starling.models.run.ProbedModel;
import starling.repurpose.assign.Capacities;
import starling.repurpose.assign.TransportationSolver;
import starling.repurpose.edges.EdgeObjective.Thresholds;
import starling.repurpose.space.InputRule;
import starling.repurpose.space.Ownership;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/**
 * The single pass of the objective over edges against (6.4), (6.7), (C.1) and (C.2), written down a second time, and against every assignment
 * there is. Weights are quarters, so that all sums are exact and many entries lie exactly at a threshold.
 */
class EdgeObjectiveTest {
    private static final int NETWORKS = 20;
    /** Of sums of at most 36 thresholds that are no binary fractions. */
    private static final double ROUNDING = 1e-12;

    /** Weights w[target][source][k] of one layer; the value with its sources' owners (a ReLU moves nothing), and what it makes. */
    private record Layer(String input, String output, float[][][] weights, float[] bias) {}

    private record Net(ProbedModel model, List<Layer> layers) {}

    private final SplittableRandom random = new SplittableRandom(61);

    private float[] quarters(int count) {
        float[] all = new float[count];
        for (int i = 0; i < count; i++) {
            all[i] = (random.nextInt(9) - 4) / 4f;
        }
        return all;
    }

    private Net dense(int... widths) {
        GraphBuilder builder = new GraphBuilder("dense", 13).input("x", -1, widths[0]);
        List<Layer> layers = new ArrayList<>();
        String value = "x";
        for (int l = 1; l < widths.length; l++) {
            int sources = widths[l - 1];
            int targets = widths[l];
            float[] matrix = quarters(sources * targets);
            float[][][] weights = new float[targets][sources][1];
            for (int i = 0; i < matrix.length; i++) {
                weights[i % targets][i / targets][0] = matrix[i];
            }
            float[] bias = quarters(targets);
            String made = l == widths.length - 1 ? "y" : "z" + l;
            String w = builder.constant("w", matrix, sources, targets);
            builder.node("Gemm", List.of(value, w, builder.constant("b", bias, targets)), made);
            layers.add(new Layer(l == 1 ? "x" : "z" + (l - 1), made, weights, bias));
            value = builder.node("Relu", List.of(made));
        }
        return new Net(
                ProbedModel.of(
                        builder.output("y", -1, widths[widths.length - 1]).build()),
                layers);
    }

    /** One convolution of 4 x 4 pixels with kernels of 2 x 2. */
    private Net conv(int sources, int targets) {
        GraphBuilder builder = new GraphBuilder("conv", 13).input("x", -1, sources, 4, 4);
        float[] kernels = quarters(targets * sources * 4);
        float[] bias = quarters(targets);
        float[][][] weights = new float[targets][sources][];
        for (int i = 0; i < targets * sources; i++) {
            weights[i / sources][i % sources] = Arrays.copyOfRange(kernels, 4 * i, 4 * i + 4);
        }
        String w = builder.constant("w", kernels, targets, sources, 2, 2);
        builder.node("Conv", List.of("x", w, builder.constant("b", bias, targets)), "y");
        return new Net(
                ProbedModel.of(builder.output("y", -1, targets, 3, 3).build()),
                List.of(new Layer("x", "y", weights, bias)));
    }

    private static double energy(float[] kernel) {
        double sum = 0;
        for (float w : kernel) {
            sum += (double) w * w;
        }
        return sum;
    }

    /** (6.4) with (6.5), (C.1): what it costs that these workers have the targets. */
    private static double cost(Layer layer, int[] from, int[] to, Thresholds thresholds) {
        double sum = 0;
        for (int t = 0; t < to.length; t++) {
            for (int s = 0; s < from.length; s++) {
                double most = from[s] == to[t]
                        ? thresholds.eta1()
                        : thresholds.eta2() == null ? Double.POSITIVE_INFINITY : thresholds.eta1() + thresholds.eta2();
                sum += Math.min(energy(layer.weights()[t][s]), most);
            }
        }
        return sum;
    }

    /** The least cost over all assignments that give each worker its count. */
    private static double least(Layer layer, int[] from, int[] to, int next, int[] left, Thresholds thresholds) {
        if (next == to.length) {
            return cost(layer, from, to, thresholds);
        }
        double least = Double.POSITIVE_INFINITY;
        for (int j = 0; j < left.length; j++) {
            if (left[j] > 0) {
                left[j]--;
                to[next] = j;
                least = Math.min(least, least(layer, from, to, next + 1, left, thresholds));
                left[j]++;
            }
        }
        return least;
    }

    private static EdgeObjective.Outcome plan(
            Net net, Capacities capacities, InputRule rule, double eta1, @Nullable Double eta2) {
        Map<String, InputRule> rules = Map.of("x", rule);
        SplitGraph graph = SpaceAnalysis.of(net.model(), rules);
        return EdgeObjective.plan(
                graph,
                capacities,
                Ownership.ofInputs(graph, rules, capacities),
                new Thresholds(eta1, eta2),
                new TransportationSolver(3),
                0);
    }

    /** Layer by layer: the least cost there is, the counts asked for, and no weight kept or dropped that should not be. */
    private static void check(Net net, EdgeObjective.Outcome outcome, int[][] counts, Thresholds thresholds) {
        SplitNetwork planned = outcome.network();
        for (int l = 0; l < net.layers().size(); l++) {
            Layer layer = net.layers().get(l);
            String input = layer.input();
            int[] from = planned.ownersOf(input);
            int[] to = planned.ownersOf(layer.output());
            int[] had = new int[counts[l].length];
            for (int owner : to) {
                had[owner]++;
            }
            assertArrayEquals(counts[l], had, layer.output());
            double least = least(layer, from, new int[to.length], 0, counts[l].clone(), thresholds);
            assertEquals(least, cost(layer, from, to, thresholds), ROUNDING, layer.output());
            assertEquals(least, outcome.solved().get(l).assignment().cost(), ROUNDING, layer.output());
            assertTrue(outcome.solved().get(l).assignment().isOptimal(), layer.output());
            checkDropped(layer, planned, from, to, thresholds);
        }
    }

    /** (6.7), (C.2): an entry stays, whole, if its energy is above its threshold. */
    private static void checkDropped(Layer layer, SplitNetwork planned, int[] from, int[] to, Thresholds thresholds) {
        SplitNetwork.Weights now =
                planned.layers().getOrDefault(layer.output(), new SplitNetwork.Weights(new float[0], null));
        int sources = layer.weights()[0].length;
        int kernel = layer.weights()[0][0].length;
        for (int t = 0; t < to.length; t++) {
            for (int s = 0; s < sources; s++) {
                boolean across = from.length > 0 && from[s] != to[t];
                double eta2 = across && thresholds.eta2() != null ? thresholds.eta2() : 0;
                float[] before = layer.weights()[t][s];
                float[] expected = energy(before) > thresholds.eta1() + eta2 ? before : new float[kernel];
                int at = (t * sources + s) * kernel;
                assertArrayEquals(
                        expected,
                        Arrays.copyOfRange(now.values(), at, at + kernel),
                        layer.output() + " target " + t + " source " + s);
            }
        }
        assertArrayEquals(layer.bias(), now.bias());
    }

    /** Thresholds at 1/4^2, 3/4^2 and beside them; an eta2 of -1 stands for none. */
    @ParameterizedTest
    @CsvSource({"0.0625,0.5", "0,0.25", "0.3,0", "0.25,-1", "0,-1", "0.1,0.2"})
    void fourUnitsOnTwoWorkers(double eta1, double given) {
        Double eta2 = given < 0 ? null : Double.valueOf(given);
        for (int i = 0; i < NETWORKS; i++) {
            Net net = dense(4, 4);
            EdgeObjective.Outcome outcome = plan(net, Capacities.equal(2), new InputRule.Split(), eta1, eta2);
            check(net, outcome, new int[][] {{2, 2}}, new Thresholds(eta1, eta2));
        }
    }

    @ParameterizedTest
    @CsvSource({"0.0625,0.5", "0.1,0.2", "0.25,-1"})
    void sixUnitsOnThreeWorkersInTwoLayers(double eta1, double given) {
        Double eta2 = given < 0 ? null : Double.valueOf(given);
        for (int i = 0; i < NETWORKS; i++) {
            Net net = dense(6, 6, 5);
            EdgeObjective.Outcome outcome = plan(net, Capacities.equal(3), new InputRule.Split(), eta1, eta2);
            check(net, outcome, new int[][] {{2, 2, 2}, {2, 2, 1}}, new Thresholds(eta1, eta2));
        }
    }

    @ParameterizedTest
    @CsvSource({"0.0625,0.5", "0.1,0.2"})
    void unequalShares(double eta1, double eta2) {
        for (int i = 0; i < NETWORKS; i++) {
            Net net = dense(6, 6, 4);
            EdgeObjective.Outcome outcome = plan(net, Capacities.of(3, 1, 4, 1), new InputRule.Split(), eta1, eta2);
            check(net, outcome, new int[][] {{1, 4, 1}, {1, 3, 0}}, new Thresholds(eta1, eta2));
        }
    }

    @ParameterizedTest
    @CsvSource({"0.25,0.875", "0.0625,1", "0.5,-1"})
    void channels(double eta1, double given) {
        Double eta2 = given < 0 ? null : Double.valueOf(given);
        for (int i = 0; i < NETWORKS; i++) {
            Net net = conv(4, 5);
            EdgeObjective.Outcome outcome = plan(net, Capacities.of(2, 2, 3), new InputRule.Split(), eta1, eta2);
            check(net, outcome, new int[][] {{2, 3}}, new Thresholds(eta1, eta2));
        }
    }

    /** What every worker has crosses nowhere: eta1 is all that counts. */
    @ParameterizedTest
    @CsvSource({"0.0625,0.5", "0.3,-1"})
    void anInputEverywhere(double eta1, double given) {
        Double eta2 = given < 0 ? null : Double.valueOf(given);
        Net net = dense(4, 4);
        EdgeObjective.Outcome outcome = plan(net, Capacities.equal(2), new InputRule.Replicated(), eta1, eta2);
        int[] to = outcome.network().ownersOf("y");
        checkDropped(net.layers().get(0), outcome.network(), new int[0], to, new Thresholds(eta1, eta2));
    }
}
