package starling.repurpose.partition;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import starling.models.UnfitException;
import starling.models.onnx.file.LoadLimits;
import starling.models.onnx.file.OnnxFile;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.repurpose.finetune.ReferenceLayers;
import starling.repurpose.space.InputRule;
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
        Map<String, SplitNetwork.Weights> weights = new ReferenceLayers(
                        OnnxFile.parse(bundle.read(Bundle.REFERENCE), LoadLimits.defaults())
                                .model())
                .weights(graph);
        return new SplitNetwork(graph, plan.workers(), owners(plan, graph), weights);
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
