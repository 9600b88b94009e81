package starling.repurpose.assign;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The exact assignment of N units to P workers with capacities, as a transportation problem: the N x N matrix of the thesis'
 * Algorithm 3 has only P different rows, so all that matters about the units of worker a is, for every other worker b, which
 * of them is cheapest to hand over to b.
 *
 * <p>Costs are rounded once to integers: less each unit's smallest cost, times the power of two that brings the problem's
 * spread to at most 2^52. Integer costs with a spread below 2^52 are exact; otherwise the answer is the exact optimum of
 * costs that each differ by at most 2^-52 of the spread, so it is within {@code N * spread * 2^-51} of the true one. From
 * there on everything is exact in 64 bits; ties and near-ties cannot make it go round in circles.
 *
 * <p>Method: solve a random quarter of the units (recursively) with capacities in proportion; its worker prices are nearly
 * right for all. Give every unit to the worker where cost less price is least; what some workers then have too many, of the
 * order of sqrt(NP), moves along shortest augmenting paths in the graph of the P workers, where the arc from a to b is the
 * cheapest unit of a to hand over to b (a heap per ordered pair). Capacity ranges add one node to that graph that holds
 * unused room at price zero. P = 2 is a selection on the differences of the two costs, in linear time.
 *
 * <p>Cost: O(NP) to place and to build the heaps, then per augmentation O(P^2) for the path and O(P log N) per unit it moves.
 * At worst (everything ties against the placement) there are N augmentations. Memory: 8 bytes per unit and worker for the
 * integers and usually 3, at most 12 more for the heaps. Meant for P up to a few hundred.
 *
 * <p>The same seed gives the same owners. The seed matters only for speed and, where several assignments cost the same, for
 * which of them is found. The price certificate of the result is checked by {@link Assignment#isOptimal}.
 */
public final class TransportationSolver implements AssignmentSolver {
    /** Quarters smaller than this many units per worker are solved from scratch. */
    private static final int SMALLEST_PER_WORKER = 8;

    private final long seed;

    /** A solver whose random choices follow from the seed. */
    public TransportationSolver(long seed) {
        this.seed = seed;
    }

    @Override
    public Assignment solve(AssignmentProblem problem) {
        int workers = problem.workers();
        int[] free = problem.freeUnits();
        int[] owner = problem.pins();
        int[][] capacities = problem.freeCapacities();
        SplittableRandom random = new SplittableRandom(seed);
        if (workers == 1 || free.length == 0) {
            for (int n : free) {
                owner[n] = 0;
            }
            return new Assignment(problem, owner, new double[workers]);
        }
        double spread = problem.spread();
        IntegerCosts rounding = new IntegerCosts(spread);
        if (workers == 2) {
            long[] difference = rounding.differences(problem, free);
            TwoWorkers solved = new TwoWorkers(difference, capacities[0], capacities[1], random);
            for (int i = 0; i < free.length; i++) {
                owner[free[i]] = solved.owner(i);
            }
            return new Assignment(problem, owner, rounding.toReal(solved.prices()));
        }
        shuffle(free, random);
        WorkerGraph graph = new WorkerGraph(rounding.unitMajor(problem, free), workers);
        solveFirst(graph, free.length, free.length, capacities);
        for (int i = 0; i < free.length; i++) {
            owner[free[i]] = graph.owner(i);
        }
        return new Assignment(problem, owner, rounding.toReal(graph.prices()));
    }

    /** Solves the first {@code size} of all units, with capacities in proportion. */
    private static void solveFirst(WorkerGraph graph, int size, int all, int[][] capacities) {
        int quarter = size / 4;
        if (quarter >= SMALLEST_PER_WORKER * capacities[0].length) {
            solveFirst(graph, quarter, all, capacities);
        }
        if (size == all) {
            graph.solve(size, capacities[0], capacities[1]);
        } else if (Arrays.equals(capacities[0], capacities[1])) {
            int[] part = proportionalCounts(capacities[0], size, all);
            graph.solve(size, part, part);
        } else {
            int[] least = new int[capacities[0].length];
            int[] most = new int[least.length];
            for (int k = 0; k < least.length; k++) {
                least[k] = (int) ((long) capacities[0][k] * size / all);
                most[k] = (int) Math.min(size, ((long) capacities[1][k] * size + all - 1) / all);
            }
            graph.solve(size, least, most);
        }
    }

    /** Counts in proportion to the given ones that add up to {@code size}: differences of rounded-down running sums. */
    private static int[] proportionalCounts(int[] counts, int size, int all) {
        int[] part = new int[counts.length];
        long running = 0;
        int before = 0;
        for (int k = 0; k < counts.length; k++) {
            running += counts[k];
            int upTo = (int) (running * size / all);
            part[k] = upTo - before;
            before = upTo;
        }
        return part;
    }

    private static void shuffle(int[] values, SplittableRandom random) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = values[i];
            values[i] = values[j];
            values[j] = swapped;
        }
    }
}
