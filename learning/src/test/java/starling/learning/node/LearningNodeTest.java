package starling.learning.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import starling.learning.model.LocalModel;
import starling.learning.model.TrialModel;
import starling.learning.settings.Local;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.run.Network;

class LearningNodeTest {
    private static final Dataset DATA =
            DataSpec.parse("builtin:region,limit=100").open(Split.TRAIN, 1);
    private static final TrialModel MODEL = TrialModel.of("region", DATA, 5);

    @Test
    void aPassSeesEachSampleOnceInAnOrderOfItsOwn() {
        int[] samples = {3, 5, 8, 13, 21, 34, 55};
        LearningNode node = new LearningNode(2, samples);
        int[] seen = new int[14];
        for (int step = 0; step < 7; step++) {
            System.arraycopy(node.batch(step, 2, 9), 0, seen, 2 * step, 2);
        }
        for (int pass = 0; pass < 2; pass++) {
            int[] sorted = Arrays.copyOfRange(seen, 7 * pass, 7 * pass + 7);
            Arrays.sort(sorted);
            assertArrayEquals(samples, sorted);
        }
        assertFalse(Arrays.equals(Arrays.copyOf(seen, 7), Arrays.copyOfRange(seen, 7, 14)));
        assertFalse(Arrays.equals(node.batch(0, 7, 9), new LearningNode(3, samples).batch(0, 7, 9)), "other node");
        assertFalse(Arrays.equals(node.batch(0, 7, 9), node.batch(0, 7, 10)), "other seed");
        Set<Integer> whole = new HashSet<>();
        Arrays.stream(node.batch(4, 100, 9)).forEach(whole::add);
        assertEquals(7, whole.size(), "a batch has at most all samples, each once");
    }

    /** Mean cross-entropy by running the network itself. */
    private static double loss(float[] weights, int[] samples) {
        double loss = 0;
        try (Network network = new Network("region", MODEL.with(weights), 1)) {
            float[] sample = new float[DATA.elements()];
            for (int place : samples) {
                DATA.read(place, sample, 0);
                float[] z = network.run(sample, 1).values().iterator().next();
                double sum = 0;
                for (float one : z) {
                    sum += Math.exp(one);
                }
                loss += (Math.log(sum) - z[DATA.label(place)]) / samples.length;
            }
        }
        return loss;
    }

    @Test
    void theUpdateIsTheGradientOfTheBatch() {
        LearningNode node = new LearningNode(0, new int[] {1, 2, 3, 4});
        float[] weights = MODEL.weights();
        try (LocalModel local = new LocalModel(MODEL, 1)) {
            local.set(weights);
            LearningNode.Update update = node.update(local, weights, DATA, new Local(1, 4, 9), 0, 1);
            assertEquals(loss(weights, node.samples()), update.loss(), 1e-5);
            double square = 0;
            for (float one : update.gradient()) {
                square += (double) one * one;
            }
            // Along the gradient the loss falls by its squared length: central differences.
            double h = 1e-2 / Math.sqrt(square);
            float[] up = weights.clone();
            float[] down = weights.clone();
            for (int i = 0; i < weights.length; i++) {
                up[i] += (float) (h * update.gradient()[i]);
                down[i] -= (float) (h * update.gradient()[i]);
            }
            double slope = (loss(up, node.samples()) - loss(down, node.samples())) / (2 * h);
            assertEquals(square, slope, 0.01 * square);
        }
    }

    @Test
    void severalStepsMoveAsPlainGradientDescent() {
        LearningNode node = new LearningNode(1, new int[] {7, 8, 9, 10, 11, 12});
        float[] weights = MODEL.weights();
        Local three = new Local(3, 2, 0.5);
        try (LocalModel local = new LocalModel(MODEL, 1)) {
            local.set(weights);
            LearningNode.Update update = node.update(local, weights, DATA, three, 4, 1);
            float[] moved = weights.clone();
            float[] gradient = new float[weights.length];
            double loss = 0;
            for (int step = 12; step < 15; step++) {
                local.set(moved);
                loss += local.gradient(DATA, node.batch(step, 2, 1), 0, gradient) / 3;
                for (int i = 0; i < moved.length; i++) {
                    moved[i] -= 0.5f * gradient[i];
                }
            }
            assertEquals(loss, update.loss(), 1e-9);
            for (int i = 0; i < moved.length; i++) {
                assertEquals(weights[i] - moved[i], 0.5 * update.gradient()[i], 1e-6, "weight " + i);
            }
            local.set(weights);
            LearningNode.Update again = node.update(local, weights, DATA, three, 4, 1);
            assertArrayEquals(update.gradient(), again.gradient());
            assertArrayEquals(
                    node.update(local, weights, DATA, new Local(1, 2, 1), 5, 1).gradient(),
                    node.update(local, weights, DATA, new Local(1, 2, 1), 5, 1).gradient(),
                    "several steps leave the round's weights behind");
        }
    }
}
