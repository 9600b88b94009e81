package starling.repurpose.edges;

import java.util.Locale;
import java.util.function.DoubleFunction;
import starling.models.UnfitException;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/**
 * The eta2 that meets the bound of (6.3) of the thesis in every layer,
 *
 * <p>||W_hat - W||_F^2 &lt;= epsilon,
 *
 * <p>W_hat being the weights that are kept. Larger thresholds drop more, but also move units, so the error need not rise
 * everywhere: bisection between an eta2 that meets the bound and one that does not ends at a place where it begins to fail, the
 * largest there is where the error does rise. If even the largest energy of a weight meets it, that is the answer: no larger
 * eta2 drops more.
 *
 * <p>Cost: one plan per step, some twenty steps.
 */
public final class ErrorBound {
    /** The answer is within this part of an eta2 that fails. */
    private static final double PRECISION = 1e-4;

    private static final int MOST_STEPS = 60;

    /**
     * What was found.
     *
     * @param eta2 the threshold
     * @param epsilon the bound asked for
     * @param layer the one with the largest error
     * @param error its squared error
     * @param relative that error in parts of the layer's squared norm; 0 for a layer of zeros
     * @param plans how many plans were made
     * @param network the plan
     */
    public record Found(
            double eta2, double epsilon, String layer, double error, double relative, int plans, SplitNetwork network) {
        /** In words. */
        public String sentence() {
            return String.format(
                    Locale.ROOT,
                    "eta2 = %.6g is the largest found whose squared error of the weights is at most %s in every layer:"
                            + " the largest is %.6g, %.3g %% of the squared weights, in '%s'; %d plans tried",
                    eta2,
                    epsilon,
                    error,
                    100 * relative,
                    layer,
                    plans);
        }
    }

    private ErrorBound() {}

    /**
     * Searches the largest eta2.
     *
     * @param planned the plan for an eta2
     * @param epsilon bound on the squared error of a layer, at least 0
     * @throws UnfitException when even eta2 = 0 does not meet it, since eta1 alone drops too much
     */
    public static Found search(SplitGraph graph, DoubleFunction<EdgeObjective.Outcome> planned, double epsilon) {
        double fails = largestEnergy(graph);
        Found most = at(fails, graph, planned, epsilon, 1);
        if (most.error() <= epsilon) {
            return most;
        }
        Found holds = at(0, graph, planned, epsilon, 2);
        if (!(holds.error() <= epsilon)) {
            throw new UnfitException("the squared error of each layer's weights must be at most epsilon = " + epsilon
                    + ": that of '" + holds.layer() + "' is " + holds.error() + " even with eta2 = 0");
        }
        int plans = 2;
        while (plans < MOST_STEPS && fails - holds.eta2() > PRECISION * fails) {
            double middle = holds.eta2() + (fails - holds.eta2()) / 2;
            plans++;
            Found tried = at(middle, graph, planned, epsilon, plans);
            if (tried.error() <= epsilon) {
                holds = tried;
            } else {
                fails = middle;
            }
        }
        return new Found(holds.eta2(), epsilon, holds.layer(), holds.error(), holds.relative(), plans, holds.network());
    }

    private static Found at(
            double eta2, SplitGraph graph, DoubleFunction<EdgeObjective.Outcome> planned, double epsilon, int plans) {
        SplitNetwork network = planned.apply(eta2).network();
        String layer = "";
        double largest = 0;
        double relative = 0;
        for (Operation.Linear linear : graph.linear()) {
            LinearMap map = linear.map();
            float[] kept = network.weights(map).values();
            double error = 0;
            double norm = 0;
            for (int i = 0; i < kept.length; i++) {
                double before = map.weights()[i];
                error += (before - kept[i]) * (before - kept[i]);
                norm += before * before;
            }
            if (layer.isEmpty() || error > largest) {
                layer = map.output();
                largest = error;
                relative = norm == 0 ? 0 : error / norm;
            }
        }
        return new Found(eta2, epsilon, layer, largest, relative, plans, network);
    }

    private static double largestEnergy(SplitGraph graph) {
        double largest = 0;
        for (Operation.Linear linear : graph.linear()) {
            LinearMap map = linear.map();
            for (int t = 0; t < map.targets(); t++) {
                for (int s = 0; s < map.sources(); s++) {
                    largest = Math.max(largest, EdgeObjective.energy(map, map.weights(), t, s));
                }
            }
        }
        return largest;
    }
}
