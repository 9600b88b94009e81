package starling.experiments.assign;

import java.util.Arrays;
import java.util.SplittableRandom;
import starling.repurpose.assign.AssignmentProblem;
import starling.repurpose.assign.Capacities;

/**
 * Costs as a dense layer gives them (thesis (6.4) with (6.5) put in): giving neuron i to worker j costs c[j][i] = sum over
 * inputs n of min(w[n][i]^2, eta1 + eta2 [o(n) != j]), with independent standard normal weights and inputs owned in
 * contiguous equal parts. Workers take equal numbers of neurons.
 *
 * @param inputs how many inputs the layer has
 * @param eta1 price of a kept weight
 * @param eta2 additional price of a kept weight between workers
 */
record ThesisCosts(int inputs, double eta1, double eta2) {
    /** Where the weights of one problem come from, neuron by neuron, input by input. */
    static SplittableRandom randomOf(Shape shape, long seed) {
        return new SplittableRandom(seed * 1_000_003 + 1009L * shape.units() + shape.workers());
    }

    /** Draws one problem; O(units * inputs), of the weights only one neuron's are in memory at a time. */
    AssignmentProblem draw(Shape shape, long seed) {
        SplittableRandom random = randomOf(shape, seed);
        int[] owner = Capacities.equal(shape.workers()).contiguousOwners(inputs);
        double[][] cost = new double[shape.workers()][shape.units()];
        double[] saved = new double[shape.workers()];
        for (int i = 0; i < shape.units(); i++) {
            double fromElsewhere = 0;
            Arrays.fill(saved, 0);
            for (int n = 0; n < inputs; n++) {
                double w = random.nextGaussian();
                double crossing = Math.min(w * w, eta1 + eta2);
                fromElsewhere += crossing;
                saved[owner[n]] += crossing - Math.min(w * w, eta1);
            }
            for (int j = 0; j < saved.length; j++) {
                cost[j][i] = fromElsewhere - saved[j];
            }
        }
        return AssignmentProblem.exact(cost, Capacities.equal(shape.workers()).counts(shape.units()));
    }
}
