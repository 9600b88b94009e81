package starling.repurpose.assign;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Seeded problems for tests, and the slowest possible solution of small ones. */
final class Instances {
    private Instances() {}

    /** Ways to draw costs: with many ties, without, all equal, of both signs and great size, and in order of one merit. */
    enum Costs {
        FEW_INTEGERS,
        INTEGERS,
        REAL,
        EQUAL,
        HUGE,
        TINY,
        RANKED;

        double[][] draw(int workers, int units, SplittableRandom random) {
            double[][] cost = new double[workers][units];
            double level = random.nextInt(-5, 5);
            for (int n = 0; n < units; n++) {
                double merit = random.nextInt(4);
                for (int k = 0; k < workers; k++) {
                    cost[k][n] = switch (this) {
                        case FEW_INTEGERS -> random.nextInt(3);
                        case INTEGERS -> random.nextInt(-1000, 1000);
                        case REAL -> random.nextDouble();
                        case EQUAL -> level;
                        case HUGE -> (random.nextDouble() - 0.5) * 1e290;
                        case TINY -> random.nextInt(8) * Double.MIN_VALUE;
                        case RANKED -> merit * k;
                    };
                }
            }
            return cost;
        }
    }

    /** Counts that add up to the units, some of them often zero. */
    static int[] counts(int workers, int units, SplittableRandom random) {
        int[] counts = new int[workers];
        int among = random.nextInt(1, workers + 1);
        for (int n = 0; n < units; n++) {
            counts[random.nextInt(among)]++;
        }
        return counts;
    }

    /** As even as it gets, the first ones larger. */
    static int[] evenCounts(int workers, int units) {
        int[] counts = new int[workers];
        for (int n = 0; n < units; n++) {
            counts[n % workers]++;
        }
        return counts;
    }

    /** The least cost over all P^N owners that the problem allows, by trying them all. */
    static double leastCost(AssignmentProblem problem) {
        return leastCost(problem, 0, new int[problem.workers()], 0);
    }

    private static double leastCost(AssignmentProblem problem, int unit, int[] counts, double soFar) {
        if (unit == problem.units()) {
            for (int k = 0; k < counts.length; k++) {
                if (counts[k] < problem.least(k)) {
                    return Double.POSITIVE_INFINITY;
                }
            }
            return soFar;
        }
        double best = Double.POSITIVE_INFINITY;
        for (int k = 0; k < counts.length; k++) {
            boolean allowed = problem.pin(unit) == AssignmentProblem.FREE || problem.pin(unit) == k;
            if (allowed && counts[k] < problem.most(k)) {
                counts[k]++;
                best = Math.min(best, leastCost(problem, unit + 1, counts, soFar + problem.cost(k, unit)));
                counts[k]--;
            }
        }
        return best;
    }

    /** Two sums of the same magnitude of costs, up to rounding. */
    static double tolerance(double[][] cost) {
        double largest = 0;
        for (double[] row : cost) {
            largest = Math.max(largest, Arrays.stream(row).map(Math::abs).max().orElse(0));
        }
        return 1e-13 * largest * cost[0].length;
    }
}
