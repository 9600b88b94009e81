package starling.codes.computation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Linear combinations of blocks of one shape. All combinations are made in one pass over the sources, a stretch that fits
 * the cache at a time, so that a source is read from memory once however many combinations there are; within a stretch three
 * terms are added at a time, so that a sum is read and written once for three sources. Sums differ from those of one
 * term after the other by rounding. The number of threads does not change a result.
 */
final class Combination {
    private static final int AT_ONCE = 3;

    private final Block target;
    private final double[] factors;
    private final Block[] sources;

    private Combination(Block target, double[] coefficients, List<Block> sources) {
        int[] used = IntStream.range(0, coefficients.length)
                .filter(i -> coefficients[i] != 0)
                .toArray();
        this.target = target;
        this.factors = Arrays.stream(used).mapToDouble(i -> coefficients[i]).toArray();
        this.sources = Arrays.stream(used).mapToObj(sources::get).toArray(Block[]::new);
    }

    /**
     * For every set of coefficients the matrix sum over i of coefficients[i] * sources[i]. A single source with coefficient 1 is
     * itself the sum: of the same numbers if it is a whole matrix, and copied no more than once if it is a part of one.
     *
     * @param coefficients one for each source
     * @param sources at least one
     * @param threads at most so many are used
     */
    static List<Matrix> all(List<double[]> coefficients, List<Block> sources, int threads) {
        return all(coefficients, sources, threads, null);
    }

    /**
     * The same, written over what an earlier call with the same coefficients and sources of the same shape has given; what that
     * shared with its sources stays as it is.
     */
    static List<Matrix> all(
            List<double[]> coefficients, List<Block> sources, int threads, @Nullable List<Matrix> room) {
        Matrix[] sums = new Matrix[coefficients.size()];
        Matrix[] copies = new Matrix[sources.size()];
        List<Integer> made = new ArrayList<>();
        for (int c = 0; c < sums.length; c++) {
            int only = copied(coefficients.get(c));
            if (only < 0) {
                made.add(c);
            } else {
                if (copies[only] == null) {
                    Block source = sources.get(only);
                    copies[only] = room == null || source.isWhole() ? source.matrix() : source.copied(room.get(c));
                }
                sums[c] = copies[only];
            }
        }
        Block first = sources.get(0);
        Stream<Integer> fresh = made.stream();
        (threads > 1 ? fresh.parallel() : fresh)
                .forEach(c -> sums[c] = room == null ? Matrix.zeros(first.rows(), first.columns()) : room.get(c));
        into(
                made.stream().map(c -> Block.of(sums[c])).toList(),
                made.stream().map(coefficients::get).toList(),
                sources,
                threads);
        return List.of(sums);
    }

    /** The same, written into blocks of the shape of the sources. */
    static void into(List<Block> targets, List<double[]> coefficients, List<Block> sources, int threads) {
        if (targets.isEmpty()) {
            return;
        }
        List<Combination> all = new ArrayList<>();
        for (int c = 0; c < targets.size(); c++) {
            all.add(new Combination(targets.get(c), coefficients.get(c), sources));
        }
        Block first = targets.get(0);
        int numbers = first.rows() * first.columns();
        boolean dense = Stream.concat(targets.stream(), sources.stream()).allMatch(Block::dense);
        int width = dense ? numbers : first.columns();
        Shares.of(numbers, threads, (begin, end) -> {
            for (int from = begin; from < end; ) {
                int row = from / width;
                int column = from % width;
                int length = Math.min(Shares.STRETCH, Math.min(width - column, end - from));
                for (Combination combination : all) {
                    combination.sum(row, column, length);
                }
                from += length;
            }
        });
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

    /** Writes as many terms as are left of threes, or three, then adds three at a time. */
    private void sum(int row, int column, int length) {
        int n = factors.length;
        int begun = n == 0 ? 0 : (n - 1) % AT_ONCE + 1;
        double[] sum = target.values();
        int at = target.place(row, column);
        switch (begun) {
            case 1 -> write(sum, at, factors[0], sources[0].values(), sources[0].place(row, column), length);
            case 2 ->
                write(
                        sum,
                        at,
                        factors[0],
                        sources[0].values(),
                        sources[0].place(row, column),
                        factors[1],
                        sources[1].values(),
                        sources[1].place(row, column),
                        length);
            case 3 ->
                write(
                        sum,
                        at,
                        factors[0],
                        sources[0].values(),
                        sources[0].place(row, column),
                        factors[1],
                        sources[1].values(),
                        sources[1].place(row, column),
                        factors[2],
                        sources[2].values(),
                        sources[2].place(row, column),
                        length);
            default -> Arrays.fill(sum, at, at + length, 0);
        }
        for (int i = begun; i < n; i += AT_ONCE) {
            add(
                    sum,
                    at,
                    factors[i],
                    sources[i].values(),
                    sources[i].place(row, column),
                    factors[i + 1],
                    sources[i + 1].values(),
                    sources[i + 1].place(row, column),
                    factors[i + 2],
                    sources[i + 2].values(),
                    sources[i + 2].place(row, column),
                    length);
        }
    }

    private static void write(double[] sum, int at, double a, double[] x, int atX, int length) {
        for (int i = 0; i < length; i++) {
            sum[at + i] = a * x[atX + i];
        }
    }

    private static void write(
            double[] sum, int at, double a, double[] x, int atX, double b, double[] y, int atY, int length) {
        for (int i = 0; i < length; i++) {
            sum[at + i] = a * x[atX + i] + b * y[atY + i];
        }
    }

    private static void write(
            double[] sum,
            int at,
            double a,
            double[] x,
            int atX,
            double b,
            double[] y,
            int atY,
            double c,
            double[] z,
            int atZ,
            int length) {
        for (int i = 0; i < length; i++) {
            sum[at + i] = a * x[atX + i] + b * y[atY + i] + c * z[atZ + i];
        }
    }

    private static void add(
            double[] sum,
            int at,
            double a,
            double[] x,
            int atX,
            double b,
            double[] y,
            int atY,
            double c,
            double[] z,
            int atZ,
            int length) {
        for (int i = 0; i < length; i++) {
            sum[at + i] += a * x[atX + i] + b * y[atY + i] + c * z[atZ + i];
        }
    }
}
