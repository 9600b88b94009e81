package starling.experiments.plans;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import starling.models.data.Dataset;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.models.run.Accuracy;
import starling.models.run.BatchRule;
import starling.models.run.Network;
import starling.repurpose.assign.Capacities;
import starling.repurpose.edges.EdgeObjective;
import starling.repurpose.extract.WholeModels;
import starling.repurpose.finetune.FineTuning;
import starling.repurpose.partition.BundleNetwork;
import starling.repurpose.partition.LoadedNetwork;
import starling.repurpose.partition.Partitioner;
import starling.repurpose.partition.Request;
import starling.repurpose.space.SplitNetwork;

/**
 * One model, its data and workers, and all plans that are tried with them.
 *
 * @param network the model
 * @param workers how many
 * @param inputs who has which part of the input, as the option {@code --inputs} has it
 * @param calibration what plans are repaired on
 * @param tuning how they go on learning
 * @param test what they are judged on
 * @param seed of everything random
 * @param folder for bundles
 */
public record Trial(
        LoadedNetwork network,
        int workers,
        String inputs,
        Dataset calibration,
        FineTuning tuning,
        Dataset test,
        long seed,
        Path folder) {

    /**
     * A plan and what it is worth.
     *
     * @param split the network as planned
     * @param plan its account
     * @param accuracy before it goes on learning
     */
    public record Planned(SplitNetwork split, Plan plan, double accuracy) {
        /** Numbers that cross per inference. */
        public int values() {
            return Math.toIntExact(plan.account().values());
        }

        /** Cross edges kept, as a share of those under the assignment, over the layers behind the first. */
        public double hiddenShare() {
            long cross = 0;
            long kept = 0;
            for (Plan.Layer layer : plan.layers().subList(1, plan.layers().size())) {
                cross += layer.crossEdges();
                kept += layer.keptEdges();
            }
            return cross == 0 ? 0 : (double) kept / cross;
        }

        /** Multiply-adds of the busiest worker, as a share of the original's. */
        public double busiest() {
            long most = plan.parts().stream()
                    .mapToLong(Plan.Part::multiplyAdds)
                    .max()
                    .orElse(0);
            return most / (double) plan.account().multiplyAdds();
        }
    }

    /** Everything split, nothing dropped: it answers as the original does. */
    public Planned whole() {
        return planned(request());
    }

    /** A plan of ours with a budget, repaired. */
    public Planned atMost(int values) {
        return planned(request().atMost(values).calibrated(calibration));
    }

    /** The thesis' objective: edges between workers below a threshold go. */
    public Planned byEdges(double eta2) {
        return planned(request().pruned(Request.Objective.EDGES, new EdgeObjective.Thresholds(0, eta2)));
    }

    /** Nothing crosses but the sums of the last layer, repaired. */
    public Planned lateFusion() {
        return planned(request().rival(Request.Baseline.LATE_FUSION).calibrated(calibration));
    }

    /** Direct sparsification by a threshold. */
    public Planned sparse(double eta2) {
        return planned(request()
                .pruned(Request.Objective.VALUES, new EdgeObjective.Thresholds(0, eta2))
                .rival(Request.Baseline.SPARSE));
    }

    /** Direct sparsification with a budget. */
    public Planned sparse(int values) {
        return planned(request().rival(Request.Baseline.SPARSE).atMost(values));
    }

    /** A plan after it went on learning. */
    public SplitNetwork learned(Planned plan) {
        return tuning.of(plan.split());
    }

    /** The better of two plans after it went on learning, chosen on data held back from that. */
    public SplitNetwork learned(Planned one, Planned other) {
        return tuning.best(List.of(one.split(), other.split()));
    }

    /** Its accuracy on the test data. */
    public double accuracy(SplitNetwork split) {
        return (double) right(split).cardinality() / test.count();
    }

    /** Which test samples it gets right. */
    public BitSet right(SplitNetwork split) {
        try (Network whole = new Network("plan", WholeModels.reference(split), 2)) {
            return Accuracy.right(
                    whole, test, BatchRule.samples(split.graph().model().largest()));
        }
    }

    private Request request() {
        return Request.of(network, Capacities.equal(workers), seed, folder.resolve("bundle"))
                .inputs(inputs)
                .replacing(folder.resolve("bundle"));
    }

    private Planned planned(Request request) {
        Bundle bundle = new Partitioner(request).run();
        SplitNetwork split = BundleNetwork.of(bundle);
        return new Planned(split, bundle.plan(), accuracy(split));
    }

    /** Share of the most frequent class. */
    public double majority() {
        int[] counts = new int[Math.max(1, test.classes())];
        Arrays.stream(test.labels()).forEach(label -> counts[label]++);
        return Arrays.stream(counts).max().orElse(0) / (double) test.count();
    }

    /** What is said of a plan. */
    public static String words(Planned plan, @Nullable Double tuned) {
        return plan.values() + " values in " + plan.plan().rounds() + " rounds, accuracy " + plan.accuracy()
                + (tuned == null ? "" : ", fine-tuned " + tuned);
    }
}
