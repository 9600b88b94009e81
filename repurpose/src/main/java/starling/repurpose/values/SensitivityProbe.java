package starling.repurpose.values;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import starling.models.graph.Graph;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;
import starling.models.graph.Shapes;
import starling.models.run.Network;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitGraph;

/**
 * Measures how the network's answer moves with the targets of a layer: M_tu = E[sum over positions p of (d y / d z_tp) . (d y /
 * d z_up)], y what the workers deliver (before final steps such as Softmax), z the layer's pre-activations, on some
 * calibration samples.
 *
 * <p>Method: the network is cut behind the layer; the part behind the cut is run from recorded values with z_t moved by a small
 * step, and the change of y divided by the step is a row of the Jacobian. A target with several positions moves at all of
 * them at once with random signs, the same for all targets: the expectation over the signs of a product of two such rows is
 * the sum over the positions. The step is 1 % of z_t's root mean square. Holds for any graph whose values at the cut are
 * float32; where one is not, all targets count alike. Of more than {@link #MOST_ANSWERS} delivered numbers a random subset is
 * looked at.
 *
 * <p>Cost: targets x samples runs of the part behind the cut and targets^2 x samples x numbers delivered; the number of
 * samples is chosen so that the runs stay below {@link #WORK} multiplications, at least {@link #FEWEST} and at most
 * {@link #MOST}. Where even the fewest samples would cost {@link #TOO_MUCH} times as much, all targets are moved at once with
 * random signs, which gives the mean of M's diagonal only, and all targets count alike.
 */
final class SensitivityProbe {
    private static final double WORK = 6e9;
    private static final int FEWEST = 4;
    private static final int MOST = 200;
    private static final double STEP = 0.01;
    private static final long BATCH_FLOATS = 2L << 20;
    private static final int MOST_ANSWERS = 256;
    private static final double TOO_MUCH = 10;

    private final SplitGraph graph;
    private final Calibration samples;
    private final long seed;
    private final int threads;
    private final double work;

    SensitivityProbe(SplitGraph graph, Calibration samples, long seed, int threads) {
        this(graph, samples, seed, threads, WORK);
    }

    /**
     * A probe that may cost more or less than usual.
     *
     * @param work multiplications to spend on a layer, in place of {@link #WORK}
     */
    SensitivityProbe(SplitGraph graph, Calibration samples, long seed, int threads, double work) {
        this.graph = graph;
        this.samples = samples;
        this.seed = seed;
        this.threads = threads;
        this.work = work;
    }

    /** The sensitivity to a layer's targets, mean over the samples. */
    Sensitivity of(LinearMap map) {
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
        if (!cut.stream().allMatch(graph.model()::isSignal)) {
            return Sensitivity.even(map.targets());
        }
        for (String value : cut) {
            int[] shape = graph.model().shape(value).clone();
            if (graph.model().batched()) {
                shape[0] = -1;
            }
            builder.input(value, shape);
        }
        behind.forEach(node -> builder.add(node.proto()));
        for (String output : graph.delivered()) {
            if (made.contains(output) || output.equals(map.output())) {
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
            return Sensitivity.independent(new double[map.targets()]);
        }
        double once = workBehind(map) * map.targets();
        boolean apart = once * FEWEST <= TOO_MUCH * work;
        int count = (int) Math.min(samples.count(), Math.max(FEWEST, Math.min(MOST, work / once)));
        Map<String, float[]> recorded = record(whole, fed, count);
        try (Network network = new Network("part behind a layer", tail, threads)) {
            return apart ? probe(network, map, recorded, count) : probeAll(network, map, recorded);
        }
    }

    private double workBehind(LinearMap map) {
        double work = 1;
        for (Operation.Linear linear : graph.linear()) {
            if (linear.node().index() > map.node().index()) {
                work += linear.map().multiplyAdds();
            }
        }
        return work;
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

    private Sensitivity probe(Network tail, LinearMap map, Map<String, float[]> recorded, int count) {
        int elements = graph.model().elements(map.output());
        int inner = Shapes.inner(graph.model().shape(map.output()), map.outAxis());
        int targets = map.targets();
        float[] z = recorded.getOrDefault(map.output(), new float[0]);
        double[] step = steps(map, z, elements, inner);
        boolean[] up = signs(z.length, inner, targets);
        int together = (int) Math.max(1, Math.min(targets, BATCH_FLOATS / ((long) count * tail.inputElements())));
        float[] before = joined(tail.run(rows(tail, recorded, count, 1), count), count);
        int width = before.length / count;
        int[] looked = looked(width);
        double scale = Math.sqrt((double) width / looked.length / count);
        float[] moved = rows(tail, recorded, count, together);
        int at = offset(tail, map.output());
        double[] jacobian = new double[targets * count * looked.length];
        for (int first = 0; first < targets; first += together) {
            CallOff.check();
            int some = Math.min(together, targets - first);
            for (int i = 0; i < some; i++) {
                for (int n = 0; n < count; n++) {
                    int row = (i * count + n) * tail.inputElements() + at;
                    System.arraycopy(z, n * elements, moved, row, elements);
                    for (int e = 0; e < elements; e++) {
                        if (e / inner % targets == first + i) {
                            moved[row + e] += (float) (up[n * elements + e] ? step[first + i] : -step[first + i]);
                        }
                    }
                }
            }
            float[] after = joined(tail.run(moved, some * count), some * count);
            for (int i = 0; i < some; i++) {
                for (int n = 0; n < count; n++) {
                    for (int y = 0; y < looked.length; y++) {
                        double change = after[(i * count + n) * width + looked[y]] - before[n * width + looked[y]];
                        jacobian[((first + i) * count + n) * looked.length + y] = scale * change / step[first + i];
                    }
                }
            }
        }
        return Sensitivity.ofJacobian(jacobian, targets);
    }

    /** The mean importance of the targets, for all of them. */
    private Sensitivity probeAll(Network tail, LinearMap map, Map<String, float[]> recorded) {
        int elements = graph.model().elements(map.output());
        float[] z = recorded.getOrDefault(map.output(), new float[0]);
        int count = z.length / elements;
        double power = 1e-12;
        for (float value : z) {
            power += (double) value * value / z.length;
        }
        double step = STEP * Math.sqrt(power);
        float[] before = joined(tail.run(rows(tail, recorded, count, 1), count), count);
        float[] moved = rows(tail, recorded, count, 1);
        SplittableRandom random = new SplittableRandom(seed);
        for (int n = 0; n < count; n++) {
            for (int e = 0; e < elements; e++) {
                int at = n * tail.inputElements() + offset(tail, map.output()) + e;
                moved[at] += (float) (random.nextBoolean() ? step : -step);
            }
        }
        float[] after = joined(tail.run(moved, count), count);
        double sum = 0;
        for (int i = 0; i < before.length; i++) {
            sum += (double) (after[i] - before[i]) * (after[i] - before[i]);
        }
        double[] weight = new double[map.targets()];
        Arrays.fill(weight, sum / (step * step * count * map.targets()));
        return Sensitivity.independent(weight);
    }

    /** One sign per sample and position, in the order of z, the same for all targets. */
    private boolean[] signs(int length, int inner, int targets) {
        SplittableRandom random = new SplittableRandom(seed);
        boolean[] up = new boolean[length];
        for (int e = 0; e < length; e++) {
            int ofFirst = e - e / inner % targets * inner;
            up[e] = ofFirst == e ? random.nextBoolean() : up[ofFirst];
        }
        return up;
    }

    private int[] looked(int width) {
        if (width <= MOST_ANSWERS) {
            return IntStream.range(0, width).toArray();
        }
        return new SplittableRandom(seed)
                .ints(0, width)
                .distinct()
                .limit(MOST_ANSWERS)
                .sorted()
                .toArray();
    }

    /** All outputs of a run side by side, sample by sample. */
    private static float[] joined(Map<String, float[]> outputs, int count) {
        int width = outputs.values().stream()
                .mapToInt(values -> values.length / count)
                .sum();
        float[] all = new float[count * width];
        int offset = 0;
        for (float[] values : outputs.values()) {
            int part = values.length / count;
            for (int n = 0; n < count; n++) {
                System.arraycopy(values, n * part, all, n * width + offset, part);
            }
            offset += part;
        }
        return all;
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
