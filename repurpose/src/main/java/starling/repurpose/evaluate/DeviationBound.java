package starling.repurpose.evaluate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import starling.models.data.Dataset;
import starling.models.graph.Graph;
import starling.models.graph.Node;
import starling.models.run.BatchRule;
import starling.models.run.Network;
import starling.models.run.ProbedModel;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/**
 * How far a modified network's answer can be from the original's at most (thesis Theorem 17, with the biases it leaves out):
 *
 * <p>||y_hat - y|| &lt;= (epsilon B + beta) ((tau + epsilon)^L - 1) / (tau + epsilon - 1)
 *
 * <p>over L layers in sequence, with epsilon and tau the largest norm of a layer's change of weights and of its weights
 * ({@linkplain OperatorNorm Frobenius, of the full operator}), beta the largest norm of a change of biases, and B the largest
 * norm of a signal that enters a layer of the original. It follows from e_l &lt;= ||W_hat_l|| e_(l-1) + ||W_hat_l - W_l||
 * ||x_l|| + ||b_hat_l - b_l||; with every layer's own numbers instead of the largest ones that is {@code layered}, never more.
 * Both hold in exact arithmetic for every sample B was taken over; float32 rounding comes on top.
 *
 * <p>Needs a sequence of layers with {@linkplain Contractions 1-Lipschitz operators} between: {@link #obstacle} says what stands
 * against it.
 *
 * @param layers L
 * @param epsilon largest norm of a change of weights
 * @param tau largest norm of weights
 * @param beta largest norm of a change of biases
 * @param signal B
 * @param bound the theorem's bound
 * @param layered the same with each layer's own norms
 */
public record DeviationBound(
        int layers, double epsilon, double tau, double beta, double signal, double bound, double layered) {
    /** Why the bound does not apply to a network, as the end of a sentence; null where it does. */
    public static @Nullable String obstacle(SplitGraph graph) {
        return new Walk(graph).obstacle;
    }

    /**
     * Bounds the first output's deviation on the samples of a data set.
     *
     * @throws IllegalArgumentException when there is an {@link #obstacle}
     */
    public static DeviationBound of(SplitNetwork network, Dataset data) {
        Map<String, Double> norms = new HashMap<>();
        int most = Math.min(data.count(), BatchRule.samples(largest(network.graph(), data)));
        float[] samples = new float[most * data.elements()];
        try (SignalNorms signals = new SignalNorms(network.graph())) {
            for (int from = 0; from < data.count(); from += most) {
                int batch = Math.min(most, data.count() - from);
                data.readBatch(from, batch, samples);
                signals.of(samples, batch).forEach((value, norm) -> norms.merge(value, norm, Math::max));
            }
        }
        return of(network, norms);
    }

    /** Numbers of a sample in the largest value, or in all that enters layers, which is held at once. */
    private static long largest(SplitGraph graph, Dataset data) {
        long entering = graph.linear().stream()
                .map(linear -> linear.map().input())
                .distinct()
                .mapToLong(graph.model()::elements)
                .sum();
        return Math.max(data.elements(), Math.max(entering, graph.model().largest()));
    }

    /**
     * Bounds the first output's deviation on some samples, the model's inputs one after the other in each.
     *
     * @throws IllegalArgumentException when there is an {@link #obstacle}
     */
    public static DeviationBound of(SplitNetwork network, float[] samples, int batch) {
        try (SignalNorms signals = new SignalNorms(network.graph())) {
            return of(network, signals.of(samples, batch));
        }
    }

    private static DeviationBound of(SplitNetwork network, Map<String, Double> signals) {
        SplitGraph graph = network.graph();
        Walk walk = new Walk(graph);
        if (walk.obstacle != null) {
            throw new IllegalArgumentException("the bound does not apply: " + walk.obstacle);
        }
        double epsilon = 0;
        double tau = 0;
        double beta = 0;
        double signal = 0;
        double layered = 0;
        for (LinearMap map : walk.path) {
            OperatorNorm norm = OperatorNorm.of(graph.model(), map);
            SplitNetwork.Weights now = network.weights(map);
            double change = norm.ofDifference(now.values(), map.weights());
            double shift = shift(map, now.bias());
            Double x = signals.get(map.input());
            if (x == null) {
                throw new IllegalArgumentException(
                        "every layer's input must have been measured: '" + map.input() + "' was not");
            }
            epsilon = Math.max(epsilon, change);
            tau = Math.max(tau, norm.of(map.weights()));
            beta = Math.max(beta, shift);
            signal = Math.max(signal, x);
            layered = norm.of(now.values()) * layered + change * x + shift;
        }
        double bound = 0;
        for (int l = 0; l < walk.path.size(); l++) {
            bound = (tau + epsilon) * bound + epsilon * signal + beta;
        }
        return new DeviationBound(walk.path.size(), epsilon, tau, beta, signal, bound, layered);
    }

    private static double shift(LinearMap map, float @Nullable [] bias) {
        float[] before = map.bias();
        double sum = 0;
        for (int t = 0; t < map.targets(); t++) {
            double d = (bias == null ? 0 : (double) bias[t]) - (before == null ? 0 : before[t]);
            sum += d * d;
        }
        return Math.sqrt(sum * map.targetEach());
    }

    /** Follows what the layers change through the graph to the first output. */
    private static final class Walk {
        /** Per changed value the layers it went through. */
        private final Map<String, List<LinearMap>> paths = new HashMap<>();

        private final List<LinearMap> path;
        private @Nullable String obstacle;

        Walk(SplitGraph graph) {
            Map<Node, LinearMap> layers = new HashMap<>();
            graph.linear().forEach(linear -> layers.put(linear.node(), linear.map()));
            Set<Node> nodes = new HashSet<>();
            graph.operations().forEach(operation -> nodes.add(operation.node()));
            graph.finals().forEach(last -> nodes.add(last.node()));
            Contractions contractions = new Contractions(graph.model());
            for (Node node : graph.model().graph().nodes()) {
                if (obstacle == null && nodes.contains(node)) {
                    pass(graph, node, layers.get(node), contractions);
                }
            }
            path = paths.getOrDefault(graph.model().outputs().get(0), List.of());
        }

        private void pass(SplitGraph graph, Node node, @Nullable LinearMap map, Contractions contractions) {
            List<String> changed =
                    graph.signals(node).stream().filter(paths::containsKey).toList();
            if (map == null && changed.isEmpty()) {
                return;
            }
            if (map == null && graph.signals(node).size() > 1) {
                obstacle =
                        node.operator() + " '" + node.name() + "' joins several values, and the layers are no sequence";
                return;
            }
            List<LinearMap> through = new ArrayList<>();
            if (map == null) {
                String x = changed.get(0);
                obstacle = contractions.obstacle(node, x);
                through.addAll(paths.getOrDefault(x, List.of()));
            } else {
                through.addAll(paths.getOrDefault(map.input(), List.of()));
                through.add(map);
            }
            node.outputs().forEach(output -> paths.put(output, through));
        }
    }

    /** Euclidean norms of what enters the layers of the original. */
    private static final class SignalNorms implements AutoCloseable {
        private final ProbedModel model;
        private final Set<String> made = new HashSet<>();
        private final Map<String, Integer> given = new LinkedHashMap<>();
        private final @Nullable Network network;

        SignalNorms(SplitGraph graph) {
            model = graph.model();
            Graph view = model.graph();
            for (Operation.Linear linear : graph.linear()) {
                String input = linear.map().input();
                if (view.producer(input) == null) {
                    given.put(input, 0);
                } else {
                    made.add(input);
                }
            }
            network = made.isEmpty() ? null : new Network("original", Network.withOutputs(model.model(), made), 2);
            int offset = 0;
            for (String input : model.inputs()) {
                int at = offset;
                given.computeIfPresent(input, (name, before) -> at);
                offset += model.elements(input);
            }
        }

        /** Per value the largest norm over the samples. */
        Map<String, Double> of(float[] samples, int batch) {
            Map<String, Double> norms = new HashMap<>();
            int stride = model.inputs().stream().mapToInt(model::elements).sum();
            given.forEach((input, offset) ->
                    norms.put(input, largest(samples, offset, model.elements(input), stride, batch)));
            if (network != null) {
                network.run(samples, batch)
                        .forEach((value, numbers) -> norms.put(
                                value, largest(numbers, 0, numbers.length / batch, numbers.length / batch, batch)));
            }
            return norms;
        }

        private static double largest(float[] numbers, int offset, int count, int stride, int batch) {
            double largest = 0;
            for (int i = 0; i < batch; i++) {
                double sum = 0;
                for (int j = 0; j < count; j++) {
                    double number = numbers[i * stride + offset + j];
                    sum += number * number;
                }
                largest = Math.max(largest, Math.sqrt(sum));
            }
            return largest;
        }

        @Override
        public void close() {
            if (network != null) {
                network.close();
            }
        }
    }
}
