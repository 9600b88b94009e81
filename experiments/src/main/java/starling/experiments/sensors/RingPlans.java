package starling.experiments.sensors;

import java.nio.file.Path;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import starling.models.data.Dataset;
import starling.models.plan.Bundle;
import starling.models.run.Accuracy;
import starling.models.run.BatchRule;
import starling.models.run.Network;
import starling.repurpose.assign.Capacities;
import starling.repurpose.extract.WholeModels;
import starling.repurpose.finetune.FineTuning;
import starling.repurpose.partition.BundleNetwork;
import starling.repurpose.partition.LoadedNetwork;
import starling.repurpose.partition.Partitioner;
import starling.repurpose.partition.Request;
import starling.repurpose.space.SplitNetwork;

/**
 * Makes plans of one network for workers that own neighbouring sensors, equally many each, and judges them.
 *
 * @param network what is split
 * @param train what plans are repaired and fine-tuned on
 * @param test what they are judged on
 * @param epochs of fine-tuning
 * @param seed for everything random
 * @param folder for bundles
 */
record RingPlans(LoadedNetwork network, Dataset train, Dataset test, int epochs, long seed, Path folder) {

    /**
     * A plan and what it is worth.
     *
     * @param values that cross per inference
     * @param bytes of their frames
     * @param rounds of exchanges
     * @param right the test samples that are right
     * @param accuracy their share
     */
    record Point(double values, double bytes, int rounds, BitSet right, double accuracy) {}

    /**
     * Makes and judges one. A plan of our own with a budget that goes on learning is late fusion where the budget allows that and
     * samples held back from learning speak for it, as everywhere ({@link Partitioner}).
     *
     * @param workers how many
     * @param rival what is made in place of a plan of our own, or null
     * @param budget values that may cross, or null for all
     * @param tuned whether it goes on learning
     */
    Point of(int workers, Request.@Nullable Baseline rival, @Nullable Integer budget, boolean tuned) {
        Path out = folder.resolve("bundle");
        boolean exact = rival == null && budget == null;
        boolean repaired = !exact && rival != Request.Baseline.SPARSE;
        Bundle bundle = new Partitioner(Request.of(network, Capacities.equal(workers), seed, out)
                        .inputs("split")
                        .rival(rival)
                        .atMost(budget)
                        .calibrated(repaired ? train : null)
                        .tuned(tuned ? new FineTuning(train, epochs, seed) : null)
                        .replacing(out))
                .run();
        BitSet right = right(BundleNetwork.of(bundle));
        return new Point(
                bundle.plan().account().values(),
                bundle.plan().account().bytes(),
                bundle.plan().rounds(),
                right,
                (double) right.cardinality() / test.count());
    }

    private BitSet right(SplitNetwork split) {
        try (Network whole = new Network("plan", WholeModels.reference(split), 2)) {
            return Accuracy.right(
                    whole, test, BatchRule.samples(split.graph().model().largest()));
        }
    }
}
