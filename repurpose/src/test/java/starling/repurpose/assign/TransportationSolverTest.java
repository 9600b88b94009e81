package starling.repurpose.assign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TransportationSolverTest extends AssignmentSolverContract {
    @Override
    AssignmentSolver solver(long seed) {
        return new TransportationSolver(seed);
    }

    @ParameterizedTest
    @EnumSource(Instances.Costs.class)
    void findsTheLeastCostWithinRanges(Instances.Costs costs) {
        SplittableRandom random = new SplittableRandom(21);
        for (int trial = 0; trial < 200; trial++) {
            int workers = random.nextInt(1, 5);
            int units = random.nextInt(1, 8);
            double[][] cost = costs.draw(workers, units, random);
            int[] around = Instances.counts(workers, units, random);
            int[][] range = rangesAround(around, random);
            AssignmentProblem problem = AssignmentProblem.ranges(cost, range[0], range[1]);
            check(problem, Instances.leastCost(problem), cost);
            AssignmentProblem pinned = problem.pinned(pinsWithin(around, units, random));
            check(pinned, Instances.leastCost(pinned), cost);
        }
    }

    /** Ranges against the best of all exact counts within them, each solved by the other algorithm. */
    @Test
    void rangesAreTheBestOfTheirExactCounts() {
        SplittableRandom random = new SplittableRandom(22);
        for (int trial = 0; trial < 25; trial++) {
            int units = random.nextInt(20, 120);
            Instances.Costs costs = trial % 2 == 0 ? Instances.Costs.REAL : Instances.Costs.FEW_INTEGERS;
            double[][] cost = costs.draw(3, units, random);
            int[] least = {units / 3 - 3, units / 3 - 2, units / 3 - 4};
            int[] most = {units / 3 + 2, units / 3 + 3, units / 3 + 3};
            double best = Double.POSITIVE_INFINITY;
            for (int a = least[0]; a <= most[0]; a++) {
                for (int b = least[1]; b <= most[1]; b++) {
                    int c = units - a - b;
                    if (c >= least[2] && c <= most[2]) {
                        AssignmentProblem exact = AssignmentProblem.exact(cost, a, b, c);
                        best = Math.min(best, new Munkres().solve(exact).cost());
                    }
                }
            }
            check(AssignmentProblem.ranges(cost, least, most), best, cost);
        }
    }

    @ParameterizedTest
    @EnumSource(Instances.Costs.class)
    void provesLargeRanges(Instances.Costs costs) {
        SplittableRandom random = new SplittableRandom(23);
        for (int workers : new int[] {2, 3, 9}) {
            double[][] cost = costs.draw(workers, 900, random);
            for (int trial = 0; trial < 5; trial++) {
                int[][] range = rangesAround(Instances.counts(workers, 900, random), random);
                Assignment solved =
                        new TransportationSolver(trial).solve(AssignmentProblem.ranges(cost, range[0], range[1]));
                assertTrue(solved.isOptimal(), () -> "gap " + solved.optimalityGap());
            }
        }
    }

    @Test
    void withoutLimitsEveryUnitGoesWhereItIsCheapest() {
        double[][] cost = Instances.Costs.REAL.draw(7, 500, new SplittableRandom(24));
        int[] none = new int[7];
        int[] all = {500, 500, 500, 500, 500, 500, 500};
        Assignment solved = new TransportationSolver(1).solve(AssignmentProblem.ranges(cost, none, all));
        for (int n = 0; n < 500; n++) {
            for (int k = 0; k < 7; k++) {
                assertTrue(cost[solved.owner(n)][n] <= cost[k][n]);
            }
        }
        assertEquals(0, solved.optimalityGap());
    }

    /** Integers must come out exactly, also where a double sum of prices would have lost the last digits. */
    @Test
    void keepsLargeIntegersExact() {
        double big = 1L << 50;
        double[][] cost = {{0, 1, 2}, {big, big, big}, {big - 1, big - 3, big - 1}};
        Assignment solved = new TransportationSolver(1).solve(AssignmentProblem.exact(cost, 1, 1, 1));
        assertEquals(Instances.leastCost(solved.problem()), solved.cost());
        assertEquals(0, solved.optimalityGap());
    }

    /** Near-ties of every size around the rounding of the costs: the answer may lose what the Javadoc says, no more. */
    @Test
    void nearTiesLoseNoMoreThanStated() {
        SplittableRandom random = new SplittableRandom(25);
        for (int trial = 0; trial < 300; trial++) {
            int units = random.nextInt(2, 8);
            double[][] cost = new double[3][units];
            for (double[] row : cost) {
                for (int n = 0; n < units; n++) {
                    row[n] = 1.0 + random.nextInt(4) * Math.ulp(1.0) * (1 << random.nextInt(4)) + random.nextInt(2);
                }
            }
            AssignmentProblem problem = AssignmentProblem.exact(cost, Instances.counts(3, units, random));
            Assignment solved = new TransportationSolver(trial).solve(problem);
            double lost = solved.cost() - Instances.leastCost(problem);
            assertTrue(
                    lost <= units * problem.spread() * 0x1p-51 + units * Math.ulp(2.0 * units), () -> "lost " + lost);
        }
    }

    @Test
    void twentyThousandUnitsOnThirtyTwoWorkers() {
        SplittableRandom random = new SplittableRandom(26);
        double[][] cost = Instances.Costs.REAL.draw(32, 20_000, random);
        Assignment solved =
                new TransportationSolver(1).solve(AssignmentProblem.exact(cost, Instances.evenCounts(32, 20_000)));
        assertTrue(solved.isOptimal());
    }

    private static int[][] rangesAround(int[] counts, SplittableRandom random) {
        int[][] range = new int[2][counts.length];
        for (int k = 0; k < counts.length; k++) {
            range[0][k] = Math.max(0, counts[k] - random.nextInt(4));
            range[1][k] = counts[k] + random.nextInt(4);
        }
        return range;
    }
}
