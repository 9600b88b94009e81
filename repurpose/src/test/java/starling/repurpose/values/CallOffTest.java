package starling.repurpose.values;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import starling.models.run.ProbedModel;

/** Planning on an interrupted thread ends, with samples and without, and leaves the thread interrupted. */
class CallOffTest {
    @Test
    void interruptedThreadsDoNotPlan() {
        SmallNets nets = new SmallNets(3);
        ProbedModel model = nets.dense(12, 9, 5);
        ValuesObjective.Task calibrated = SmallNets.task(model, 2, nets.samples(50, 12));
        ValuesObjective.Task blind =
                new ValuesObjective.Task(calibrated.graph(), calibrated.capacities(), calibrated.inputs(), null);
        for (ValuesObjective.Task task : List.of(blind, calibrated)) {
            ValuesObjective objective = SmallNets.objective(task);
            Thread.currentThread().interrupt();
            assertThrows(CancellationException.class, () -> objective.plan(new ValuesObjective.Limits(null, 1e-9)));
            assertTrue(Thread.interrupted(), "still interrupted");
            objective.plan(new ValuesObjective.Limits(null, 1e-9));
        }
    }
}
