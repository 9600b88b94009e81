package starling.repurpose.assign;

import java.util.Arrays;
import starling.models.UnfitException;

/**
 * An assignment of all units of a problem, with a certificate of how good it is.
 *
 * <p>The certificate is one price u[k] per worker, in the unit of the costs (read it as a subsidy: a worker that is short of
 * units has a high one). Whatever the prices are, no assignment that meets the capacities costs less than
 *
 * <pre>
 *   lowerBound = sum over n of v[n] + sum over k of (u[k] &gt; 0 ? demand[k] : most[k]) * u[k],
 *   v[n] = min over k of (cost[k][n] - u[k])      (for a pinned unit: of its worker alone)
 * </pre>
 *
 * so {@code cost - lowerBound} is a proven bound of what could still be gained, found in O(NP) without trusting the solver.
 * An exact solver returns prices for which it is zero up to rounding (linear programming duality; the transportation
 * polytope has integer corners).
 *
 * <p>An object of this class always meets capacities and pins: the constructor refuses anything else.
 */
public final class Assignment {
    /** The relative rounding that {@link #isOptimal} forgives per unit. */
    private static final double ROUNDING = 1e-12;

    private final AssignmentProblem problem;
    private final int[] owner;
    private final int[] counts;
    private final double[] workerPrices;
    private final double cost;

    /**
     * States an assignment and its certificate.
     *
     * @param owner per unit its worker
     * @param workerPrices u, one finite number per worker
     * @throws UnfitException if a unit's owner does not exist or is not the one it is pinned to, a capacity is not met, or a
     *     price is missing or not finite
     */
    public Assignment(AssignmentProblem problem, int[] owner, double[] workerPrices) {
        this.problem = problem;
        this.owner = owner.clone();
        this.workerPrices = workerPrices.clone();
        this.counts = checkedCounts(problem, owner);
        checkPrices(problem, workerPrices);
        double sum = 0;
        for (int n = 0; n < owner.length; n++) {
            sum += problem.cost(owner[n], n);
        }
        this.cost = sum;
    }

    /** What was to be solved. */
    public AssignmentProblem problem() {
        return problem;
    }

    /** The worker that has this unit. */
    public int owner(int unit) {
        return owner[unit];
    }

    /** Per unit the worker that has it; a copy. */
    public int[] owners() {
        return owner.clone();
    }

    /** Per worker the number of its units; a copy. */
    public int[] counts() {
        return counts.clone();
    }

    /** The sum of the costs, added in the order of the units. */
    public double cost() {
        return cost;
    }

    /** u; a copy. */
    public double[] workerPrices() {
        return workerPrices.clone();
    }

    /** v, computed from the costs and u; O(NP). */
    public double[] unitPrices() {
        double[] v = new double[owner.length];
        Arrays.fill(v, Double.POSITIVE_INFINITY);
        for (int k = 0; k < workerPrices.length; k++) {
            double[] row = problem.row(k);
            double u = workerPrices[k];
            for (int n = 0; n < v.length; n++) {
                int pin = problem.pin(n);
                if (pin == k || pin == AssignmentProblem.FREE) {
                    v[n] = Math.min(v[n], row[n] - u);
                }
            }
        }
        return v;
    }

    /**
     * How much cheaper another assignment could be at most: {@code cost - lowerBound}, never negative but for rounding, added
     * up from the slack of every unit and every capacity. O(NP).
     */
    public double optimalityGap() {
        double[] v = unitPrices();
        double gap = 0;
        for (int n = 0; n < v.length; n++) {
            gap += problem.cost(owner[n], n) - workerPrices[owner[n]] - v[n];
        }
        for (int k = 0; k < counts.length; k++) {
            double u = workerPrices[k];
            gap += u * (counts[k] - (u > 0 ? problem.demand(k) : problem.most(k)));
        }
        return gap;
    }

    /**
     * Whether the certificate proves that nothing is cheaper: a gap of at most {@code 1e-12 * N * spread} of the problem,
     * which is what the rounding of double prices amounts to. O(NP).
     */
    public boolean isOptimal() {
        return optimalityGap() <= ROUNDING * owner.length * problem.spread();
    }

    private static int[] checkedCounts(AssignmentProblem problem, int[] owner) {
        if (owner.length != problem.units()) {
            throw new UnfitException(
                    "every unit needs one owner: there are " + owner.length + " for " + problem.units() + " units");
        }
        int[] counts = new int[problem.workers()];
        for (int n = 0; n < owner.length; n++) {
            int k = owner[n];
            if (k < 0 || k >= counts.length) {
                throw new UnfitException(
                        "an owner must be one of the " + counts.length + " workers: unit " + n + " has " + k);
            }
            if (problem.pin(n) != AssignmentProblem.FREE && problem.pin(n) != k) {
                throw new UnfitException("a pinned unit must stay with its worker: unit " + n + " is pinned to "
                        + problem.pin(n) + " and given to " + k);
            }
            counts[k]++;
        }
        for (int k = 0; k < counts.length; k++) {
            if (counts[k] < problem.least(k) || counts[k] > problem.most(k)) {
                throw new UnfitException("capacities must be met: worker " + k + " takes " + problem.least(k) + " to "
                        + problem.most(k) + " units and has " + counts[k]);
            }
        }
        return counts;
    }

    private static void checkPrices(AssignmentProblem problem, double[] prices) {
        if (prices.length != problem.workers()) {
            throw new UnfitException(
                    "there must be one price per worker: " + prices.length + " for " + problem.workers() + " workers");
        }
        for (int k = 0; k < prices.length; k++) {
            if (!Double.isFinite(prices[k])) {
                throw new UnfitException("prices must be finite: worker " + k + " has " + prices[k]);
            }
        }
    }
}
