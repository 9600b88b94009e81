package starling.repurpose.values;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import starling.models.graph.GraphBuilder;
import starling.models.run.Network;
import starling.models.run.ProbedModel;
import starling.repurpose.space.LinearMap;

/** Measured sensitivities against the Jacobian written down by hand from recorded signals and the weights. */
class SensitivityProbeTest {
    private static final double RIDGE = 0.3;

    private static float[] recorded(ProbedModel model, LinearMap map, Calibration samples) {
        try (Network run = new Network("m", Network.withOutputs(model.model(), List.of(map.output())), 1)) {
            return run.run(samples.samples(), samples.count()).getOrDefault(map.output(), new float[0]);
        }
    }

    private static SensitivityProbe probe(ValuesObjective.Task task, Calibration samples) {
        return new SensitivityProbe(task.graph(), samples, 9, 1);
    }

    @Test
    void isTheMeanOfTheJacobiansOwnProducts() {
        SmallNets nets = new SmallNets(4);
        ProbedModel model = nets.dense(6, 7, 5, 3);
        Calibration samples = nets.samples(40, 6);
        ValuesObjective.Task task = SmallNets.task(model, 2, samples);
        LinearMap second = task.graph().linear().get(1).map();
        LinearMap third = task.graph().linear().get(2).map();
        float[] z = recorded(model, second, samples);
        double[][] expected = new double[5][5];
        double mean = 0;
        for (int t = 0; t < 5; t++) {
            for (int u = 0; u < 5; u++) {
                double active = 0;
                for (int n = 0; n < 40; n++) {
                    active += z[n * 5 + t] > 0 && z[n * 5 + u] > 0 ? 1 / 40.0 : 0;
                }
                for (int y = 0; y < 3; y++) {
                    expected[t][u] += active * third.weights()[y * 5 + t] * third.weights()[y * 5 + u];
                }
            }
            mean += expected[t][t] / 5;
        }
        Sensitivity found = probe(task, samples).of(second);
        assertTrue(found.isCoupled());
        double[] all = found.block(SmallNets.all(5), SmallNets.all(5));
        for (int t = 0; t < 5; t++) {
            // A sample whose unit is within a step of its kink may count a little more or less.
            assertEquals(expected[t][t], found.weight()[t], 0.02 * mean, "target " + t);
            for (int u = 0; u < 5; u++) {
                double ridge = t == u ? RIDGE * mean : 0;
                assertEquals(expected[t][u] + ridge, all[t * 5 + u], 0.03 * mean, t + "," + u);
            }
        }
        assertArrayEquals(
                new double[] {all[3 * 5 + 1], all[3 * 5 + 4]}, found.block(new int[] {3}, new int[] {1, 4}), 0);
    }

    @Test
    void answersAreTheirOwnAndFinalStepsDoNotCount() {
        SmallNets nets = new SmallNets(4);
        float[] weights = nets.weights(24, 6);
        GraphBuilder builder = new GraphBuilder("classifier", 13).input("x", -1, 6);
        builder.node("MatMul", List.of("x", builder.constant("w", weights, 6, 4)), "z");
        builder.node("Softmax", List.of("z"), "y");
        ProbedModel model = ProbedModel.of(builder.output("y", -1, 4).build());
        Calibration samples = nets.samples(10, 6);
        ValuesObjective.Task task = SmallNets.task(model, 2, samples);
        LinearMap map = task.graph().linear().get(0).map();
        Sensitivity found = probe(task, samples).of(map);
        double[] all = found.block(SmallNets.all(4), SmallNets.all(4));
        for (int t = 0; t < 4; t++) {
            for (int u = 0; u < 4; u++) {
                assertEquals(t == u ? 1 + RIDGE : 0, all[t * 4 + u], 1e-3, t + "," + u);
            }
        }
    }

    @Test
    void addsUpThePositionsOfChannels() {
        SmallNets nets = new SmallNets(5);
        ProbedModel model = nets.convolutional();
        Calibration samples = nets.samples(200, 4 * 64);
        ValuesObjective.Task task = SmallNets.task(model, 2, samples);
        LinearMap conv = task.graph().linear().get(2).map();
        LinearMap dense = task.graph().linear().get(3).map();
        float[] z = recorded(model, conv, samples);
        Sensitivity found = probe(task, samples).of(conv);
        double[] all = found.block(SmallNets.all(5), SmallNets.all(5));
        for (int t = 0; t < 5; t++) {
            for (int u = 0; u < 5; u++) {
                double expected = 0;
                double scale = 0;
                for (int p = 0; p < 2; p++) {
                    double active = 0;
                    for (int n = 0; n < 200; n++) {
                        active += z[(n * 5 + t) * 2 + p] > 0 && z[(n * 5 + u) * 2 + p] > 0 ? 1 / 200.0 : 0;
                    }
                    for (int y = 0; y < 5; y++) {
                        double a = dense.weights()[y * 10 + t * 2 + p];
                        double b = dense.weights()[y * 10 + u * 2 + p];
                        expected += active * a * b;
                        scale += a * a + b * b;
                    }
                }
                // The cross terms of the two positions have random signs: they are within 5 standard deviations.
                double actual = t == u ? found.weight()[t] : all[t * 5 + u];
                assertEquals(expected, actual, 5 * scale / Math.sqrt(200), t + "," + u);
            }
        }
    }

    @Test
    void givesTheMeanOnlyWhereEveryTargetAloneWouldCostTooMuch() {
        SmallNets nets = new SmallNets(4);
        ProbedModel model = nets.dense(6, 7, 5, 3);
        Calibration samples = nets.samples(40, 6);
        ValuesObjective.Task task = SmallNets.task(model, 2, samples);
        SensitivityProbe hurried = new SensitivityProbe(task.graph(), samples, 9, 1, 1e-9);
        Sensitivity last = hurried.of(task.graph().linear().get(2).map());
        assertFalse(last.isCoupled());
        assertArrayEquals(new double[] {1, 1, 1}, last.weight(), 1e-3);
        double[] hidden = hurried.of(task.graph().linear().get(1).map()).weight();
        for (double weight : hidden) {
            assertEquals(hidden[0], weight);
        }
        assertTrue(hidden[0] > 0);
        SensitivityProbe twoSamples = new SensitivityProbe(task.graph(), samples.part(0, 2), 9, 1, 1e-9);
        assertArrayEquals(
                new double[] {1, 1, 1},
                twoSamples.of(task.graph().linear().get(2).map()).weight(),
                1e-3);
    }
}
