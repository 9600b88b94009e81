package starling.experiments.regression;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LinearRegressionTest {
    private static final int INPUTS = 6;
    private static final int OUTPUTS = 3;

    /** From W = 0 the mean gradient is -W* R, so that W* follows from it only if R has the eigenvalues promised. */
    @Test
    void gradientDescentConvergesBelowAQuarterAndNotAboveAHalf() {
        assertTrue(after(0.2, 200) < 1e-3);
        assertTrue(after(0.6, 200) > 1, "2 / 4 is the largest step for an eigenvalue of 4");
        double slow = after(0.02, 100);
        // the slowest direction shrinks by (1 - 0.02)^2 a step, the fastest by (1 - 0.08)^2
        assertTrue(slow < Math.pow(0.98, 200) * 1.3 && slow > Math.pow(0.92, 200), "" + slow);
    }

    @Test
    void theStartIsAtDistanceOne() {
        Problem problem = new Problem(INPUTS, OUTPUTS, 1);
        assertEquals(1, problem.distance(problem.start()));
        assertEquals(INPUTS * OUTPUTS, problem.parameters());
    }

    private static double after(double step, int rounds) {
        Problem problem = new Problem(INPUTS, OUTPUTS, 1);
        float[] weights = problem.start();
        for (int round = 0; round < rounds && problem.distance(weights) < 1e6; round++) {
            float[] gradient = problem.gradient(weights, 4096);
            for (int i = 0; i < weights.length; i++) {
                weights[i] -= (float) (step * gradient[i]);
            }
        }
        return problem.distance(weights);
    }
}
