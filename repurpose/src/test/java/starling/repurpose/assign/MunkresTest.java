package starling.repurpose.assign;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import starling.models.UnfitException;

class MunkresTest extends AssignmentSolverContract {
    @Override
    AssignmentSolver solver(long seed) {
        return new Munkres();
    }

    @ParameterizedTest
    @EnumSource(Instances.Costs.class)
    void matchesRectanglesAtLeastCost(Instances.Costs costs) {
        SplittableRandom random = new SplittableRandom(31);
        for (int trial = 0; trial < 200; trial++) {
            int rows = random.nextInt(1, 7);
            int columns = random.nextInt(1, 7);
            double[][] cost = costs.draw(rows, columns, random);
            Munkres.Matching matching = Munkres.match(cost);
            assertEquals(
                    leastCost(cost, 0, 0, rows <= columns ? 0 : rows - columns),
                    matching.cost(),
                    Instances.tolerance(cost) + 1e-13 * Math.abs(matching.cost()));
            checkDefinition(cost, matching);
        }
    }

    @ParameterizedTest
    @EnumSource(Instances.Costs.class)
    void provesLargerRectangles(Instances.Costs costs) {
        SplittableRandom random = new SplittableRandom(32);
        for (int[] shape : new int[][] {{120, 120}, {80, 200}, {200, 80}, {1, 300}, {300, 1}}) {
            double[][] cost = costs.draw(shape[0], shape[1], random);
            checkDefinition(cost, Munkres.match(cost));
        }
    }

    @Test
    void emptyMatricesHaveEmptyMatchings() {
        assertEquals(0, Munkres.match(new double[0][0]).cost());
        Munkres.Matching narrow = Munkres.match(new double[3][0]);
        assertArrayEquals(new int[] {-1, -1, -1}, narrow.columns());
        assertTrue(narrow.isOptimal());
    }

    @Test
    void wrongMatchingIsNotCalledOptimal() {
        double[][] cost = {{0, 2, 4}, {3, 0, 9}};
        Munkres.Matching right = Munkres.match(cost);
        Munkres.Matching swapped =
                new Munkres.Matching(cost, new int[] {1, 0}, right.columnPrices(), right.rowPrices());
        assertTrue(right.isOptimal());
        assertFalse(swapped.isOptimal());
        assertEquals(swapped.cost() - right.cost(), swapped.optimalityGap());
    }

    @Test
    void wrongPricesProveNothing() {
        double[][] cost = {{0, 2}, {3, 0}};
        Munkres.Matching right = Munkres.match(cost);
        Munkres.Matching doubtful = new Munkres.Matching(cost, right.columns(), new double[] {5, 0}, right.rowPrices());
        assertFalse(doubtful.isOptimal());
    }

    @Test
    void refusesWhatIsNotAMatrixOfFiniteCosts() {
        assertRefused("costs must be finite: that of row 1 column 0 is Infinity", new double[][] {{1}, {1.0 / 0}});
        assertRefused("costs must be finite: that of row 0 column 1 is NaN", new double[][] {{1, 0.0 / 0}});
        assertRefused(
                "costs must be at most 1.0E300 in magnitude: that of row 0 column 0 is -1.0E301",
                new double[][] {{-1e301}});
        assertRefused(
                "all rows of a cost matrix must be equally long: row 1 has 1 columns, row 0 has 2",
                new double[][] {{1, 2}, {3}});
    }

    @Test
    void refusesRanges() {
        AssignmentProblem problem = AssignmentProblem.ranges(new double[2][3], new int[] {1, 1}, new int[] {1, 2});
        UnfitException refused = assertThrows(UnfitException.class, () -> new Munkres().solve(problem));
        assertEquals("Munkres takes exact capacities only: worker 1 has the range 1 to 2", refused.getMessage());
    }

    private static void assertRefused(String sentence, double[][] cost) {
        assertEquals(
                sentence,
                assertThrows(UnfitException.class, () -> Munkres.match(cost)).getMessage());
    }

    /** Everything the Javadoc of a matching promises. */
    private static void checkDefinition(double[][] cost, Munkres.Matching matching) {
        int rows = cost.length;
        int columns = cost[0].length;
        double tolerance = Instances.tolerance(cost)
                + 1e-13
                        * Arrays.stream(matching.rowPrices())
                                .map(Math::abs)
                                .max()
                                .orElse(0);
        boolean[] taken = new boolean[columns];
        double[] u = matching.rowPrices();
        double[] v = matching.columnPrices();
        int matched = 0;
        for (int i = 0; i < rows; i++) {
            int at = matching.column(i);
            if (at >= 0) {
                assertFalse(taken[at], "column taken twice");
                taken[at] = true;
                matched++;
                assertEquals(cost[i][at], u[i] + v[at], tolerance);
            } else {
                assertEquals(0, u[i], tolerance);
            }
            for (int j = 0; j < columns; j++) {
                assertTrue(u[i] + v[j] <= cost[i][j] + tolerance);
            }
            assertTrue(rows <= columns || u[i] <= tolerance);
        }
        for (int j = 0; j < columns; j++) {
            assertTrue(taken[j] || Math.abs(v[j]) <= tolerance);
            assertTrue(columns <= rows || v[j] <= tolerance);
        }
        assertEquals(Math.min(rows, columns), matched);
        assertTrue(matching.isOptimal(), () -> "gap " + matching.optimalityGap());
    }

    /** All ways to give rows from this one on a column of their own, with so many rows to be left out. */
    private static double leastCost(double[][] cost, int row, int taken, int leftOut) {
        if (row == cost.length) {
            return 0;
        }
        double best = leftOut > 0 ? leastCost(cost, row + 1, taken, leftOut - 1) : Double.POSITIVE_INFINITY;
        for (int j = 0; j < cost[row].length; j++) {
            if ((taken & 1 << j) == 0) {
                best = Math.min(best, cost[row][j] + leastCost(cost, row + 1, taken | 1 << j, leftOut));
            }
        }
        return best;
    }
}
