package starling.codes.overair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.codes.channel.Blocks;
import starling.codes.channel.Fading;
import starling.codes.channel.MultipleAccessChannel;
import starling.codes.random.Draw;

class LinearCodeErrorTest {
    private static final int TRIALS = 4000;
    /** Two-sided, of a normal mean: 6e-7 each. */
    private static final double DEVIATIONS = 5;

    /**
     * Any d, powers of two and not: the mean over 4 000 rounds is within 5 deviations of Lemma 13, and each number's mean error
     * within 5 deviations of zero. 7 cases with up to 130 numbers each: fails by chance with a probability below 5e-4.
     */
    @ParameterizedTest
    @CsvSource({"64,16,0.5,3", "64,64,0.3,2", "64,1,0,1", "130,13,0.2,4", "100,99,0.1,2", "37,5,1,1", "1,1,0.5,1"})
    void lemma13HoldsForEveryLength(int d, int m, double noise, int nodes) {
        RandomLinearCode code = RandomLinearCode.of(d, m);
        List<Sender> senders = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
            senders.add(Sender.of((node + 1) / (double) nodes));
        }
        Scene scene = new Scene(
                code,
                Scene.channel(MultipleAccessChannel.Settings.of(m, noise)),
                Scene.gradients(nodes, d, 3),
                senders,
                1,
                new Draw(11, 0, 0, 0));
        double[] g = scene.sum();
        double squares = 0;
        for (double number : g) {
            squares += number * number;
        }
        holds(scene, LinearCodeError.lemma13(code, squares, noise));
        assertEquals(
                LinearCodeError.lemma13(code, squares, noise),
                LinearCodeError.lemma14(code, 1, noise, scene.parts()),
                1e-6 * (1 + squares * d));
    }

    /**
     * Every combination of selection (by power), participation, one or two numbers on a subchannel, weights and noise: the
     * exact form within 5 deviations, no mean error beyond 5 deviations, and below the bound (5.9) where all send. 8 cases of 96
     * numbers: fails by chance with a probability below 5e-4.
     */
    @ParameterizedTest
    @CsvSource({
        "1,false,false,0.1", "2,false,false,0.1", "1,true,false,0.1", "2,true,false,0.1",
        "1,false,true,0.1", "2,false,true,0", "1,true,true,0", "2,true,true,0.1"
    })
    void theExactFormOfLemma14Holds(int per, boolean selection, boolean participation, double noise) {
        int d = 96;
        int m = 24;
        int nodes = 5;
        RandomLinearCode code = new RandomLinearCode(d, m, per, 1);
        Fading fading = new Fading.Selective(List.of(1.0, 0.6, 0.3), Blocks.EACH_ROUND);
        List<float[]> gradients = Scene.gradients(nodes, d, 7);
        List<Sender> senders = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
            double squares = 0;
            for (float number : gradients.get(node)) {
                squares += (double) number * number;
            }
            double weight = (node + 1) / 15.0;
            double share = participation ? 0.4 + 0.1 * node : 1;
            double energy = selection ? 3 * weight * weight * squares / share : Double.POSITIVE_INFINITY;
            senders.add(new Sender(weight, share, energy));
        }
        Scene scene = new Scene(
                code,
                Scene.channel(MultipleAccessChannel.Settings.of(code.subchannels(), noise)
                        .withFading(fading)),
                gradients,
                senders,
                0.8,
                new Draw(23, 0, 4, 0));
        List<LinearCodeError.Part> parts = scene.parts();
        int fewest =
                parts.stream().mapToInt(part -> part.used().cardinality()).min().orElseThrow();
        assertEquals(selection, fewest < code.subchannels(), "fewest in use: " + fewest);
        double exact = LinearCodeError.lemma14(code, 0.8, noise, parts);
        holds(scene, exact);
        if (participation) {
            assertThrows(IllegalArgumentException.class, () -> LinearCodeError.bound(code, 0.8, noise, parts));
        } else {
            assertTrue(exact <= LinearCodeError.bound(code, 0.8, noise, parts) * (1 + 1e-12));
        }
    }

    @Test
    void theBoundIsMetByParallelGradientsOnTheSameSubchannels() {
        RandomLinearCode code = RandomLinearCode.of(4, 2);
        BitSet both = new BitSet();
        both.set(0, 2);
        List<LinearCodeError.Part> parts = List.of(
                new LinearCodeError.Part(new float[] {1, 2, 0, 2}, 0.25, 1, both),
                new LinearCodeError.Part(new float[] {2, 4, 0, 4}, 0.75, 1, both));
        // ||g|| = 0.25 3 + 0.75 6 = 5.25: (4/2 - 1) 5.25^2 + 4 0.5 / 4.
        assertEquals(28.0625, LinearCodeError.bound(code, 2, 0.5, parts), 1e-9);
        assertEquals(28.0625, LinearCodeError.lemma14(code, 2, 0.5, parts), 1e-9);
        assertThrows(
                IllegalArgumentException.class, () -> new LinearCodeError.Part(new float[] {1}, 1, 1, new BitSet()));
    }

    private static void holds(Scene scene, double predicted) {
        double[] g = scene.sum();
        double[] sums = new double[g.length];
        double[] squares = new double[g.length];
        double error = 0;
        double errorSquares = 0;
        for (int round = 0; round < TRIALS; round++) {
            float[] estimate = scene.estimate(round);
            double all = 0;
            for (int i = 0; i < g.length; i++) {
                double e = estimate[i] - g[i];
                sums[i] += e;
                squares[i] += e * e;
                all += e * e;
            }
            error += all / TRIALS;
            errorSquares += all * all / TRIALS;
        }
        double deviation = Math.sqrt(Math.max(0, errorSquares - error * error) / TRIALS);
        double rounding = 1e-6 * (1 + predicted);
        assertEquals(predicted, error, DEVIATIONS * deviation + rounding);
        for (int i = 0; i < g.length; i++) {
            double off = Math.sqrt(squares[i]) / TRIALS;
            assertEquals(0, sums[i] / TRIALS, DEVIATIONS * off + 1e-5, "mean error of number " + i);
        }
    }
}
