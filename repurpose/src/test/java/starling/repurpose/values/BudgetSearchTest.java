package starling.repurpose.values;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import starling.models.run.ProbedModel;
import starling.repurpose.assign.TransportationSolver;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitNetwork;

/** The search for layer budgets against all divisions there are. */
class BudgetSearchTest {
    private static final int TOTAL = 8;

    /** A small network, its planner on one part of the samples and the loss on the other. */
    private record Case(LayerPlanner planner, HeldBackLoss held) {
        static Case of(int seed) {
            SmallNets nets = new SmallNets(seed);
            ProbedModel model = nets.dense(10, 9, 7, 4);
            Calibration all = nets.samples(400, 10);
            Calibration samples = all.part(0, 300);
            ValuesObjective.Task task = SmallNets.task(model, 2, samples);
            Map<String, Sensitivity> sensitivities = new LinkedHashMap<>();
            for (Operation.Linear layer : task.graph().linear()) {
                sensitivities.put(
                        layer.map().output(), new SensitivityProbe(task.graph(), samples, 1, 1).of(layer.map()));
            }
            LayerPlanner planner = new LayerPlanner(
                    new LayerPlanner.Setting(
                            task.graph(), task.capacities(), task.inputs(), new TransportationSolver(1)),
                    new MomentRecorder(task.graph(), 1, 1),
                    samples,
                    ValuesObjective.RIDGE,
                    sensitivities);
            SplitNetwork original =
                    SplitNetwork.original(task.graph(), 2, new int[task.graph().units()]);
            return new Case(planner, new HeldBackLoss(original, all.part(300, 400), 1));
        }

        double loss(long... division) {
            LayerPlanner.State state = planner.start();
            for (long budget : division) {
                state = planner.next(state, planner.problem(state), new LayerPlanner.Allowance.Limited(budget, 0));
            }
            return held.of(planner.network(planner.finished(state)));
        }

        long[] divide(boolean judged) {
            return new BudgetSearch(planner, judged ? held : null, TOTAL, 0, (done, total) -> {}).divide();
        }
    }

    /** Of the 45 divisions the one found is near the best, and not worse than the start. */
    @Test
    void comesCloseToTheBestOfAllDivisions() {
        double missed = 0;
        int cases = 5;
        for (int seed = 0; seed < cases; seed++) {
            Case one = Case.of(60 + seed);
            double[] losses = new double[45];
            int count = 0;
            for (int a = 0; a <= TOTAL; a++) {
                for (int b = 0; a + b <= TOTAL; b++) {
                    losses[count++] = one.loss(a, b, TOTAL - a - b);
                }
            }
            Arrays.sort(losses);
            long[] division = one.divide(true);
            assertTrue(Arrays.stream(division).sum() <= TOTAL, Arrays.toString(division));
            double found = one.loss(division);
            // The search fits less thoroughly than the plan, so it may mistake what is nearly alike.
            assertTrue(found <= 1.02 * one.loss(one.divide(false)), "worse than the start");
            missed += (found - losses[0]) / (losses[22] - losses[0]) / cases;
        }
        assertTrue(missed <= 0.1, "missed of the way from the median to the best: " + missed);
    }

    @Test
    void nothingToDivideGivesNothing() {
        Case one = Case.of(1);
        assertEquals(
                0,
                Arrays.stream(new BudgetSearch(one.planner, one.held, 0, 0, (done, total) -> {}).divide())
                        .sum());
    }
}
