package starling.codes.uep;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Partition;
import starling.codes.computation.Piece;
import starling.codes.computation.Task;
import starling.codes.computation.Term;
import starling.codes.random.RandomStream;
import starling.codes.threshold.ChebyshevNodes;

/**
 * Unequal error protection of the products of blocks: every worker draws a window and multiplies a random combination of what is in it. Drawn
 * coefficients have a random sign and a size from 1/2 to 3/2, all by place from one seed.
 *
 * <p>Two modes. <em>Idealised</em>, as in the paper's analysis: a worker answers a random combination of the window's products
 * themselves. To compute it, a worker must multiply as many pairs of blocks as the combination's coefficient matrix has rank, and
 * that is its load: the fewest rows and columns that hold the window, 1 to min(N, P) for rows times columns, but the number of products
 * in the window for columns times rows. <em>Factor coded</em>, what (10) really sends: one multiplication of a combination of A's blocks
 * with one of B's, so the coefficients are a matrix of rank one on a rectangle. For rows times columns the rectangle is drawn from the
 * largest ones within the window. For columns times rows a combination has cross terms A_i B_j, i != j; see {@link Pairing}.
 *
 * <p>Pieces are the single products; for {@link Pairing#MATDOT} the sums over the classes. Whatever cross terms there are, they
 * are unknowns of the decoder, so a product is never taken for known while they are not resolved.
 */
public final class UepCode {
    /** How a factor-coded task for columns times rows deals with cross terms. */
    public enum Pairing {
        /** Not at all: random alpha and beta over a window of w products, (10) taken literally; w^2 unknowns. */
        RANDOM,
        /**
         * Polynomially: sum of A_k z^k times sum of B_k z^(w-1-k) over a window of w products; 2 w - 1 answers of the window give the sum
         * of its products, but none alone.
         */
        MATDOT,
        /** One product of the window, uncoded: no cross terms, no combination. */
        UNCODED
    }

    private final Partition partition;
    private final int[] classes;
    private final Windows windows;
    private final int workers;
    private final RandomStream stream;

    /**
     * A family of codes.
     *
     * @param partition rows times columns or columns times rows
     * @param classes class of every product; see {@link ImportanceLevels}
     * @param windows with as many products in each class
     * @param workers one task each
     * @param seed of windows and coefficients
     * @throws IllegalArgumentException if the numbers do not fit
     */
    public UepCode(Partition partition, int[] classes, Windows windows, int workers, long seed) {
        if (classes.length != ImportanceLevels.count(partition)) {
            throw new IllegalArgumentException("there must be a class for each of the "
                    + ImportanceLevels.count(partition) + " products: there are " + classes.length);
        }
        int[] sizes = new int[windows.classes()];
        for (int l : classes) {
            if (l < 0 || l >= sizes.length) {
                throw new IllegalArgumentException("classes must be from 0 to " + (sizes.length - 1) + ": one is " + l);
            }
            sizes[l]++;
        }
        if (!Arrays.equals(sizes, windows.sizes())) {
            throw new IllegalArgumentException("classes must have the sizes of the windows, "
                    + Arrays.toString(windows.sizes()) + ": they have " + Arrays.toString(sizes));
        }
        if (workers < 1) {
            throw new IllegalArgumentException("there must be at least one worker: there are " + workers);
        }
        this.partition = partition;
        this.classes = classes.clone();
        this.windows = windows;
        this.workers = workers;
        this.stream = new RandomStream(seed);
    }

    /** The window of each worker, as drawn. */
    public int[] drawn() {
        int[] drawn = new int[workers];
        for (int worker = 0; worker < workers; worker++) {
            drawn[worker] = windows.draw(stream.branch(worker), 0);
        }
        return drawn;
    }

    /** The idealised code. */
    public ComputationCode idealised() {
        List<List<Task>> tasks = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            RandomStream own = stream.branch(worker);
            double[][] coefficients = new double[partition.leftBlocks()][partition.rightBlocks()];
            for (int product : window(windows.draw(own, 0))) {
                coefficients[left(product)][right(product)] = coefficient(own, 1 + product);
            }
            tasks.add(List.of(new Task(lines(coefficients), true)));
        }
        return ComputationCode.ofProducts(name("idealised"), partition, tasks);
    }

    /** The products of the fewest rows and columns that hold all coefficients. */
    private static List<Term> lines(double[][] coefficients) {
        int height = coefficients.length;
        int width = coefficients[0].length;
        boolean[][] marked = new boolean[height][width];
        for (int a = 0; a < height; a++) {
            for (int b = 0; b < width; b++) {
                marked[a][b] = coefficients[a][b] != 0;
            }
        }
        LineCover.Lines cover = LineCover.of(marked);
        List<Term> terms = new ArrayList<>();
        for (int a = 0; a < height; a++) {
            if (cover.rows()[a]) {
                double[] left = new double[height];
                left[a] = 1;
                terms.add(new Term(left, coefficients[a].clone()));
            }
        }
        for (int b = 0; b < width; b++) {
            if (cover.columns()[b]) {
                double[] left = new double[height];
                double[] right = new double[width];
                right[b] = 1;
                for (int a = 0; a < height; a++) {
                    left[a] = cover.rows()[a] ? 0 : coefficients[a][b];
                }
                terms.add(new Term(left, right));
            }
        }
        return terms;
    }

    /**
     * The factor-coded code; how cross terms are dealt with matters only for columns times rows.
     */
    public ComputationCode factorCoded(Pairing pairing) {
        List<List<Task>> tasks = new ArrayList<>();
        double[] places = ChebyshevNodes.of(Math.max(workers, 1));
        for (int worker = 0; worker < workers; worker++) {
            RandomStream own = stream.branch(worker);
            int[] window = window(windows.draw(own, 0));
            tasks.add(List.of(
                    partition.inner() == 1 ? rectangle(window, own) : paired(window, own, pairing, places[worker])));
        }
        String name = name("factor-" + pairing.name().toLowerCase(Locale.ROOT));
        return partition.inner() > 1 && pairing == Pairing.MATDOT
                ? new ComputationCode(name, partition, tasks, classSums(), ComputationCode.USUAL_CONDITION_LIMIT)
                : ComputationCode.ofProducts(name, partition, tasks);
    }

    private Task rectangle(int[] window, RandomStream own) {
        boolean[][] grid = new boolean[partition.rows()][partition.columns()];
        for (int product : window) {
            grid[left(product)][right(product)] = true;
        }
        List<Rectangles.Rectangle> largest = Rectangles.largest(grid);
        Rectangles.Rectangle chosen = largest.get(own.below(1, largest.size()));
        double[] left = new double[partition.leftBlocks()];
        double[] right = new double[partition.rightBlocks()];
        for (int i = 0; i < left.length; i++) {
            left[i] = chosen.rows().get(i) ? coefficient(own, 2 + i) : 0;
        }
        for (int j = 0; j < right.length; j++) {
            right[j] = chosen.columns().get(j) ? coefficient(own, 2 + left.length + j) : 0;
        }
        return Task.of(left, right);
    }

    private Task paired(int[] window, RandomStream own, Pairing pairing, double place) {
        double[] left = new double[partition.inner()];
        double[] right = new double[partition.inner()];
        int chosen = window[own.below(1, window.length)];
        double up = 1;
        for (int product : window) {
            switch (pairing) {
                case RANDOM -> {
                    left[product] = coefficient(own, 2 + product);
                    right[product] = coefficient(own, 2 + partition.inner() + product);
                }
                case MATDOT -> {
                    left[product] = up;
                    up *= place;
                }
                case UNCODED -> {
                    left[product] = product == chosen ? 1 : 0;
                    right[product] = left[product];
                }
            }
        }
        if (pairing == Pairing.MATDOT) {
            double down = 1;
            for (int i = window.length - 1; i >= 0; i--) {
                right[window[i]] = down;
                down *= place;
            }
        }
        return Task.of(left, right);
    }

    private List<Piece> classSums() {
        List<Piece> pieces = new ArrayList<>();
        for (int l = 0; l < windows.classes(); l++) {
            double[] sum = new double[partition.products()];
            for (int k = 0; k < partition.inner(); k++) {
                sum[partition.product(0, k, 0)] = classes[k] == l ? 1 : 0;
            }
            pieces.add(new Piece(0, 0, sum));
        }
        return pieces;
    }

    /** The products in the window of a class, by number. */
    private int[] window(int number) {
        return IntStream.range(0, classes.length)
                .filter(product -> windows.holds(number, classes[product]))
                .toArray();
    }

    private int left(int product) {
        return partition.inner() == 1 ? product / partition.columns() : product;
    }

    private int right(int product) {
        return partition.inner() == 1 ? product % partition.columns() : product;
    }

    private String name(String mode) {
        return (windows.kind() == Windows.Kind.EXPANDING ? "ew" : "now") + "-uep-" + mode
                + (partition.inner() == 1 ? "-rxc" : "-cxr");
    }

    private static double coefficient(RandomStream stream, long place) {
        double size = stream.uniform(place);
        return size < 0.5 ? -0.5 - 2 * size : 2 * size - 0.5;
    }
}
