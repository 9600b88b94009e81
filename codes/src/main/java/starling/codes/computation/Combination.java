package starling.codes.computation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Linear combinations of matrices of one shape. All combinations are made in one pass over the sources, a stretch that fits
 * the cache at a time, so that a source is read from memory once however many combinations there are; within a stretch three
 * terms are added at a time, so that a sum is read and written once for three sources. Sums differ from those of one
 * term after the other by rounding. The number of threads does not change a result.
 */
final class Combination {
    private static final int AT_ONCE = 3;

    private Combination() {}

    /**
     * For every set of coefficients the matrix sum over i of coefficients[i] * sources[i]. A single source with coefficient 1 is
     * returned itself, not copied.
     *
     * @param coefficients one for each source
     * @param sources at least one
     * @param threads at most so many are used
     */
    static List<Matrix> all(List<double[]> coefficients, List<Matrix> sources, int threads) {
        Matrix[] sums = new Matrix[coefficients.size()];
        List<Terms> made = new ArrayList<>();
        Matrix first = sources.get(0);
        for (int c = 0; c < sums.length; c++) {
            int only = copied(coefficients.get(c));
            if (only >= 0) {
                sums[c] = sources.get(only);
            } else {
                made.add(Terms.of(c, coefficients.get(c), sources));
            }
        }
        IntStream fresh = IntStream.range(0, made.size());
        (threads > 1 ? fresh.parallel() : fresh)
                .forEach(m -> sums[made.get(m).number] = Matrix.zeros(first.rows(), first.columns()));
        int length = first.values().length;
        Shares.of(length, threads, (begin, end) -> {
            for (int from = begin; from < end; from += Shares.STRETCH) {
                int to = Math.min(end, from + Shares.STRETCH);
                for (Terms terms : made) {
                    terms.sum(sums[terms.number].values(), from, to);
                }
            }
        });
        return List.of(sums);
    }

    /** Operations for one number of a combination: a multiplication and an addition per term, none for a copy. */
    static long operations(double[] coefficients) {
        if (copied(coefficients) >= 0) {
            return 0;
        }
        return 2
                * Arrays.stream(coefficients)
                        .filter(coefficient -> coefficient != 0)
                        .count();
    }

    /** Adds factor * source to a sum within a range of places. */
    static void add(double[] sum, double factor, double[] source, int from, int to) {
        for (int i = from; i < to; i++) {
            sum[i] += factor * source[i];
        }
    }

    /** The place of the only coefficient that is not zero if it is 1, or -1. */
    private static int copied(double[] coefficients) {
        int place = -1;
        for (int i = 0; i < coefficients.length; i++) {
            if (coefficients[i] != 0) {
                if (place >= 0) {
                    return -1;
                }
                place = i;
            }
        }
        return place >= 0 && coefficients[place] == 1 ? place : -1;
    }

    /** The terms of one combination that are not zero. */
    private static final class Terms {
        private final int number;
        private final double[] factors;
        private final double[][] sources;

        private Terms(int number, double[] factors, double[][] sources) {
            this.number = number;
            this.factors = factors;
            this.sources = sources;
        }

        static Terms of(int number, double[] coefficients, List<Matrix> sources) {
            int[] used = IntStream.range(0, coefficients.length)
                    .filter(i -> coefficients[i] != 0)
                    .toArray();
            return new Terms(
                    number,
                    Arrays.stream(used).mapToDouble(i -> coefficients[i]).toArray(),
                    Arrays.stream(used).mapToObj(i -> sources.get(i).values()).toArray(double[][]::new));
        }

        /** Writes one to three terms where they are as many as do not divide by three, then adds three at a time. */
        void sum(double[] sum, int from, int to) {
            int n = factors.length;
            int begun = n == 0 ? 0 : (n - 1) % AT_ONCE + 1;
            switch (begun) {
                case 1 -> write(sum, factors[0], sources[0], from, to);
                case 2 -> write(sum, factors[0], sources[0], factors[1], sources[1], from, to);
                case 3 -> write(sum, factors[0], sources[0], factors[1], sources[1], factors[2], sources[2], from, to);
                default -> {}
            }
            for (int i = begun; i < n; i += AT_ONCE) {
                add(
                        sum,
                        factors[i],
                        sources[i],
                        factors[i + 1],
                        sources[i + 1],
                        factors[i + 2],
                        sources[i + 2],
                        from,
                        to);
            }
        }

        private static void write(double[] sum, double a, double[] x, int from, int to) {
            for (int i = from; i < to; i++) {
                sum[i] = a * x[i];
            }
        }

        private static void write(double[] sum, double a, double[] x, double b, double[] y, int from, int to) {
            for (int i = from; i < to; i++) {
                sum[i] = a * x[i] + b * y[i];
            }
        }

        private static void write(
                double[] sum, double a, double[] x, double b, double[] y, double c, double[] z, int from, int to) {
            for (int i = from; i < to; i++) {
                sum[i] = a * x[i] + b * y[i] + c * z[i];
            }
        }

        private static void add(
                double[] sum, double a, double[] x, double b, double[] y, double c, double[] z, int from, int to) {
            for (int i = from; i < to; i++) {
                sum[i] += a * x[i] + b * y[i] + c * z[i];
            }
        }
    }
}
