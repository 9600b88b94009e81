package starling.repurpose.values;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import starling.models.graph.Graph;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;
import starling.models.graph.Shapes;
import starling.models.run.Network;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitGraph;

/**
 * How much the network's answer moves with each target of a layer: E[sum over positions p of ||d y / d z_tp||^2], y all
 * float32 outputs, z the layer's pre-activations, on some calibration samples.
 *
 * <p>Method: the network is cut behind the layer; the part behind the cut is run from recorded values with z_t moved by a
 * small step, up or down at random, and the squared change of y is divided by the step's square. A target
 * with several positions moves at all of them at once with random signs: the expectation over the signs is the sum over the
 * positions. The step is 1 % of z_t's root mean square. Holds for any graph whose values at the cut are float32.
 *
 * <p>Cost: targets x samples runs of the part behind the cut; the number of samples is chosen so that this stays below
 * {@link #WORK} multiplications, at least {@link #FEWEST} and at most {@link #MOST}.
 */
final class Importance {
    private static final double WORK = 6e9;
    private static final int FEWEST = 4;
    private static final int MOST = 200;
    private static final double STEP = 0.01;
    private static final long BATCH_FLOATS = 2L << 20;

    private final SplitGraph graph;
    private final Calibration samples;
    private final long seed;
    private final int threads;

    Importance(SplitGraph graph, Calibration samples, long seed, int threads) {
        this.graph = graph;
        this.samples = samples;
        this.seed = seed;
        this.threads = threads;
    }

    /** Importance of every target of a layer, mean over the samples. */
    double[] of(LinearMap map) {
        Graph whole = graph.model().graph();
        List<Node> behind = whole.nodes().stream()
                .filter(node -> node.index() > map.node().index())
                .toList();
        Set<String> made = new LinkedHashSet<>();
        behind.forEach(node -> made.addAll(node.outputs()));
        GraphBuilder builder = new GraphBuilder("tail", whole.opset());
        Set<String> cut = new LinkedHashSet<>();
        for (Node node : behind) {
            for (String input : node.inputs()) {
                TensorProto tensor = whole.constant(input);
                if (tensor != null) {
                    builder.constant(tensor);
                } else if (!input.isEmpty() && !made.contains(input)) {
                    cut.add(input);
                }
            }
        }
        cut.add(map.output());
        for (String value : cut) {
            if (graph.model().isSignal(value)) {
                int[] shape = graph.model().shape(value).clone();
                if (graph.model().batched()) {
                    shape[0] = -1;
                }
                builder.input(value, shape);
            }
        }
        behind.forEach(node -> builder.add(node.proto()));
        for (String output : graph.model().outputs()) {
            if (graph.model().isSignal(output) && (made.contains(output) || output.equals(map.output()))) {
                int[] shape = graph.model().shape(output).clone();
                if (graph.model().batched()) {
                    shape[0] = -1;
                }
                builder.output(builder.node("Identity", List.of(output)), shape);
            }
        }
        ModelProto tail = builder.build();
        List<String> fed = tail.getGraph().getInputList().stream()
                .map(ValueInfoProto::getName)
                .toList();
        if (!fed.contains(map.output())) {
            return new double[map.targets()];
        }
        int count = count(map);
        Map<String, float[]> recorded = record(whole, fed, count);
        try (Network network = new Network("part behind a layer", tail, threads)) {
            return probe(network, map, recorded, count);
        }
    }

    private int count(LinearMap map) {
        double work = 0;
        for (Operation.Linear linear : graph.linear()) {
            if (linear.node().index() > map.node().index()) {
                work += linear.map().multiplyAdds();
            }
        }
        double affordable = WORK / (map.targets() * Math.max(1, work));
        return (int) Math.min(samples.count(), Math.max(FEWEST, Math.min(MOST, affordable)));
    }

    private Map<String, float[]> record(Graph whole, List<String> values, int count) {
        Map<String, float[]> recorded = new LinkedHashMap<>();
        List<String> computed = new ArrayList<>();
        int offset = 0;
        for (String input : graph.model().inputs()) {
            int elements = graph.model().elements(input);
            if (values.contains(input)) {
                float[] rows = new float[count * elements];
                for (int i = 0; i < count; i++) {
                    System.arraycopy(samples.samples(), i * samples.elements() + offset, rows, i * elements, elements);
                }
                recorded.put(input, rows);
            }
            offset += elements;
        }
        values.stream().filter(value -> !recorded.containsKey(value)).forEach(computed::add);
        try (Network head = new Network("part before a layer", Network.withOutputs(whole.model(), computed), threads)) {
            recorded.putAll(head.run(samples.samples(), count));
        }
        return recorded;
    }

    private double[] probe(Network tail, LinearMap map, Map<String, float[]> recorded, int count) {
        int[] shape = graph.model().shape(map.output());
        int elements = graph.model().elements(map.output());
        int inner = Shapes.inner(shape, map.outAxis());
        float[] z = recorded.getOrDefault(map.output(), new float[0]);
        double[] step = steps(map, z, elements, inner);
        int together = (int) Math.max(1, Math.min(map.targets(), BATCH_FLOATS / ((long) count * tail.inputElements())));
        float[] still = rows(tail, recorded, count, 1);
        Map<String, float[]> rest = tail.run(still, count);
        float[] moved = rows(tail, recorded, count, together);
        int at = offset(tail, map.output());
        SplittableRandom random = new SplittableRandom(seed);
        double[] importance = new double[map.targets()];
        for (int first = 0; first < map.targets(); first += together) {
            int targets = Math.min(together, map.targets() - first);
            for (int i = 0; i < targets; i++) {
                for (int n = 0; n < count; n++) {
                    int row = (i * count + n) * tail.inputElements() + at;
                    System.arraycopy(z, n * elements, moved, row, elements);
                    move(moved, row, elements, inner, map.targets(), first + i, step[first + i], random);
                }
            }
            Map<String, float[]> changed = tail.run(moved, targets * count);
            for (Map.Entry<String, float[]> output : rest.entrySet()) {
                float[] before = output.getValue();
                float[] after = changed.getOrDefault(output.getKey(), new float[0]);
                for (int i = 0; i < targets; i++) {
                    double sum = 0;
                    for (int e = 0; e < before.length; e++) {
                        double change = after[i * before.length + e] - before[e];
                        sum += change * change;
                    }
                    importance[first + i] += sum / (step[first + i] * step[first + i] * count);
                }
            }
        }
        return importance;
    }

    private static void move(
            float[] into,
            int row,
            int elements,
            int inner,
            int targets,
            int target,
            double step,
            SplittableRandom random) {
        for (int e = 0; e < elements; e++) {
            if (e / inner % targets == target) {
                into[row + e] += (float) (random.nextBoolean() ? step : -step);
            }
        }
    }

    private static double[] steps(LinearMap map, float[] z, int elements, int inner) {
        double[] power = new double[map.targets()];
        double all = 0;
        for (int i = 0; i < z.length; i++) {
            double square = (double) z[i] * z[i];
            power[i % elements / inner % map.targets()] += square;
            all += square;
        }
        double mean = all / map.targets();
        double rows = (double) z.length / map.targets();
        double[] step = new double[map.targets()];
        for (int t = 0; t < step.length; t++) {
            step[t] = STEP * Math.sqrt(Math.max(power[t], mean * 1e-2 + 1e-12) / rows);
        }
        return step;
    }

    /** The tail's inputs of all samples, {@code times} times over. */
    private static float[] rows(Network tail, Map<String, float[]> recorded, int count, int times) {
        int stride = tail.inputElements();
        float[] rows = new float[times * count * stride];
        int offset = 0;
        for (Network.Input input : tail.inputs()) {
            float[] values = recorded.getOrDefault(input.name(), new float[0]);
            for (int r = 0; r < times * count; r++) {
                System.arraycopy(values, r % count * input.elements(), rows, r * stride + offset, input.elements());
            }
            offset += input.elements();
        }
        return rows;
    }

    private static int offset(Network tail, String value) {
        int offset = 0;
        for (Network.Input input : tail.inputs()) {
            if (input.name().equals(value)) {
                return offset;
            }
            offset += input.elements();
        }
        throw new IllegalStateException("'" + value + "' is not fed");
    }
}
