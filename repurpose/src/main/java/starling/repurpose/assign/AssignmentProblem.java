package starling.repurpose.assign;

import java.util.Arrays;
import starling.models.UnfitException;

/**
 * N units to be given to P workers: minimise sum over n of cost[owner(n)][n] such that worker k gets at least
 * {@code least[k]} and at most {@code most[k]} units and every pinned unit goes to the worker it is pinned to.
 *
 * <p>Costs are finite real numbers of any sign, one row per worker and one column per unit; only differences within a column
 * matter. Rows are not copied: do not change them while the problem is in use. Building a problem costs O(NP) and refuses,
 * with {@link UnfitException}: no worker, rows of different length, costs that are NaN, infinite or beyond
 * {@link #LARGEST_COST}, negative or contradictory capacities, capacities that N cannot meet, and pins to workers that do not
 * exist or have no room.
 */
public final class AssignmentProblem {
    /** In an array of pins: this unit may go to any worker. */
    public static final int FREE = -1;
    /** No cost may be larger in magnitude, so that sums of costs stay finite. */
    public static final double LARGEST_COST = 1e300;

    private final double[][] cost;
    private final int units;
    private final int[] least;
    private final int[] most;
    private final int[] pins;
    private final int[] pinnedTo;
    private final double spread;

    private AssignmentProblem(double[][] cost, int[] least, int[] most, int[] pins) {
        this.cost = cost;
        this.units = cost[0].length;
        this.least = least;
        this.most = most;
        this.pins = pins;
        checkCapacities();
        this.pinnedTo = checkedPins();
        this.spread = checkedSpread();
    }

    /** Worker k gets exactly {@code counts[k]} units. */
    public static AssignmentProblem exact(double[][] cost, int... counts) {
        int units = checkShape(cost);
        checkLength("capacities", counts, cost.length);
        long sum = 0;
        for (int k = 0; k < counts.length; k++) {
            sum += checkNotNegative(counts[k], k);
        }
        if (sum != units) {
            throw new UnfitException("capacities must add up to the number of units: they add up to " + sum + " for "
                    + units + " units");
        }
        int[] own = counts.clone();
        return new AssignmentProblem(cost, own, own, free(units));
    }

    /** Worker k gets {@code least[k]} to {@code most[k]} units. */
    public static AssignmentProblem ranges(double[][] cost, int[] least, int[] most) {
        int units = checkShape(cost);
        checkLength("lower capacities", least, cost.length);
        checkLength("upper capacities", most, cost.length);
        return new AssignmentProblem(cost, least.clone(), most.clone(), free(units));
    }

    /** The same problem with unit n fixed to worker {@code pins[n]}, or free where that is {@link #FREE}. */
    public AssignmentProblem pinned(int... pins) {
        if (pins.length != units) {
            throw new UnfitException("there must be one pin per unit: " + pins.length + " for " + units + " units");
        }
        return new AssignmentProblem(cost, least, most, pins.clone());
    }

    /** P. */
    public int workers() {
        return cost.length;
    }

    /** N. */
    public int units() {
        return units;
    }

    /** What it costs to give this unit to this worker. */
    public double cost(int worker, int unit) {
        return cost[worker][unit];
    }

    /** The fewest units this worker takes. */
    public int least(int worker) {
        return least[worker];
    }

    /** The fewest units this worker can have: its lower capacity, or what is pinned to it if that is more. */
    public int demand(int worker) {
        return Math.max(least[worker], pinnedTo[worker]);
    }

    /** The most units this worker takes. */
    public int most(int worker) {
        return most[worker];
    }

    /** The worker this unit is fixed to, or {@link #FREE}. */
    public int pin(int unit) {
        return pins[unit];
    }

    /**
     * The largest difference between two costs of one unit that is not pinned: what a wrong owner of one unit can cost at
     * most. Zero if every assignment costs the same.
     */
    public double spread() {
        return spread;
    }

    /** The row of one worker, not copied. */
    double[] row(int worker) {
        return cost[worker];
    }

    /** The units that are not pinned, ascending. */
    int[] freeUnits() {
        int[] found = new int[units];
        int count = 0;
        for (int n = 0; n < units; n++) {
            if (pins[n] == FREE) {
                found[count++] = n;
            }
        }
        return Arrays.copyOf(found, count);
    }

    /** The owners as far as pins prescribe them, {@link #FREE} elsewhere. */
    int[] pins() {
        return pins.clone();
    }

    /** What remains of the capacities for the free units: the fewest in row 0, the most in row 1. */
    int[][] freeCapacities() {
        int[][] rest = new int[2][cost.length];
        for (int k = 0; k < cost.length; k++) {
            rest[0][k] = demand(k) - pinnedTo[k];
            rest[1][k] = most[k] - pinnedTo[k];
        }
        return rest;
    }

    private static int[] free(int units) {
        int[] pins = new int[units];
        Arrays.fill(pins, FREE);
        return pins;
    }

    private static int checkShape(double[][] cost) {
        if (cost.length == 0) {
            throw new UnfitException("an assignment needs at least one worker: there are 0");
        }
        int units = cost[0].length;
        for (int k = 1; k < cost.length; k++) {
            if (cost[k].length != units) {
                throw new UnfitException("every worker needs one cost per unit: worker " + k + " has " + cost[k].length
                        + ", worker 0 has " + units);
            }
        }
        return units;
    }

    private static void checkLength(String what, int[] values, int workers) {
        if (values.length != workers) {
            throw new UnfitException("there must be one of the " + what + " per worker: " + values.length + " for "
                    + workers + " workers");
        }
    }

    private static int checkNotNegative(int capacity, int worker) {
        if (capacity < 0) {
            throw new UnfitException("capacities must not be negative: worker " + worker + " has " + capacity);
        }
        return capacity;
    }

    private void checkCapacities() {
        long lower = 0;
        long upper = 0;
        for (int k = 0; k < least.length; k++) {
            lower += checkNotNegative(least[k], k);
            upper += most[k];
            if (most[k] < least[k]) {
                throw new UnfitException("an upper capacity must not be below the lower one: worker " + k + " has "
                        + least[k] + " to " + most[k]);
            }
        }
        if (units < lower || units > upper) {
            throw new UnfitException(
                    "capacities must have room for all units and no more demand than units: the workers take " + lower
                            + " to " + upper + ", there are " + units);
        }
    }

    private int[] checkedPins() {
        int[] count = new int[cost.length];
        for (int n = 0; n < units; n++) {
            if (pins[n] == FREE) {
                continue;
            }
            if (pins[n] < 0 || pins[n] >= cost.length) {
                throw new UnfitException("a unit can only be pinned to one of the " + cost.length + " workers: unit "
                        + n + " is pinned to " + pins[n]);
            }
            count[pins[n]]++;
        }
        long needed = 0;
        for (int k = 0; k < cost.length; k++) {
            if (count[k] > most[k]) {
                throw new UnfitException("no more units can be pinned to a worker than it takes: worker " + k
                        + " takes " + most[k] + ", " + count[k] + " are pinned to it");
            }
            needed += Math.max(least[k], count[k]);
        }
        if (needed > units) {
            throw new UnfitException(
                    "pinned units and the other workers' lower capacities must not exceed the units: they need "
                            + needed + " of " + units);
        }
        return count;
    }

    static void checkCost(double cost, String of) {
        if (!(Math.abs(cost) <= LARGEST_COST)) {
            String rule = Double.isFinite(cost) ? "at most " + LARGEST_COST + " in magnitude" : "finite";
            throw new UnfitException("costs must be " + rule + ": that of " + of + " is " + cost);
        }
    }

    private double checkedSpread() {
        double[] low = cost[0].clone();
        double[] high = cost[0].clone();
        for (int k = 0; k < cost.length; k++) {
            double[] row = cost[k];
            for (int n = 0; n < units; n++) {
                double c = row[n];
                if (!(Math.abs(c) <= LARGEST_COST)) {
                    checkCost(c, "unit " + n + " on worker " + k);
                }
                low[n] = Math.min(low[n], c);
                high[n] = Math.max(high[n], c);
            }
        }
        double largest = 0;
        for (int n = 0; n < units; n++) {
            if (pins[n] == FREE) {
                largest = Math.max(largest, high[n] - low[n]);
            }
        }
        return largest;
    }
}
