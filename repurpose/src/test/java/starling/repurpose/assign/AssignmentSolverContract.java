package starling.repurpose.assign;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jgrapht.alg.matching.KuhnMunkresMinimalWeightBipartitePerfectMatching;
import org.jgrapht.graph.DefaultWeightedEdge;
import org.jgrapht.graph.SimpleWeightedGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every assignment solver must do. */
abstract class AssignmentSolverContract {
    abstract AssignmentSolver solver(long seed);

    @Test
    void solvesAKnownProblem() {
        // Units 0 and 1 are best on worker 0, which takes one: unit 1 loses least by moving.
        double[][] cost = {{0, 0, 5}, {7, 3, 0}};
        Assignment solved = solver(1).solve(AssignmentProblem.exact(cost, 1, 2));
        assertArrayEquals(new int[] {0, 1, 1}, solved.owners());
        assertEquals(3, solved.cost());
        assertArrayEquals(new int[] {1, 2}, solved.counts());
        assertTrue(solved.isOptimal());
    }

    @Test
    void takesNoUnitsAtAll() {
        Assignment solved = solver(1).solve(AssignmentProblem.exact(new double[3][0], 0, 0, 0));
        assertEquals(0, solved.owners().length);
        assertEquals(0, solved.cost());
        assertTrue(solved.isOptimal());
    }

    @Test
    void givesAWorkerWithoutRoomNothing() {
        double[][] cost = {{0, 0}, {9, 9}, {4, 5}};
        Assignment solved = solver(1).solve(AssignmentProblem.exact(cost, 0, 1, 1));
        assertArrayEquals(new int[] {0, 1, 1}, solved.counts());
        assertEquals(13, solved.cost());
        assertTrue(solved.isOptimal());
    }

    @ParameterizedTest
    @EnumSource(Instances.Costs.class)
    void findsTheLeastCostOfAllOwners(Instances.Costs costs) {
        SplittableRandom random = new SplittableRandom(11);
        for (int trial = 0; trial < 150; trial++) {
            int workers = random.nextInt(1, 5);
            int units = random.nextInt(1, 8);
            double[][] cost = costs.draw(workers, units, random);
            AssignmentProblem problem = AssignmentProblem.exact(cost, Instances.counts(workers, units, random));
            check(problem, Instances.leastCost(problem), cost);
        }
    }

    @ParameterizedTest
    @EnumSource(Instances.Costs.class)
    void findsTheLeastCostWithPinnedUnits(Instances.Costs costs) {
        SplittableRandom random = new SplittableRandom(12);
        for (int trial = 0; trial < 100; trial++) {
            int workers = random.nextInt(1, 5);
            int units = random.nextInt(1, 8);
            double[][] cost = costs.draw(workers, units, random);
            int[] counts = Instances.counts(workers, units, random);
            AssignmentProblem problem = AssignmentProblem.exact(cost, counts).pinned(pinsWithin(counts, units, random));
            check(problem, Instances.leastCost(problem), cost);
        }
    }

    @Test
    void manyMoreWorkersThanUnits() {
        SplittableRandom random = new SplittableRandom(13);
        for (int trial = 0; trial < 40; trial++) {
            int units = random.nextInt(1, 4);
            double[][] cost = Instances.Costs.INTEGERS.draw(12, units, random);
            AssignmentProblem problem = AssignmentProblem.exact(cost, Instances.counts(12, units, random));
            check(problem, Instances.leastCost(problem), cost);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Instances.Costs.class,
            names = {"FEW_INTEGERS", "INTEGERS", "REAL", "RANKED"})
    void agreesWithJGraphT(Instances.Costs costs) {
        SplittableRandom random = new SplittableRandom(14);
        for (int trial = 0; trial < 30; trial++) {
            int workers = random.nextInt(2, 7);
            int units = random.nextInt(workers, 36);
            double[][] cost = costs.draw(workers, units, random);
            int[] counts = Instances.counts(workers, units, random);
            check(AssignmentProblem.exact(cost, counts), jgraphtCost(cost, counts), cost);
        }
    }

    /** Large enough for every stage of every solver; the certificate stands for the oracle. */
    @ParameterizedTest
    @EnumSource(Instances.Costs.class)
    void provesItsLargerAnswers(Instances.Costs costs) {
        SplittableRandom random = new SplittableRandom(15);
        for (int workers : new int[] {2, 3, 6, 17}) {
            double[][] cost = costs.draw(workers, 600, random);
            for (int[] counts : List.of(
                    Instances.evenCounts(workers, 600),
                    Instances.counts(workers, 600, random),
                    lopsided(workers, 600))) {
                Assignment solved = solver(workers).solve(AssignmentProblem.exact(cost, counts));
                assertTrue(solved.isOptimal(), () -> "gap " + solved.optimalityGap());
            }
        }
    }

    @Test
    void repeatsItself() {
        SplittableRandom random = new SplittableRandom(16);
        double[][] cost = Instances.Costs.FEW_INTEGERS.draw(5, 700, random);
        AssignmentProblem problem = AssignmentProblem.exact(cost, Instances.evenCounts(5, 700));
        Assignment first = solver(3).solve(problem);
        Assignment again = solver(3).solve(problem);
        assertArrayEquals(first.owners(), again.owners());
        assertArrayEquals(first.workerPrices(), again.workerPrices());
        assertEquals(first.cost(), solver(4).solve(problem).cost());
    }

    void check(AssignmentProblem problem, double leastCost, double[][] cost) {
        Assignment solved = solver(5).solve(problem);
        assertEquals(leastCost, solved.cost(), Instances.tolerance(cost));
        assertTrue(solved.isOptimal(), () -> "gap " + solved.optimalityGap() + " with " + Arrays.deepToString(cost));
    }

    /** Everything for the last worker but one unit each. */
    private static int[] lopsided(int workers, int units) {
        int[] counts = new int[workers];
        Arrays.fill(counts, 1);
        counts[workers - 1] = units - workers + 1;
        return counts;
    }

    static int[] pinsWithin(int[] room, int units, SplittableRandom random) {
        int[] left = room.clone();
        int[] pins = new int[units];
        for (int n = 0; n < units; n++) {
            int k = random.nextInt(left.length);
            pins[n] = random.nextInt(3) == 0 && left[k] > 0 ? k : AssignmentProblem.FREE;
            left[k] -= pins[n] == k ? 1 : 0;
        }
        return pins;
    }

    private static double jgraphtCost(double[][] cost, int[] counts) {
        SimpleWeightedGraph<String, DefaultWeightedEdge> graph = new SimpleWeightedGraph<>(DefaultWeightedEdge.class);
        Set<String> places = new java.util.LinkedHashSet<>();
        Set<String> units = new java.util.LinkedHashSet<>();
        List<Integer> workerOf = new ArrayList<>();
        for (int k = 0; k < counts.length; k++) {
            for (int i = 0; i < counts[k]; i++) {
                String place = "place " + workerOf.size();
                graph.addVertex(place);
                places.add(place);
                workerOf.add(k);
            }
        }
        for (int n = 0; n < cost[0].length; n++) {
            String unit = "unit " + n;
            graph.addVertex(unit);
            units.add(unit);
            for (int i = 0; i < workerOf.size(); i++) {
                graph.setEdgeWeight(graph.addEdge("place " + i, unit), cost[workerOf.get(i)][n]);
            }
        }
        return new KuhnMunkresMinimalWeightBipartitePerfectMatching<>(graph, places, units)
                .getMatching()
                .getWeight();
    }
}
