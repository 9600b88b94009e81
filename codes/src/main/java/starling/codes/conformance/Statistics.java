package starling.codes.conformance;

import static starling.codes.conformance.ConformanceSuite.require;

import java.util.Arrays;
import starling.codes.gradient.ExactError;
import starling.codes.gradient.Properties;
import starling.codes.gradient.SketchCode;
import starling.codes.random.Draw;

/** The checks whose outcome is random in the seed; each states how improbable its failure is for a sound code. */
final class Statistics {
    private static final int SEEDS = 1000;
    private static final int NODES = 1000;
    private static final int ROUNDS = 5;

    private static final double LIMIT = 6.9;

    private Statistics() {}

    /**
     * Over 1 000 seeds: each coordinate's mean error, where the code is unbiased, and the mean squared error, each within 6
     * standard deviations of its mean (2e-9 each if normal; below 1e-5 for the laws of few large values that occur), and
     * squared errors not above the bound.
     */
    static String seeds(Subject subject, float[] x) {
        Properties properties = subject.encoder().properties(x.length);
        double size = squaredNorm(x);
        double[] sums = new double[x.length];
        double[] squares = new double[x.length];
        double error = 0;
        double errorSquares = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            float[] y = subject.roundTrip(x, new Draw(seed, 3, 1, 0));
            double all = 0;
            for (int i = 0; i < x.length; i++) {
                double e = (double) y[i] - x[i];
                sums[i] += e;
                squares[i] += e * e;
                all += e * e;
            }
            error += all / SEEDS;
            errorSquares += all * all / SEEDS;
        }
        double errorDeviation = Math.sqrt(Math.max(0, errorSquares - error * error) / SEEDS);
        double rounding = 1e-6 * size;
        if (properties.unbiased()) {
            for (int i = 0; i < x.length; i++) {
                double mean = sums[i] / SEEDS;
                double deviation = Math.sqrt(squares[i]) / SEEDS;
                require(
                        Math.abs(mean) <= 6 * deviation + 1e-6 * Math.sqrt(size),
                        "the mean error of number " + i + " is " + mean + ", " + mean / deviation + " deviations");
            }
        }
        double bound = properties.varianceBound() * size;
        require(
                error - 6 * errorDeviation <= bound + rounding,
                "the squared error is " + error + ", its bound " + bound);
        if (subject.encoder() instanceof ExactError exact) {
            double formula = exact.meanSquaredError(x, 0, x.length);
            require(
                    Math.abs(error - formula) <= 6 * errorDeviation + rounding,
                    "the squared error is " + error + " +- " + errorDeviation + ", by the formula " + formula);
            require(formula <= bound + rounding, "the formula gives " + formula + ", above its bound " + bound);
        }
        return "squared error " + error / size + " of the vector's, bound " + properties.varianceBound();
    }

    /**
     * The mean over 1 000 nodes in each of 5 rounds: its squared error is that of one node over 1 000 if the code is
     * unbiased and the nodes' draws are their own. The ratio is at worst a chi square with 5 degrees of freedom over 5 (all
     * coordinates moving together): above 6.9 with probability 2e-6. Nodes of a code that shares draws within a round are each
     * in a round of their own.
     */
    static String nodes(Subject subject, float[] x) {
        if (!subject.encoder().properties(x.length).unbiased()) {
            return "biased: does not apply";
        }
        boolean shared = subject.encoder() instanceof SketchCode;
        double ofMean = 0;
        double ofOne = 0;
        for (int round = 0; round < ROUNDS; round++) {
            double[] sums = new double[x.length];
            for (int node = 0; node < NODES; node++) {
                float[] y = subject.roundTrip(x, new Draw(11, node, shared ? round * NODES + node : round, 0));
                for (int i = 0; i < x.length; i++) {
                    double e = (double) y[i] - x[i];
                    sums[i] += e;
                    ofOne += e * e / (ROUNDS * NODES);
                }
            }
            for (int i = 0; i < x.length; i++) {
                ofMean += sums[i] * sums[i] / ((double) NODES * NODES * ROUNDS);
            }
        }
        double rounding = 1e-12 * squaredNorm(x);
        double ratio = (ofMean - rounding) * NODES / (ofOne + rounding);
        require(ratio <= LIMIT, "the mean of 1000 nodes has " + ratio + " times the error it should have");
        return "the mean of 1000 nodes has " + ratio + " times 1/1000 of the error of one";
    }

    /**
     * Two vectors with the same norms but another first number must give its error the same law (two-sample
     * Kolmogorov-Smirnov over 2 000 draws each, beyond 2.7 sqrt(2/m) with probability 1e-6), and the error must not be
     * correlated with the signal over 4 000 vectors (5 deviations, 6e-7).
     */
    static String independence(Subject subject) {
        if (!subject.encoder().properties(20).errorIndependent()) {
            return "not claimed";
        }
        int draws = 2000;
        float[] first = Vectors.spikes(20);
        float[] second = Vectors.spikes(20);
        first[2] = 0.31f;
        second[2] = 0.31f;
        swap(first, 0, 2);
        swap(second, 0, 1);
        double[] ofFirst = new double[draws];
        double[] ofSecond = new double[draws];
        for (int i = 0; i < draws; i++) {
            ofFirst[i] = (double) subject.roundTrip(first, new Draw(i, 1, 1, 0))[0] - first[0];
            ofSecond[i] = (double) subject.roundTrip(second, new Draw(i, 2, 1, 0))[0] - second[0];
        }
        double distance = kolmogorovSmirnov(ofFirst, ofSecond);
        double limit = 2.7 * Math.sqrt(2.0 / draws);
        require(distance <= limit, "the error's law moves with the signal: distance " + distance + " beyond " + limit);
        int vectors = 4000;
        double products = 0;
        double signals = 0;
        double errors = 0;
        for (int i = 0; i < vectors; i++) {
            float[] x = Vectors.bell(20, 5000 + i);
            double e = (double) subject.roundTrip(x, new Draw(i, 3, 1, 0))[7] - x[7];
            products += e * x[7];
            signals += (double) x[7] * x[7];
            errors += e * e;
        }
        double correlation = products / Math.sqrt(signals * errors);
        require(
                Math.abs(correlation) <= 5 / Math.sqrt(vectors),
                "the error is correlated with the signal: " + correlation);
        return "distance of laws " + distance + ", correlation " + correlation;
    }

    private static void swap(float[] x, int i, int j) {
        float kept = x[i];
        x[i] = x[j];
        x[j] = kept;
    }

    static double kolmogorovSmirnov(double[] a, double[] b) {
        double[] x = a.clone();
        double[] y = b.clone();
        Arrays.sort(x);
        Arrays.sort(y);
        double largest = 0;
        int i = 0;
        int j = 0;
        while (i < x.length && j < y.length) {
            double least = Math.min(x[i], y[j]);
            while (i < x.length && x[i] == least) {
                i++;
            }
            while (j < y.length && y[j] == least) {
                j++;
            }
            largest = Math.max(largest, Math.abs((double) i / x.length - (double) j / y.length));
        }
        return largest;
    }

    private static double squaredNorm(float[] x) {
        double sum = 0;
        for (float number : x) {
            sum += (double) number * number;
        }
        return sum;
    }
}
