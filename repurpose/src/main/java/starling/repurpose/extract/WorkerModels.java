package starling.repurpose.extract;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;
import starling.models.graph.Shapes;
import starling.models.plan.Plan;
import starling.repurpose.exchange.Frame;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.space.Layout;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/**
 * Writes one worker's stages.
 *
 * <p>A layer y = W x + b with an exchange becomes, on the worker that owns some of its targets: before the exchange the
 * product with its own sources, plus bias ("local"); after it the product with the activations that came, plus the partial
 * sums that came, each at its place. Sources whose edge is covered by a partial sum are left out of the product here and
 * multiplied by the sender. A layer without an exchange is written in the stage of its input.
 */
public final class WorkerModels {
    /**
     * What was written.
     *
     * @param stages the sub-models, null where there is nothing to compute
     * @param part the worker's entry in the plan
     */
    public record Written(List<@Nullable ModelProto> stages, Plan.Part part) {}

    private final SplitNetwork network;
    private final SplitGraph graph;
    private final Schedule schedule;
    private final Shaping shaping;
    private final Shaping.Part part;
    private final int worker;
    private final List<GraphBuilder> stages = new ArrayList<>();
    /** Stage in which each value of this worker is made. */
    private final Map<String, Integer> made = new HashMap<>();

    private final Map<String, int[]> shapes = new HashMap<>();
    /** Per stage the inputs it has. */
    private final List<Set<String>> declared = new ArrayList<>();

    private final Set<String> carried = new HashSet<>();
    private final List<Plan.Range> input = new ArrayList<>();
    /** Inputs of an operator run whole, by the names their gathered values have. */
    private final Map<String, String> renamed = new HashMap<>();
    /** The operators behind values that are not float32: these do not go from stage to stage but are made again. */
    private final Map<String, NodeProto> recipes = new HashMap<>();

    private int inputValues;
    private Weighing weighing = Weighing.NOTHING;

    private WorkerModels(SplitNetwork network, Schedule schedule, int worker) {
        this.network = network;
        this.graph = network.graph();
        this.schedule = schedule;
        this.shaping = new Shaping(network);
        this.worker = worker;
        this.part = new Shaping.Part(network, worker);
        for (int s = 0; s <= schedule.rounds(); s++) {
            stages.add(new GraphBuilder(
                            "worker " + worker + " stage " + s,
                            graph.model().graph().opset())
                    .avoid(graph.model().graph().names()));
            declared.add(new HashSet<>());
        }
    }

    /** Writes the stages of a worker. */
    public static Written write(SplitNetwork network, Schedule schedule, int worker) {
        return new WorkerModels(network, schedule, worker).write();
    }

    private Written write() {
        measureInput();
        cutInput();
        for (Operation operation : graph.operations()) {
            if (operation instanceof Operation.Carry carry) {
                carry(carry);
            } else if (operation instanceof Operation.Linear linear) {
                linear(linear.map());
            } else if (operation instanceof Operation.Share share) {
                gathered(share.node());
            } else if (operation instanceof Operation.Whole whole
                    && schedule.wholeAt(whole.node()) == worker
                    && schedule.isNeeded(whole.node())) {
                gathered(whole.node());
            }
        }
        for (Frame frame : schedule.frames()) {
            if (frame.from() == worker) {
                send(frame);
            }
        }
        int outputValues = 0;
        int outputStage = -1;
        List<String> delivered = new ArrayList<>();
        for (String value : graph.delivered()) {
            if (has(value)) {
                delivered.add(value);
                outputStage = Math.max(outputStage, madeIn(value));
                outputValues += shaping.numbers(shaping.shape(value, part));
            }
        }
        if (!delivered.isEmpty()) {
            int at = outputStage;
            List<String> flat = delivered.stream()
                    .map(value -> shaping.flatten(stages.get(at), use(at, value), shape(value)))
                    .toList();
            port(at, shaping.concat(stages.get(at), flat, 1), Ports.inner("output"), outputValues);
        }
        return written(outputStage, outputValues);
    }

    private Written written(int outputStage, int outputValues) {
        List<@Nullable ModelProto> models = new ArrayList<>();
        Set<String> read = new HashSet<>();
        for (int s = stages.size() - 1; s >= 0; s--) {
            GraphBuilder builder = stages.get(s);
            builder.keepOutputs(name -> !carried.contains(name) || read.contains(name));
            ModelProto model = builder.outputs().isEmpty() ? null : builder.build();
            models.add(0, model == null ? null : Ports.ofWorker(model));
            if (model != null) {
                model.getGraph().getInputList().forEach(info -> read.add(info.getName()));
            }
        }
        List<Plan.Stage> entries = new ArrayList<>();
        for (int s = 0; s < stages.size(); s++) {
            int step = s;
            entries.add(new Plan.Stage(
                    models.get(s) == null ? null : "worker-" + worker + "/stage-" + s + ".onnx",
                    schedule.frames().stream()
                            .filter(frame -> frame.step() == step && frame.to() == worker)
                            .map(Frame::from)
                            .toList(),
                    schedule.frames().stream()
                            .filter(frame -> frame.step() == step + 1 && frame.from() == worker)
                            .map(Frame::to)
                            .toList(),
                    s == outputStage));
        }
        return new Written(
                models,
                new Plan.Part(
                        worker,
                        List.copyOf(input),
                        outputValues,
                        entries,
                        weighing.multiplyAdds(),
                        weighing.parameters()));
    }

    /** Whether this worker has any of a value. */
    private boolean has(String value) {
        return graph.layout(value).isReplicated() || part.local(value).length > 0;
    }

    private int[] shape(String value) {
        int[] known = shapes.get(value);
        return known == null ? shaping.shape(value, part) : known;
    }

    /** The stage of a value; 0 where its maker was left out, since all that reads it is removed as dead. */
    private int madeIn(String value) {
        return made.getOrDefault(value, 0);
    }

    /** Makes a value of this worker usable in a stage. */
    private String use(int stage, String value) {
        int at = madeIn(value);
        if (at != stage && recipes.containsKey(value)) {
            makeAgain(stage, value);
        } else if (at != stage && declared.get(stage).add(value)) {
            stages.get(stage).input(value, shape(value));
            if (carried.add(value)) {
                stages.get(at).output(value, shape(value));
            }
        }
        return value;
    }

    private void makeAgain(int stage, String value) {
        GraphBuilder builder = stages.get(stage);
        NodeProto recipe = recipes.get(value);
        if (recipe == null || builder.has(value)) {
            return;
        }
        for (String name : recipe.getInputList()) {
            TensorProto tensor = graph.model().graph().constant(name);
            if (tensor != null) {
                builder.constant(tensor);
            } else if (!name.isEmpty()) {
                use(stage, name);
            }
        }
        NodeProto.Builder again = recipe.toBuilder().clearOutput();
        recipe.getOutputList()
                .forEach(output ->
                        again.addOutput(output.equals(value) || output.isEmpty() ? output : builder.fresh(output)));
        builder.add(again.build());
    }

    /** Remembers how values that are not float32 were made. */
    private void remember(NodeProto written) {
        for (String output : written.getOutputList()) {
            if (!output.isEmpty() && !graph.model().isSignal(output)) {
                recipes.put(output, written);
            }
        }
    }

    /** Makes the worker's input part usable in a stage; also where only its batch size is wanted. */
    private String useInput(int stage) {
        String port = Ports.inner("input");
        if (declared.get(stage).add(port)) {
            stages.get(stage).input(port, graph.model().batched() ? -1 : 1, inputValues);
        }
        return port;
    }

    private void measureInput() {
        int offset = 0;
        for (String value : graph.model().inputs()) {
            int[] elements = has(value) ? elementsOf(value) : new int[0];
            for (int e : elements) {
                int last = input.size() - 1;
                if (last >= 0 && input.get(last).to() == offset + e) {
                    input.set(last, new Plan.Range(input.get(last).from(), offset + e + 1));
                } else {
                    input.add(new Plan.Range(offset + e, offset + e + 1));
                }
            }
            inputValues += elements.length;
            offset += graph.model().elements(value);
        }
    }

    private int[] elementsOf(String value) {
        int[] shape = graph.model().shape(value);
        Layout layout = graph.layout(value);
        int total = (int) Shapes.elements(shape);
        int[] owners = network.ownersOf(value);
        int[] found = new int[total];
        int count = 0;
        for (int e = 0; e < total; e++) {
            boolean mine = layout.isReplicated()
                    || owners[layout.isFlat() ? e : e / Shapes.inner(shape, layout.axis()) % shape[layout.axis()]]
                            == worker;
            if (mine) {
                found[count++] = e;
            }
        }
        return java.util.Arrays.copyOf(found, count);
    }

    private void cutInput() {
        int offset = 0;
        for (String value : graph.model().inputs()) {
            if (!has(value)) {
                continue;
            }
            GraphBuilder builder = stages.get(0);
            int[] shape = shaping.shape(value, part);
            int numbers = shaping.numbers(shape);
            String piece = shaping.pick(builder, useInput(0), 1, run(offset, numbers), inputValues);
            shaping.reshape(builder, piece, shape, value);
            made.put(value, 0);
            offset += numbers;
        }
    }

    private static int[] run(int from, int count) {
        int[] indices = new int[count];
        for (int i = 0; i < count; i++) {
            indices[i] = from + i;
        }
        return indices;
    }

    private void carry(Operation.Carry carry) {
        Node node = carry.node();
        if (node.outputs().stream().noneMatch(output -> !output.isEmpty() && has(output))) {
            return;
        }
        int stage = schedule.stage(node.output());
        for (String value : graph.signals(node)) {
            if (has(value)) {
                use(stage, value);
            }
        }
        GraphBuilder builder = stages.get(stage);
        new CarriedNode(builder, shaping, part).write(carry);
        remember(node.proto());
        node.outputs().forEach(output -> made.put(output, stage));
        weighing = weighing.plus(Weighing.part(graph, carry, part.local(node.output()).length));
    }

    /** The frame of an exchange as this worker received it, and where each piece of it begins. */
    private String received(Frame frame) {
        String name = Ports.inner("from_" + frame.from());
        if (declared.get(frame.step()).add(name)) {
            stages.get(frame.step()).input(name, graph.model().batched() ? -1 : 1, schedule.values(frame));
        }
        return name;
    }

    /** The activations of a value in a frame, shaped. */
    private String activations(Frame frame, String value) {
        return piece(frame, value, frame.activations().getOrDefault(value, new int[0]).length, false);
    }

    private String piece(Frame frame, String value, int count, boolean sums) {
        GraphBuilder builder = stages.get(frame.step());
        int offset = 0;
        for (Map.Entry<String, int[]> entry : frame.activations().entrySet()) {
            if (!sums && entry.getKey().equals(value)) {
                break;
            }
            offset += entry.getValue().length * schedule.each(entry.getKey());
        }
        if (sums) {
            for (Map.Entry<String, int[]> entry : frame.partialSums().entrySet()) {
                if (entry.getKey().equals(value)) {
                    break;
                }
                offset += entry.getValue().length * schedule.each(entry.getKey());
            }
        }
        int numbers = count * schedule.each(value);
        String flat = shaping.pick(builder, received(frame), 1, run(offset, numbers), schedule.values(frame));
        return shaping.reshape(builder, flat, shaping.shape(value, count));
    }

    private void linear(LinearMap map) {
        int[] targets = graph.layout(map.output()).isReplicated() ? run(0, map.targets()) : part.local(map.output());
        if (targets.length == 0) {
            return;
        }
        SplitNetwork.Weights weights = network.weights(map);
        float @Nullable [] bias = pickBias(weights.bias(), targets);
        weighing = weighing.plus(new Weighing(bias == null ? 0 : bias.length, 0));
        boolean replicated = graph.layout(map.input()).isReplicated();
        int[] own = replicated ? run(0, map.sources()) : part.local(map.input());
        int step = schedule.step(map.node());
        int stage = schedule.stage(map.output());
        made.put(map.output(), stage);
        List<Frame> incoming = step == 0
                ? List.of()
                : schedule.frames().stream()
                        .filter(frame -> frame.step() == step && frame.to() == worker)
                        .toList();
        List<String> terms = new ArrayList<>();
        if (own.length > 0) {
            int before = schedule.stage(map.input());
            GraphBuilder builder = stages.get(before);
            boolean only = before == stage && incoming.isEmpty();
            String local = only ? map.output() : map.output() + "@local";
            String x = use(before, map.input());
            map.emit(builder, x, map.block(weights.values(), targets, own), targets.length, own.length, bias, local);
            count(map, targets.length, own.length);
            if (only) {
                return;
            }
            made.put(local, before);
            shapes.put(local, shape(map.output()));
            terms.add(use(stage, local));
        }
        GraphBuilder builder = stages.get(stage);
        addActivations(map, weights.values(), targets, incoming, terms);
        addPartialSums(map, targets, incoming, terms);
        if (own.length == 0 && (bias != null || terms.isEmpty())) {
            terms.add(biasAlone(map, stage, bias, targets.length));
        }
        String sum = terms.get(0);
        for (int i = 1; i < terms.size(); i++) {
            sum = builder.node("Add", List.of(sum, terms.get(i)));
        }
        builder.node("Identity", List.of(sum), map.output());
    }

    private void addActivations(
            LinearMap map, float[] weights, int[] targets, List<Frame> incoming, List<String> terms) {
        List<String> came = new ArrayList<>();
        List<Integer> columns = new ArrayList<>();
        for (Frame frame : incoming) {
            int[] sent = frame.activations().get(map.input());
            if (sent != null) {
                came.add(activations(frame, map.input()));
                for (int s : sent) {
                    columns.add(s);
                }
            }
        }
        if (came.isEmpty()) {
            return;
        }
        int[] sources = columns.stream().mapToInt(Integer::intValue).toArray();
        float[] block = map.block(weights, targets, sources);
        GraphBuilder builder = stages.get(schedule.stage(map.output()));
        String x = shaping.concat(builder, came, map.inAxis());
        terms.add(map.emit(builder, x, block, targets.length, sources.length, null, null));
        count(map, targets.length, sources.length);
    }

    private void addPartialSums(LinearMap map, int[] targets, List<Frame> incoming, List<String> terms) {
        GraphBuilder builder = stages.get(schedule.stage(map.output()));
        for (Frame frame : incoming) {
            int[] summed = frame.partialSums().get(map.output());
            if (summed == null) {
                continue;
            }
            String sums = piece(frame, map.output(), summed.length, true);
            int[] places = new int[summed.length];
            for (int i = 0; i < places.length; i++) {
                places[i] = java.util.Arrays.binarySearch(targets, summed[i]);
            }
            terms.add(places.length == targets.length ? sums : map.scatter(builder, sums, places, targets.length));
        }
    }

    /** A layer that nothing reaches is its bias, for every sample of the batch. */
    private String biasAlone(LinearMap map, int stage, float @Nullable [] bias, int targets) {
        GraphBuilder builder = stages.get(stage);
        int[] shape = shape(map.output());
        int[] dims = new int[shape.length];
        java.util.Arrays.fill(dims, 1);
        dims[map.outAxis()] = targets;
        String constant = builder.constant("b", bias == null ? new float[targets] : bias, dims);
        if (!graph.model().batched()) {
            return builder.node("Expand", List.of(constant, builder.constant("shape", wide(shape))));
        }
        String batch = builder.node(
                "Gather",
                List.of(builder.node("Shape", List.of(useInput(stage))), builder.constant("first", 0L)),
                GraphBuilder.attribute("axis", 0L));
        String rest = builder.constant("shape", wide(java.util.Arrays.copyOfRange(shape, 1, shape.length)));
        return builder.node(
                "Expand",
                List.of(constant, builder.node("Concat", List.of(batch, rest), GraphBuilder.attribute("axis", 0L))));
    }

    private static long[] wide(int[] shape) {
        return java.util.Arrays.stream(shape).asLongStream().toArray();
    }

    private static float @Nullable [] pickBias(float @Nullable [] bias, int[] targets) {
        if (bias == null) {
            return null;
        }
        float[] picked = new float[targets.length];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = bias[targets[i]];
        }
        return picked;
    }

    private void count(LinearMap map, int targets, int sources) {
        weighing = weighing.plus(Weighing.block(map, targets, sources));
    }

    /** Writes an operator that needs its inputs whole, after putting them together. */
    private void gathered(Node node) {
        int stage = schedule.stage(node.output());
        GraphBuilder builder = stages.get(stage);
        for (String value : graph.signals(node)) {
            Layout layout = graph.layout(value);
            if (layout.isReplicated() || !graph.model().isSignal(value)) {
                use(stage, value);
                continue;
            }
            List<String> parts = new ArrayList<>();
            List<Integer> order = new ArrayList<>();
            if (has(value)) {
                parts.add(use(stage, value));
                for (int index : part.local(value)) {
                    order.add(index);
                }
            }
            for (Frame frame : schedule.frames()) {
                int[] sent = frame.activations().get(value);
                if (frame.step() == schedule.step(node) && frame.to() == worker && sent != null) {
                    parts.add(activations(frame, value));
                    for (int index : sent) {
                        order.add(index);
                    }
                }
            }
            String gathered = value + "@whole" + node.index();
            made.put(gathered, stage);
            shapes.put(gathered, shaping.whole(value));
            shaping.restore(
                    builder,
                    value,
                    parts,
                    order.stream().mapToInt(Integer::intValue).toArray(),
                    gathered);
            renamed.put(value, gathered);
        }
        node.inputs().forEach(name -> {
            TensorProto tensor = graph.model().graph().constant(name);
            if (tensor != null) {
                builder.constant(tensor);
            }
        });
        NodeProto.Builder proto = node.proto().toBuilder().clearInput().clearOutput();
        node.inputs().forEach(name -> proto.addInput(renamed.getOrDefault(name, name)));
        renamed.clear();
        node.outputs().forEach(output -> proto.addOutput(isFlatSignal(output) ? output + "@shaped" : output));
        builder.add(proto.build());
        remember(proto.build());
        for (String output : node.outputs()) {
            made.put(output, stage);
            if (isFlatSignal(output)) {
                shaping.reshape(builder, output + "@shaped", shaping.shape(output, part), output);
            }
        }
    }

    private boolean isFlatSignal(String value) {
        return !value.isEmpty()
                && graph.model().isSignal(value)
                && graph.layout(value).isFlat();
    }

    private void send(Frame frame) {
        int stage = frame.step() - 1;
        GraphBuilder builder = stages.get(stage);
        List<String> flat = new ArrayList<>();
        frame.activations().forEach((value, indices) -> {
            int[] local = part.local(value);
            int[] places = new int[indices.length];
            for (int i = 0; i < places.length; i++) {
                places[i] = java.util.Arrays.binarySearch(local, indices[i]);
            }
            String picked = shaping.pick(builder, use(stage, value), shaping.axis(value), places, local.length);
            flat.add(shaping.flatten(builder, picked, shaping.shape(value, indices.length)));
        });
        frame.partialSums().forEach((layer, targets) -> flat.add(partialSum(graph.layer(layer), frame, targets)));
        port(stage, shaping.concat(builder, flat, 1), Ports.inner("to_" + frame.to()), schedule.values(frame));
    }

    /** Sums this worker's sources for some of the receiver's targets, without those it sends as activations. */
    private String partialSum(LinearMap map, Frame frame, int[] targets) {
        int stage = frame.step() - 1;
        GraphBuilder builder = stages.get(stage);
        int[] local = part.local(map.input());
        float[] weights = network.weights(map).values();
        int[] own = StageWork.summed(network, map, frame, local, targets);
        int[] places = java.util.Arrays.stream(own)
                .map(s -> java.util.Arrays.binarySearch(local, s))
                .toArray();
        String x = shaping.pick(builder, use(stage, map.input()), map.inAxis(), places, local.length);
        float[] block = map.block(weights, targets, own);
        String sums = map.emit(builder, x, block, targets.length, own.length, null, null);
        count(map, targets.length, own.length);
        return shaping.flatten(builder, sums, shaping.shape(map.output(), targets.length));
    }

    private void port(int stage, String value, String name, int numbers) {
        GraphBuilder builder = stages.get(stage);
        builder.node("Identity", List.of(value), name);
        builder.output(name, graph.model().batched() ? -1 : 1, numbers);
    }
}
