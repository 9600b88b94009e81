package starling.repurpose.edges;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import starling.models.UnfitException;
import starling.models.graph.GraphBuilder;
import starling.models.run.ProbedModel;
import starling.repurpose.assign.Capacities;
import starling.repurpose.assign.TransportationSolver;
import starling.repurpose.edges.EdgeObjective.Thresholds;
import starling.repurpose.space.InputRule;
import starling.repurpose.space.Operation;
import starling.repurpose.space.Ownership;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/** Sweeps and the search for eta2 against the cost written down a second time and every assignment there is. */
class SweepsTest {
    private static final Map<String, InputRule> RULES = Map.of("x", new InputRule.Split());
    private static final int NETWORKS = 40;
    /** Of sums of at most 150 numbers below 10. */
    private static final double ROUNDING = 1e-10;

    private final SplittableRandom random = new SplittableRandom(613);

    private float[] numbers(int count) {
        float[] all = new float[count];
        for (int i = 0; i < count; i++) {
            all[i] = (float) random.nextDouble(-1, 1);
        }
        return all;
    }

    /** x - z1 - z2 - y, and where {@code residual} z2 added to z1 before the last layer: a layer from a space to itself. */
    private SplitGraph network(int width, boolean residual) {
        GraphBuilder builder = new GraphBuilder("net", 13).input("x", -1, width);
        builder.node("Gemm", List.of("x", builder.constant("w", numbers(width * width), width, width)), "z1");
        String first = builder.node("Relu", List.of("z1"));
        builder.node("Gemm", List.of(first, builder.constant("w", numbers(width * width), width, width)), "z2");
        String second = residual ? builder.node("Add", List.of(first, "z2")) : builder.node("Relu", List.of("z2"));
        builder.node("Gemm", List.of(second, builder.constant("w", numbers(width * 4), width, 4)), "y");
        return SpaceAnalysis.of(ProbedModel.of(builder.output("y", -1, 4).build()), RULES);
    }

    /** The cost of all layers, from the definition. */
    private static double total(SplitGraph graph, int[] owners, Thresholds thresholds) {
        double sum = 0;
        for (Operation.Linear linear : graph.linear()) {
            int[] from = graph.layout(linear.map().input()).units();
            int[] to = graph.layout(linear.map().output()).units();
            for (int t = 0; t < to.length; t++) {
                for (int s = 0; s < from.length; s++) {
                    double w = linear.map().weights()[t * from.length + s];
                    double eta2 = thresholds.eta2() == null ? Double.POSITIVE_INFINITY : thresholds.eta2();
                    double price = thresholds.eta1() + (owners[from[s]] == owners[to[t]] ? 0 : eta2);
                    sum += Math.min(w * w, price);
                }
            }
        }
        return sum;
    }

    private static double least(
            SplitGraph graph, int[] units, int next, int[] left, int[] owners, Thresholds thresholds) {
        if (next == units.length) {
            return total(graph, owners, thresholds);
        }
        double least = Double.POSITIVE_INFINITY;
        for (int j = 0; j < left.length; j++) {
            if (left[j] > 0) {
                left[j]--;
                owners[units[next]] = j;
                least = Math.min(least, least(graph, units, next + 1, left, owners, thresholds));
                left[j]++;
            }
        }
        return least;
    }

    private static EdgeObjective.Outcome plan(
            SplitGraph graph, Capacities capacities, Thresholds thresholds, int sweeps) {
        return EdgeObjective.plan(
                graph,
                capacities,
                Ownership.ofInputs(graph, RULES, capacities),
                thresholds,
                new TransportationSolver(5),
                sweeps);
    }

    private static SplitGraph.Space space(SplitGraph graph, String name) {
        return graph.spaces().stream()
                .filter(space -> space.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void everyStep(@Nullable Double eta2, boolean residual, Capacities capacities, int width) {
        int changed = 0;
        for (int i = 0; i < NETWORKS; i++) {
            SplitGraph graph = network(width, residual);
            Thresholds thresholds = new Thresholds(0.02, eta2);
            EdgeObjective.Outcome outcome = plan(graph, capacities, thresholds, 20);
            int[] before = plan(graph, capacities, thresholds, 0).network().owners();
            double last = total(graph, before, thresholds);
            assertEquals(last, outcome.passed(), ROUNDING);
            for (EdgeObjective.Step step : outcome.steps()) {
                changed++;
                assertTrue(step.total() < last, step.space());
                assertEquals(total(graph, step.owners(), thresholds), step.total(), ROUNDING);
                int[] units = space(graph, step.space()).units();
                int[] counts = capacities.counts(units.length);
                int[] had = new int[counts.length];
                Arrays.stream(units).forEach(unit -> had[step.owners()[unit]]++);
                assertArrayEquals(counts, had);
                if (!residual) {
                    double least =
                            least(graph, units, 0, counts.clone(), step.owners().clone(), thresholds);
                    assertEquals(least, step.total(), ROUNDING, step.space());
                }
                last = step.total();
            }
            int[] end = outcome.network().owners();
            assertEquals(total(graph, end, thresholds), outcome.total(), ROUNDING);
            if (!residual) {
                for (SplitGraph.Space space : graph.spaces()) {
                    if (!space.producers().isEmpty()) {
                        int[] counts = capacities.counts(space.units().length);
                        double least = least(graph, space.units(), 0, counts, end.clone(), thresholds);
                        assertEquals(least, outcome.total(), ROUNDING, "no single space can be bettered");
                    }
                }
            }
        }
        assertTrue(changed > NETWORKS / 4, "sweeps had something to do: " + changed);
    }

    @Test
    void everyStepIsTheBestOfItsSpace() {
        everyStep(0.1, false, Capacities.equal(2), 6);
        everyStep(null, false, Capacities.equal(2), 6);
        everyStep(0.3, false, Capacities.equal(3), 5);
        everyStep(0.3, false, Capacities.of(2, 1, 3), 6);
    }

    @Test
    void theTotalFallsWhereASpaceFeedsItself() {
        everyStep(0.3, true, Capacities.equal(2), 8);
    }

    @Test
    void sweepsStopWhenNothingChanges() {
        for (int i = 0; i < NETWORKS; i++) {
            SplitGraph graph = network(6, i % 2 == 0);
            Thresholds thresholds = new Thresholds(0, 0.2);
            assertArrayEquals(
                    plan(graph, Capacities.equal(2), thresholds, 50).network().owners(),
                    plan(graph, Capacities.equal(2), thresholds, 1000).network().owners());
            assertTrue(plan(graph, Capacities.equal(2), thresholds, 0).steps().isEmpty());
        }
    }

    /** ||W_hat - W||_F^2 of the worst layer. */
    private static double error(SplitGraph graph, SplitNetwork network) {
        double worst = 0;
        for (Operation.Linear linear : graph.linear()) {
            double sum = 0;
            float[] kept = network.weights(linear.map()).values();
            for (int i = 0; i < kept.length; i++) {
                sum += Math.pow((double) kept[i] - linear.map().weights()[i], 2);
            }
            worst = Math.max(worst, sum);
        }
        return worst;
    }

    @Test
    void theBoundHoldsAndFailsRightAboveWhatIsFound() {
        for (int i = 0; i < NETWORKS; i++) {
            SplitGraph graph = network(6, false);
            double epsilon = random.nextDouble(0.01, 2);
            ErrorBound.Found found = ErrorBound.search(
                    graph, eta2 -> plan(graph, Capacities.equal(2), new Thresholds(0, eta2), 3), epsilon);
            assertEquals(error(graph, found.network()), found.error(), ROUNDING);
            assertTrue(found.error() <= epsilon);
            double above = 0;
            for (int step = 1; step <= 3; step++) {
                double eta2 = found.eta2() + step * 1e-4;
                above = Math.max(
                        above,
                        error(
                                graph,
                                plan(graph, Capacities.equal(2), new Thresholds(0, eta2), 3)
                                        .network()));
            }
            assertTrue(above > epsilon, "an eta2 just above fails: " + above + " for " + epsilon);
        }
    }

    @Test
    void aLooseBoundDropsAllThatCrossesAndATightOneIsRefused() {
        SplitGraph graph = network(6, false);
        ErrorBound.Found loose =
                ErrorBound.search(graph, eta2 -> plan(graph, Capacities.equal(2), new Thresholds(0, eta2), 3), 1000);
        for (Operation.Linear linear : graph.linear()) {
            float[] kept = loose.network().weights(linear.map()).values();
            assertEquals(0, loose.network().crossEdges(linear.map(), kept));
        }
        UnfitException refused = assertThrows(
                UnfitException.class,
                () -> ErrorBound.search(
                        graph, eta2 -> plan(graph, Capacities.equal(2), new Thresholds(0.5, eta2), 3), 0.25));
        assertTrue(String.valueOf(refused.getMessage()).contains("0.25"), refused.getMessage());
        assertFalse(String.valueOf(refused.getMessage()).contains("\n"));
    }
}
