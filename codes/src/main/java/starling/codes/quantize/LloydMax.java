package starling.codes.quantize;

import java.util.Arrays;

/**
 * The points with the least mean squared error, found by S. P. Lloyd's (1957, 1982) and J. Max's (1960) conditions: the border
 * of two cells lies midway between their points, each point is the mean of its cell.
 *
 * @param points ascending; not to be changed
 */
public record LloydMax(double[] points) {
    private static final int MOST_POINTS = 1 << 10;
    private static final int MOST_ROUNDS = 20_000;

    /**
     * The points for N(0, 1), 1 to 64 of them, symmetric, to 1e-9. Up to 20 000 rounds of O(k): keep what is made.
     * The same on every machine.
     */
    public static LloydMax normal(int count) {
        if (count < 1 || count > 64) {
            throw new IllegalArgumentException("points for the normal law are made for 1 to 64 cells: " + count);
        }
        double[] points = new double[count];
        for (int i = 0; i < count; i++) {
            points[i] = 2.0 * Math.sqrt(3) * ((i + 0.5) / count - 0.5);
        }
        double moved = 1;
        for (int round = 0; round < MOST_ROUNDS && moved > 1e-12; round++) {
            moved = 0;
            double lowDensity = 0;
            double lowMass = 0;
            for (int i = 0; i < count; i++) {
                boolean last = i == count - 1;
                double border = last ? 0 : (points[i] + points[i + 1]) / 2;
                double density = last ? 0 : density(border);
                double mass = last ? 1 : mass(border);
                double mean = (lowDensity - density) / (mass - lowMass);
                moved = Math.max(moved, Math.abs(mean - points[i]));
                points[i] = mean;
                lowDensity = density;
                lowMass = mass;
            }
        }
        for (int i = 0; i < count / 2; i++) {
            double magnitude = (points[count - 1 - i] - points[i]) / 2;
            points[i] = -magnitude;
            points[count - 1 - i] = magnitude;
        }
        if (count % 2 == 1) {
            points[count / 2] = 0;
        }
        return new LloydMax(points);
    }

    /**
     * The points for these numbers: a local optimum, from cells that hold equally many on; at most 100 rounds. Cells that
     * lose all their numbers keep their point. O(n log n).
     *
     * @param numbers at least one, finite; not changed
     * @param count 1 to 1 024
     */
    public static LloydMax fit(float[] numbers, int from, int to, int count) {
        if (count < 1 || count > MOST_POINTS) {
            throw new IllegalArgumentException("points are fitted for 1 to " + MOST_POINTS + " cells: " + count);
        }
        float[] sorted = Arrays.copyOfRange(numbers, from, to);
        Arrays.sort(sorted);
        double[] sums = new double[sorted.length + 1];
        for (int i = 0; i < sorted.length; i++) {
            sums[i + 1] = sums[i] + sorted[i];
        }
        double[] points = new double[count];
        for (int i = 0; i < count; i++) {
            points[i] = sorted[(int) ((2L * i + 1) * sorted.length / (2L * count))];
        }
        boolean moved = true;
        for (int round = 0; round < 100 && moved; round++) {
            moved = false;
            double[] before = points.clone();
            int low = 0;
            for (int i = 0; i < count; i++) {
                int high = i == count - 1 ? sorted.length : firstAbove(sorted, (before[i] + before[i + 1]) / 2);
                if (high > low) {
                    double mean = (sums[high] - sums[low]) / (high - low);
                    points[i] = Math.max(sorted[low], Math.min(sorted[high - 1], mean));
                    low = high;
                }
                moved |= points[i] != before[i];
            }
        }
        return new LloydMax(points);
    }

    /** The number of the nearest point, the lower one midway. O(log k). */
    public int number(double x) {
        int low = 0;
        int high = points.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (x <= (points[middle] + points[middle + 1]) / 2) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private static int firstAbove(float[] sorted, double border) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] <= border) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static double density(double x) {
        return StrictMath.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    /** Pr(X &lt;= x), by the series of G. Marsaglia (2004): 1/2 + density (x + x^3/3 + x^5/(3 5) + ...). */
    private static double mass(double x) {
        double term = x;
        double sum = x;
        for (int odd = 3; Math.abs(term) > 1e-18; odd += 2) {
            term *= x * x / odd;
            sum += term;
        }
        return 0.5 + sum * density(x);
    }
}
