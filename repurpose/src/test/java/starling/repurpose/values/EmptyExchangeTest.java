package starling.repurpose.values;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import starling.models.graph.GraphBuilder;
import starling.models.run.ProbedModel;
import starling.repurpose.assign.TransportationSolver;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitNetwork;

/**
 * Three layers of eight units over two workers. Some of each unit of the first comes from the other worker's inputs, and the
 * answers need everything; what the second layer takes from the other worker is a given part of what it takes from its own.
 */
class EmptyExchangeTest {
    private static final int WIDTH = 8;
    private static final int OUTPUTS = 4;
    /** More than the first layer and the last can make use of. */
    private static final long BUDGET = 15;

    private static ProbedModel network(SmallNets nets, double between) {
        GraphBuilder builder = new GraphBuilder("blocks", 13).input("x", -1, WIDTH);
        String first = layer(builder, nets, "x", 0.3, "z1");
        String second = layer(builder, nets, builder.node("Relu", List.of(first)), between, "z2");
        String hidden = builder.node("Relu", List.of(second));
        String last = builder.constant("w", nets.weights(WIDTH * OUTPUTS, 2), WIDTH, OUTPUTS);
        builder.node("MatMul", List.of(hidden, last), "y");
        return ProbedModel.of(builder.output("y", -1, OUTPUTS).build());
    }

    private static String layer(GraphBuilder builder, SmallNets nets, String x, double between, String name) {
        float[] weights = nets.weights(WIDTH * WIDTH, 4);
        for (int i = 0; i < weights.length; i++) {
            boolean across = (i / WIDTH < WIDTH / 2) != (i % WIDTH < WIDTH / 2);
            weights[i] *= across ? (float) between : 1;
        }
        String bias = builder.constant("b", nets.weights(WIDTH, 4), WIDTH);
        builder.node("Gemm", List.of(x, builder.constant("w", weights, WIDTH, WIDTH), bias), name);
        return name;
    }

    /** Numbers that say nothing of each other. */
    private static Calibration samples(SmallNets nets) {
        return new Calibration(nets.weights(600 * WIDTH, 1), 600, WIDTH);
    }

    /** The first half of each hidden layer belongs to the first worker. */
    private static ValuesObjective.Task task(ProbedModel model, Calibration samples) {
        ValuesObjective.Task free = SmallNets.task(model, 2, samples);
        int[] owners = free.inputs().clone();
        for (String layer : List.of("z1", "z2")) {
            int[] units = free.graph().layout(layer).units();
            for (int i = 0; i < units.length; i++) {
                owners[units[i]] = 2 * i / units.length;
            }
        }
        return new ValuesObjective.Task(free.graph(), free.capacities(), owners, samples);
    }

    private static int rounds(SplitNetwork network) {
        return Schedule.of(network, Schedule.Kinds.BOTH).rounds();
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 4, 5, 6})
    void aUselessExchangeIsEmptiedAndAUsefulOneIsNot(long seed) {
        SmallNets nets = new SmallNets(seed);
        ValuesObjective.Task useless = task(network(nets, 1e-3), samples(nets));
        SplitNetwork plan = SmallNets.plan(useless, BUDGET).network();
        assertEquals(3, Schedule.unprunedRounds(plan));
        assertEquals(2, rounds(plan), "the middle exchange is empty");
        assertTrue(Schedule.of(plan, Schedule.Kinds.BOTH).values() <= BUDGET);
        nets = new SmallNets(seed);
        ValuesObjective.Task useful = task(network(nets, 1), samples(nets));
        assertEquals(3, rounds(SmallNets.plan(useful, BUDGET).network()), "no exchange can be spared");
    }

    /** By gains alone the middle layer gets something; held-back samples say that it is not worth a round. */
    @ParameterizedTest
    @ValueSource(longs = {3, 4, 5, 6})
    void theRoundCostsNoMoreThanTheRuleAllows(long seed) {
        SmallNets nets = new SmallNets(seed);
        Calibration all = samples(nets);
        ValuesObjective.Task task = task(network(nets, 1e-3), all.part(0, 450));
        LayerPlanner planner = planner(task, all.part(0, 450));
        SplitNetwork original =
                SplitNetwork.original(task.graph(), 2, new int[task.graph().units()]);
        HeldBackLoss held = new HeldBackLoss(original, all.part(450, 600), 1);
        long[] byGains = new BudgetSearch(planner, null, BUDGET, 0, (done, total) -> {}).divide();
        assertTrue(byGains[1] > 0, Arrays.toString(byGains));
        long[] judged = new BudgetSearch(planner, held, BUDGET, 0, (done, total) -> {}).divide();
        assertArrayEquals(new long[] {judged[0], 0, judged[2]}, judged);
        assertTrue(judged[0] > 0 && judged[2] > 0, Arrays.toString(judged));
        double loss = loss(planner, held, judged);
        double allowed = (1 + 2 * BudgetSearch.ROUND_WORTH) * loss(planner, held, byGains);
        assertTrue(loss <= Math.max(allowed, BudgetSearch.NEGLIGIBLE), "loss " + loss);
    }

    private static LayerPlanner planner(ValuesObjective.Task task, Calibration samples) {
        Map<String, Sensitivity> sensitivities = new LinkedHashMap<>();
        for (Operation.Linear layer : task.graph().linear()) {
            sensitivities.put(layer.map().output(), new SensitivityProbe(task.graph(), samples, 1, 1).of(layer.map()));
        }
        return new LayerPlanner(
                new LayerPlanner.Setting(task.graph(), task.capacities(), task.inputs(), new TransportationSolver(1)),
                new MomentRecorder(task.graph(), 1, 1),
                samples,
                ValuesObjective.RIDGE,
                sensitivities);
    }

    private static double loss(LayerPlanner planner, HeldBackLoss held, long[] division) {
        LayerPlanner.State state = planner.start();
        for (long budget : division) {
            state = planner.next(state, planner.problem(state), new LayerPlanner.Allowance.Limited(budget, 0));
        }
        return held.of(planner.network(planner.finished(state)));
    }
}
