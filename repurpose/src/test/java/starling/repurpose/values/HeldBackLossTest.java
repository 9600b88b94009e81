package starling.repurpose.values;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import starling.models.run.Network;
import starling.models.run.ProbedModel;
import starling.repurpose.space.SplitNetwork;

/** The loss on held-back samples where it is known. */
class HeldBackLossTest {
    @Test
    void theLossOfTheOriginalIsZeroAndThatOfASilentOneItsPowerOverItsVariance() {
        SmallNets nets = new SmallNets(5);
        ProbedModel model = nets.dense(5, 4, 3);
        Calibration samples = nets.samples(300, 5);
        ValuesObjective.Task task = SmallNets.task(model, 2, samples);
        SplitNetwork original =
                SplitNetwork.original(task.graph(), 2, new int[task.graph().units()]);
        HeldBackLoss held = new HeldBackLoss(original, samples, 1);
        assertEquals(0, held.of(original));
        Map<String, SplitNetwork.Weights> silent = new LinkedHashMap<>(original.layers());
        silent.put("y", new SplitNetwork.Weights(new float[12], new float[3]));
        double mean = 0;
        double power = 0;
        try (Network run = new Network("m", model.model(), 1)) {
            for (float value :
                    run.run(samples.samples(), 300).values().iterator().next()) {
                mean += value / 900.0;
                power += (double) value * value / 900.0;
            }
        }
        assertEquals(
                power / (power - mean * mean),
                held.of(new SplitNetwork(task.graph(), 2, original.owners(), silent)),
                1e-5);
    }
}
