package starling.models.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.models.UnfitException;

/** Optimisers and schedules against their formulas in double precision. */
class OptimizerTest {
    private static final int STEPS = 300;
    private static final int WEIGHTS = 7;

    /** A float step errs by some 1e-7 of the weight; 300 of them stay far below this. */
    private static final double TOLERANCE = 1e-4;

    @ParameterizedTest
    @CsvSource({"0,0", "0,0.05", "0.9,0", "0.9,0.05", "0.5,0.2"})
    void gradientDescentFollowsItsFormula(double momentum, double decay) {
        Optimizer optimizer = new Optimizer.Sgd(momentum, decay);
        Random random = new Random(5);
        float[] values = normal(random);
        double[] wanted = wide(values);
        double[] velocity = new double[WEIGHTS];
        float[][] state = new float[optimizer.slots()][WEIGHTS];
        for (int step = 1; step <= STEPS; step++) {
            float[] gradient = normal(random);
            double rate = 0.01 / step + 0.002;
            for (int i = 0; i < WEIGHTS; i++) {
                velocity[i] = momentum * velocity[i] + gradient[i] + decay * wanted[i];
                wanted[i] -= rate * velocity[i];
            }
            optimizer.move(values, gradient, state, rate, decay, step);
        }
        requireClose(wanted, values);
    }

    @ParameterizedTest
    @CsvSource({"0.9,0.999,1e-8,0", "0.9,0.999,1e-8,0.3", "0.8,0.95,0.1,0.1", "0,0.9,1e-8,0"})
    void adamFollowsItsFormula(double first, double second, double epsilon, double decay) {
        Optimizer optimizer = new Optimizer.Adam(first, second, epsilon, decay);
        Random random = new Random(6);
        float[] values = normal(random);
        double[] wanted = wide(values);
        double[] mean = new double[WEIGHTS];
        double[] square = new double[WEIGHTS];
        float[][] state = new float[optimizer.slots()][WEIGHTS];
        for (int step = 1; step <= STEPS; step++) {
            float[] gradient = normal(random);
            double rate = 0.01 / step + 0.005;
            for (int i = 0; i < WEIGHTS; i++) {
                double g = gradient[i];
                mean[i] = first * mean[i] + (1 - first) * g;
                square[i] = second * square[i] + (1 - second) * g * g;
                double m = mean[i] / (1 - Math.pow(first, step));
                double v = square[i] / (1 - Math.pow(second, step));
                wanted[i] -= rate * (m / (Math.sqrt(v) + epsilon) + decay * wanted[i]);
            }
            optimizer.move(values, gradient, state, rate, decay, step);
        }
        requireClose(wanted, values);
    }

    @Test
    void constantStaysAndStepsFallAtEqualDistances() {
        assertEquals(1, new Schedule.Constant().factor(0, 9));
        assertEquals(1, new Schedule.Constant().factor(8, 9));
        Schedule steps = new Schedule.Steps(2, 0.1);
        double[] wanted = {1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01};
        for (int i = 0; i < wanted.length; i++) {
            assertEquals(wanted[i], steps.factor(i, wanted.length), 1e-15, "step " + i);
        }
        assertEquals(0.01, steps.factor(3_000_000_000L - 1, 3_000_000_000L), 1e-15, "no overflow");
    }

    @Test
    void cosineRisesThenFallsToNothing() {
        Schedule cosine = new Schedule.Cosine(0.1);
        for (int step = 0; step < 10; step++) {
            assertEquals((step + 1) / 11.0, cosine.factor(step, 100), 1e-15, "step " + step);
        }
        assertEquals(1, cosine.factor(10, 100));
        for (int step = 10; step < 100; step++) {
            double half = Math.cos(Math.PI * (step - 10) / 180.0);
            assertEquals(half * half, cosine.factor(step, 100), 1e-12, "step " + step);
        }
        assertEquals(0, cosine.factor(99, 100), 1e-3);
        assertEquals(1, new Schedule.Cosine(0).factor(0, 1));
        assertEquals(1, new Schedule.Cosine(0).factor(0, 50));
        assertEquals(0.5, new Schedule.Cosine(0).factor(25, 50), 1e-15);
    }

    @Test
    void sharesAndDecaysAreHeldToTheirRanges() {
        refused("momentum must be at least 0 and below 1: it is 1.0", () -> new Optimizer.Sgd(1, 0));
        refused("momentum must be at least 0 and below 1: it is NaN", () -> new Optimizer.Sgd(Double.NaN, 0));
        refused("weight decay must be at least 0: it is -0.1", () -> new Optimizer.Sgd(0, -0.1));
        refused(
                "Adam's first moment must be at least 0 and below 1: it is -1.0",
                () -> new Optimizer.Adam(-1, 0.9, 1, 0));
        refused(
                "Adam's second moment must be at least 0 and below 1: it is 1.5",
                () -> new Optimizer.Adam(0.9, 1.5, 1, 0));
        refused("Adam's epsilon must be positive: it is 0.0", () -> new Optimizer.Adam(0.9, 0.9, 0, 0));
        refused("weight decay must be at least 0: it is Infinity", () -> Optimizer.Adam.usual(1 / 0.0));
        refused("the share of a warm-up must be at least 0 and below 1: it is 1.0", () -> new Schedule.Cosine(1));
        refused("a schedule in steps must fall at least once: it falls 0 times", () -> new Schedule.Steps(0, 0.5));
        refused("the factor of a fall must be above 0 and below 1: it is 1.0", () -> new Schedule.Steps(1, 1));
    }

    private static void refused(String sentence, Runnable made) {
        assertEquals(sentence, assertThrows(UnfitException.class, made::run).getMessage());
    }

    private static void requireClose(double[] wanted, float[] values) {
        for (int i = 0; i < WEIGHTS; i++) {
            assertEquals(wanted[i], values[i], TOLERANCE * Math.max(1, Math.abs(wanted[i])), "weight " + i);
        }
    }

    private static float[] normal(Random random) {
        float[] values = new float[WEIGHTS];
        for (int i = 0; i < WEIGHTS; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static double[] wide(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
