package starling.repurpose.assign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import starling.models.UnfitException;

/** The certificate by itself, and what problems and assignments refuse. */
class AssignmentTest {
    private static final double[][] COST = {{0, 0, 5}, {7, 3, 0}};

    @Test
    void gapIsTheDifferenceToTheOptimumWhenPricesAreRight() {
        AssignmentProblem problem = AssignmentProblem.exact(COST, 1, 2);
        // Worker 0 is wanted by units 0 (gain 7) and 1 (gain 3) and has one place: any subsidy of worker 1 from 3 to 7.
        Assignment right = new Assignment(problem, new int[] {0, 1, 1}, new double[] {0, 5});
        Assignment wrong = new Assignment(problem, new int[] {1, 0, 1}, new double[] {0, 5});
        assertEquals(3, right.cost());
        assertEquals(0, right.optimalityGap());
        assertTrue(right.isOptimal());
        assertEquals(7, wrong.cost());
        assertEquals(4, wrong.optimalityGap());
        assertFalse(wrong.isOptimal());
    }

    @Test
    void wrongPricesProveLess() {
        AssignmentProblem problem = AssignmentProblem.exact(COST, 1, 2);
        assertEquals(1, new Assignment(problem, new int[] {0, 1, 1}, new double[] {0, 8}).optimalityGap());
        assertFalse(new Assignment(problem, new int[] {0, 1, 1}, new double[] {0, 2}).isOptimal());
    }

    /** Any prices give a lower bound, and an optimum with its prices a tight one; both on random problems with ranges. */
    @Test
    void boundNeverExceedsTheOptimum() {
        SplittableRandom random = new SplittableRandom(41);
        for (int trial = 0; trial < 300; trial++) {
            double[][] cost = Instances.Costs.INTEGERS.draw(3, 5, random);
            AssignmentProblem problem = AssignmentProblem.ranges(cost, new int[] {0, 1, 1}, new int[] {2, 3, 4});
            Assignment solved = new TransportationSolver(trial).solve(problem);
            double[] prices = new double[3];
            for (int k = 0; k < 3; k++) {
                prices[k] = random.nextInt(-800, 800);
            }
            Assignment doubtful = new Assignment(problem, solved.owners(), prices);
            double bound = doubtful.cost() - doubtful.optimalityGap();
            assertTrue(bound <= Instances.leastCost(problem) + 1e-9);
        }
    }

    /** Every single exchange of two units' owners that makes the assignment worse must fail the check. */
    @Test
    void everyWorseNeighbourFailsTheCheck() {
        SplittableRandom random = new SplittableRandom(42);
        for (AssignmentSolver.Kind kind : AssignmentSolver.Kind.values()) {
            double[][] cost = Instances.Costs.INTEGERS.draw(4, 40, random);
            AssignmentProblem problem = AssignmentProblem.exact(cost, Instances.evenCounts(4, 40));
            Assignment solved = kind.create(7).solve(problem);
            int worse = 0;
            for (int a = 0; a < 40; a++) {
                for (int b = 0; b < a; b++) {
                    int[] owner = solved.owners();
                    owner[a] = solved.owner(b);
                    owner[b] = solved.owner(a);
                    Assignment exchanged = new Assignment(problem, owner, solved.workerPrices());
                    assertEquals(exchanged.cost() - solved.cost(), exchanged.optimalityGap(), 1e-9);
                    assertEquals(exchanged.cost() == solved.cost(), exchanged.isOptimal());
                    worse += exchanged.isOptimal() ? 0 : 1;
                }
            }
            assertTrue(worse > 100);
        }
    }

    @Test
    void unitPricesAreTheSmallestReducedCosts() {
        AssignmentProblem problem = AssignmentProblem.exact(COST, 1, 2).pinned(AssignmentProblem.FREE, 1, 1);
        double[] v = new Assignment(problem, new int[] {0, 1, 1}, new double[] {1, -4}).unitPrices();
        assertEquals(-1, v[0]);
        assertEquals(7, v[1], "a pinned unit has one choice");
        assertEquals(4, v[2]);
    }

    @Test
    void refusesAssignmentsThatDoNotFit() {
        AssignmentProblem problem = AssignmentProblem.exact(COST, 1, 2).pinned(0, AssignmentProblem.FREE, 1);
        double[] prices = new double[2];
        assertRefused(
                "every unit needs one owner: there are 2 for 3 units",
                () -> new Assignment(problem, new int[] {0, 1}, prices));
        assertRefused(
                "an owner must be one of the 2 workers: unit 1 has 2",
                () -> new Assignment(problem, new int[] {0, 2, 1}, prices));
        assertRefused(
                "a pinned unit must stay with its worker: unit 0 is pinned to 0 and given to 1",
                () -> new Assignment(problem, new int[] {1, 0, 1}, prices));
        assertRefused(
                "capacities must be met: worker 0 takes 1 to 1 units and has 2",
                () -> new Assignment(problem, new int[] {0, 0, 1}, prices));
        assertRefused(
                "there must be one price per worker: 1 for 2 workers",
                () -> new Assignment(problem, new int[] {0, 1, 1}, new double[1]));
        assertRefused(
                "prices must be finite: worker 1 has NaN",
                () -> new Assignment(problem, new int[] {0, 1, 1}, new double[] {0, Double.NaN}));
    }

    @Test
    void refusesCostsThatAreNotAMatrixOfFiniteNumbers() {
        assertRefused(
                "an assignment needs at least one worker: there are 0",
                () -> AssignmentProblem.exact(new double[0][0]));
        assertRefused(
                "every worker needs one cost per unit: worker 1 has 1, worker 0 has 2",
                () -> AssignmentProblem.exact(new double[][] {{1, 2}, {3}}, 1, 1));
        assertRefused(
                "costs must be finite: that of unit 1 on worker 0 is Infinity",
                () -> AssignmentProblem.exact(new double[][] {{1, 1.0 / 0}}, 2));
        assertRefused(
                "costs must be finite: that of unit 0 on worker 1 is NaN",
                () -> AssignmentProblem.exact(new double[][] {{1}, {0.0 / 0}}, 1, 0));
        assertRefused(
                "costs must be at most 1.0E300 in magnitude: that of unit 0 on worker 0 is -1.0E308",
                () -> AssignmentProblem.exact(new double[][] {{-1e308}}, 1));
    }

    @Test
    void refusesCapacitiesThatCannotBeMet() {
        assertRefused(
                "there must be one of the capacities per worker: 1 for 2 workers",
                () -> AssignmentProblem.exact(COST, 3));
        assertRefused(
                "capacities must add up to the number of units: they add up to 4 for 3 units",
                () -> AssignmentProblem.exact(COST, 2, 2));
        assertRefused("capacities must not be negative: worker 1 has -1", () -> AssignmentProblem.exact(COST, 4, -1));
        assertRefused(
                "an upper capacity must not be below the lower one: worker 0 has 2 to 1",
                () -> AssignmentProblem.ranges(COST, new int[] {2, 0}, new int[] {1, 3}));
        assertRefused(
                "capacities must have room for all units and no more demand than units: the workers take 0 to 2, there are 3",
                () -> AssignmentProblem.ranges(COST, new int[] {0, 0}, new int[] {1, 1}));
        assertRefused(
                "capacities must have room for all units and no more demand than units: the workers take 4 to 6, there are 3",
                () -> AssignmentProblem.ranges(COST, new int[] {2, 2}, new int[] {3, 3}));
        int huge = Integer.MAX_VALUE;
        assertRefused(
                "capacities must add up to the number of units: they add up to 4294967294 for 3 units",
                () -> AssignmentProblem.exact(COST, huge, huge));
    }

    @Test
    void refusesPinsThatCannotBeMet() {
        AssignmentProblem problem = AssignmentProblem.ranges(COST, new int[] {0, 2}, new int[] {2, 3});
        assertRefused("there must be one pin per unit: 1 for 3 units", () -> problem.pinned(0));
        assertRefused(
                "a unit can only be pinned to one of the 2 workers: unit 2 is pinned to 2",
                () -> problem.pinned(0, 1, 2));
        assertRefused(
                "a unit can only be pinned to one of the 2 workers: unit 0 is pinned to -2",
                () -> problem.pinned(-2, 1, 1));
        assertRefused(
                "no more units can be pinned to a worker than it takes: worker 0 takes 2, 3 are pinned to it",
                () -> problem.pinned(0, 0, 0));
        assertRefused(
                "pinned units and the other workers' lower capacities must not exceed the units: they need 4 of 3",
                () -> problem.pinned(0, 0, AssignmentProblem.FREE));
    }

    private static void assertRefused(String sentence, Executable attempt) {
        assertEquals(sentence, assertThrows(UnfitException.class, attempt).getMessage());
    }
}
