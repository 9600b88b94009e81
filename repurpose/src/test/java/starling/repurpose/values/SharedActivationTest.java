package starling.repurpose.values;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import starling.models.graph.GraphBuilder;
import starling.models.run.ProbedModel;
import starling.repurpose.assign.TransportationSolver;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitNetwork;

/**
 * Two layers read the same eight inputs in the same exchange, half of which each of two workers has. An activation that both
 * read is one number, as the cheapest cover of all kept edges says, found here by trying every set of vertices.
 */
class SharedActivationTest {
    private static final int INPUTS = 8;
    private static final int UNITS = 6;
    private static final int WORKERS = 2;

    static LongStream seeds() {
        return LongStream.range(0, 12);
    }

    private static ProbedModel network(SmallNets nets) {
        GraphBuilder builder = new GraphBuilder("two", 13).input("x", -1, INPUTS);
        for (String name : List.of("a", "b")) {
            String w = builder.constant("w", nets.weights(INPUTS * UNITS, INPUTS), INPUTS, UNITS);
            builder.node("MatMul", List.of("x", w), name);
        }
        return ProbedModel.of(
                builder.output("a", -1, UNITS).output("b", -1, UNITS).build());
    }

    /** Kept edges of a link as vertices: sources 0 .. 7, then the targets of either layer. */
    private static List<int[]> edges(SplitNetwork network, int from, int to) {
        List<int[]> edges = new ArrayList<>();
        int first = INPUTS;
        for (Operation.Linear layer : network.graph().linear()) {
            LinearMap map = layer.map();
            int[] sources = network.ownersOf(map.input());
            int[] targets = network.ownersOf(map.output());
            float[] weights = network.weights(map).values();
            for (int t = 0; t < targets.length; t++) {
                for (int s = 0; s < sources.length; s++) {
                    if (sources[s] == from && targets[t] == to && weights[t * sources.length + s] != 0) {
                        edges.add(new int[] {s, first + t});
                    }
                }
            }
            first += targets.length;
        }
        return edges;
    }

    /** The fewest vertices that touch every edge. */
    private static long cover(List<int[]> edges) {
        Set<Integer> touched = new HashSet<>();
        edges.forEach(edge -> {
            touched.add(edge[0]);
            touched.add(edge[1]);
        });
        List<Integer> vertices = List.copyOf(touched);
        long fewest = vertices.size();
        for (int set = 0; set < 1 << vertices.size(); set++) {
            if (Integer.bitCount(set) < fewest) {
                int tried = set;
                boolean covers = edges.stream()
                        .allMatch(edge -> (tried >> vertices.indexOf(edge[0]) & 1) == 1
                                || (tried >> vertices.indexOf(edge[1]) & 1) == 1);
                fewest = covers ? Integer.bitCount(set) : fewest;
            }
        }
        return fewest;
    }

    private static long cover(SplitNetwork network) {
        return cover(edges(network, 0, 1)) + cover(edges(network, 1, 0));
    }

    private static long paid(ValuesObjective.Outcome plan) {
        return plan.layers().stream().mapToLong(LayerTrace::numbers).sum();
    }

    /** What the planner pays is what is sent and what the cheapest cover costs. */
    @ParameterizedTest
    @MethodSource("seeds")
    void thePriceOfAPlanIsItsCheapestCover(long seed) {
        SmallNets nets = new SmallNets(seed);
        ProbedModel model = network(nets);
        ValuesObjective.Task task = SmallNets.task(model, WORKERS, nets.samples(200, INPUTS));
        for (long budget = 1; budget <= 6; budget++) {
            ValuesObjective.Outcome plan = SmallNets.plan(task, budget);
            long fewest = cover(plan.network());
            String what = "budget " + budget + ": " + plan.layers();
            assertEquals(
                    fewest, Schedule.of(plan.network(), Schedule.Kinds.BOTH).values(), what);
            assertTrue(paid(plan) <= budget, what);
            assertTrue(fewest <= paid(plan), what);
            Set<List<Object>> sent = new HashSet<>();
            plan.layers().forEach(layer -> layer.values()
                    .forEach(value -> sent.add(List.of(
                            value.kind(),
                            value.index(),
                            value.from(),
                            value.to(),
                            value.kind() == Value.Kind.ACTIVATION ? "" : layer.layer()))));
            assertEquals(sent.size(), paid(plan), what);
        }
    }

    /** What the first layer pays for is known to the second, whose own budget is nothing. */
    @Test
    void theSecondLayerReadsWhatTheFirstPaidFor() {
        SmallNets nets = new SmallNets(3);
        ProbedModel model = network(nets);
        Calibration samples = nets.samples(300, INPUTS);
        ValuesObjective.Task task = SmallNets.task(model, WORKERS, samples);
        LayerPlanner planner = new LayerPlanner(
                new LayerPlanner.Setting(task.graph(), task.capacities(), task.inputs(), new TransportationSolver(1)),
                new MomentRecorder(task.graph(), 1, 1),
                samples,
                ValuesObjective.RIDGE,
                Map.of());
        LayerPlanner.State one = planner.next(
                planner.start(), planner.problem(planner.start()), new LayerPlanner.Allowance.Limited(4, 0));
        List<Value> known = planner.known(one);
        assertTrue(known.size() >= 2, "activations of the first layer: " + known);
        LayerPlanner.State both = planner.next(one, planner.problem(one), new LayerPlanner.Allowance.Limited(0, 0));
        LayerTrace second = both.traces().get(1);
        assertEquals(0, second.numbers());
        assertEquals(known.size(), second.values().size());
        assertTrue(second.residual() < second.localResidual(), second.toString());
        assertEquals(4, cover(planner.network(planner.finished(both))));
    }
}
