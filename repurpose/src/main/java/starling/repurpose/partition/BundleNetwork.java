package starling.repurpose.partition;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;
import starling.models.graph.Graph;
import starling.models.graph.Node;
import starling.models.graph.Tensors;
import starling.models.onnx.file.LoadLimits;
import starling.models.onnx.file.OnnxFile;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.repurpose.space.InputRule;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.Ownership;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/**
 * The split network behind a bundle: unit spaces from its original model, owners from its plan, weights from its reference
 * model.
 */
public final class BundleNetwork {
    private BundleNetwork() {}

    /**
     * Puts the network together again.
     *
     * @throws UnfitException when a file is missing or changed, or original, plan and reference do not belong together
     */
    public static SplitNetwork of(Bundle bundle) {
        Plan plan = bundle.plan();
        LoadedNetwork loaded = LoadedNetwork.parse(plan.modelName(), bundle.read(Bundle.ORIGINAL));
        Map<String, InputRule> rules = new LinkedHashMap<>();
        for (Plan.Input input : plan.inputs()) {
            boolean replicated = input.placement().equals("replicated");
            rules.put(input.name(), replicated ? new InputRule.Replicated() : new InputRule.Split());
        }
        SplitGraph graph = "naive".equals(plan.baseline())
                ? SpaceAnalysis.naive(loaded.probed(), rules)
                : SpaceAnalysis.of(loaded.probed(), rules);
        return new SplitNetwork(graph, plan.workers(), owners(plan, graph), weights(bundle, graph));
    }

    private static int[] owners(Plan plan, SplitGraph graph) {
        int[] owners = new int[graph.units()];
        boolean same = plan.spaces().size() == graph.spaces().size();
        for (int i = 0; same && i < graph.spaces().size(); i++) {
            int[] units = graph.spaces().get(i).units();
            int[] given = plan.spaces().get(i).owners();
            same = given.length == units.length;
            for (int j = 0; same && j < units.length; j++) {
                owners[units[j]] = given[j];
                same = given[j] >= 0 && given[j] < plan.workers();
            }
        }
        if (!same) {
            throw new UnfitException("a plan's spaces must be those of its original model, with workers 0 .. "
                    + (plan.workers() - 1) + ": the model has " + units(graph) + ", the plan "
                    + plan.spaces().stream()
                            .map(space -> Arrays.stream(space.owners()).min().orElse(0) + " .. "
                                    + Arrays.stream(space.owners()).max().orElse(0) + " for " + space.owners().length
                                    + " units")
                            .toList());
        }
        return owners;
    }

    private static List<String> units(SplitGraph graph) {
        return graph.spaces().stream()
                .map(space -> space.units().length + " units")
                .toList();
    }

    private static Map<String, SplitNetwork.Weights> weights(Bundle bundle, SplitGraph graph) {
        Graph reference = new Graph(OnnxFile.parse(bundle.read(Bundle.REFERENCE), LoadLimits.defaults())
                .model());
        Map<String, SplitNetwork.Weights> layers = new LinkedHashMap<>();
        for (Operation.Linear linear : graph.linear()) {
            layers.put(linear.map().output(), weights(reference, linear.map()));
        }
        return layers;
    }

    /** A layer as {@link LinearMap#emit} wrote it. */
    private static SplitNetwork.Weights weights(Graph reference, LinearMap map) {
        Node node = reference.producer(map.output());
        float @Nullable [] bias = null;
        if (node != null && node.operator().equals("Add")) {
            bias = constant(reference, map, node.input(1));
            node = reference.producer(node.input(0));
        }
        if (node == null) {
            throw missing(map);
        }
        boolean left = map.kind() == LinearMap.Kind.LEFT;
        float[] values = constant(reference, map, node.input(left ? 0 : 1));
        if (!node.input(2).isEmpty()) {
            bias = constant(reference, map, node.input(2));
        }
        if (values.length != map.weights().length) {
            throw missing(map);
        }
        return new SplitNetwork.Weights(
                map.kind() == LinearMap.Kind.RIGHT ? transposed(values, map.sources(), map.targets()) : values, bias);
    }

    private static float[] transposed(float[] values, int rows, int columns) {
        float[] turned = new float[values.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                turned[c * rows + r] = values[r * columns + c];
            }
        }
        return turned;
    }

    private static float[] constant(Graph reference, LinearMap map, String name) {
        TensorProto found = reference.constant(name);
        if (found == null) {
            throw missing(map);
        }
        return Tensors.floats(found);
    }

    private static UnfitException missing(LinearMap map) {
        return new UnfitException("'" + Bundle.REFERENCE + "' must hold every layer of the original: '"
                + map.node().name() + "' is not there");
    }

    /** The owners of the input units alone, {@link Ownership#FREE} elsewhere. */
    public static int[] inputOwners(SplitNetwork network) {
        int[] owners = new int[network.owners().length];
        Arrays.fill(owners, Ownership.FREE);
        for (String input : network.graph().model().inputs()) {
            for (int unit : network.graph().layout(input).units()) {
                owners[unit] = network.owners()[unit];
            }
        }
        return owners;
    }
}
