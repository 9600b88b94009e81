package starling.codes.computation;

import java.util.List;

/**
 * Linear combinations of matrices of one shape. All combinations are made in one pass over the sources, a stretch that fits
 * the cache at a time, so that a source is read from memory once however many combinations there are.
 */
final class Combination {
    private static final int STRETCH = 1024;

    private Combination() {}

    /**
     * sum over i of coefficients[i] * sources[i]. A single source with coefficient 1 is returned itself, not copied.
     *
     * @param coefficients one for each source, some not zero
     */
    static Matrix of(double[] coefficients, List<Matrix> sources) {
        int only = single(coefficients);
        if (only >= 0 && coefficients[only] == 1) {
            return sources.get(only);
        }
        Matrix first = sources.get(0);
        Matrix sum = Matrix.zeros(first.rows(), first.columns());
        int length = sum.values().length;
        for (int from = 0; from < length; from += STRETCH) {
            int to = Math.min(length, from + STRETCH);
            for (int i = 0; i < coefficients.length; i++) {
                if (coefficients[i] != 0) {
                    add(sum.values(), coefficients[i], sources.get(i).values(), from, to);
                }
            }
        }
        return sum;
    }

    /** Many combinations of the same sources. */
    static List<Matrix> all(List<double[]> coefficients, List<Matrix> sources) {
        Matrix[] sums = new Matrix[coefficients.size()];
        Matrix first = sources.get(0);
        for (int c = 0; c < sums.length; c++) {
            int only = single(coefficients.get(c));
            sums[c] = only >= 0 && coefficients.get(c)[only] == 1
                    ? sources.get(only)
                    : Matrix.zeros(first.rows(), first.columns());
        }
        int length = first.values().length;
        for (int from = 0; from < length; from += STRETCH) {
            int to = Math.min(length, from + STRETCH);
            for (int c = 0; c < sums.length; c++) {
                double[] these = coefficients.get(c);
                if (single(these) >= 0 && these[single(these)] == 1) {
                    continue;
                }
                for (int i = 0; i < these.length; i++) {
                    if (these[i] != 0) {
                        add(sums[c].values(), these[i], sources.get(i).values(), from, to);
                    }
                }
            }
        }
        return List.of(sums);
    }

    /** Operations for one number of a combination: a multiplication and an addition per term, none for a copy. */
    static long operations(double[] coefficients) {
        int only = single(coefficients);
        if (only >= 0 && coefficients[only] == 1) {
            return 0;
        }
        long terms = 0;
        for (double coefficient : coefficients) {
            terms += coefficient == 0 ? 0 : 1;
        }
        return 2 * terms;
    }

    /** Adds factor * source to a sum within a range of places. */
    static void add(double[] sum, double factor, double[] source, int from, int to) {
        for (int i = from; i < to; i++) {
            sum[i] += factor * source[i];
        }
    }

    /** The place of the only coefficient that is not zero, or -1. */
    private static int single(double[] coefficients) {
        int place = -1;
        for (int i = 0; i < coefficients.length; i++) {
            if (coefficients[i] != 0) {
                if (place >= 0) {
                    return -1;
                }
                place = i;
            }
        }
        return place;
    }
}
