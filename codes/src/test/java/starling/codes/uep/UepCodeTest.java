package starling.codes.uep;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.MatrixFeatures_DDRM;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import starling.codes.computation.Answer;
import starling.codes.computation.CodedJob;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.ContractChecks;
import starling.codes.computation.JobDecoder;
import starling.codes.computation.Matrices;
import starling.codes.computation.Matrix;
import starling.codes.computation.Partition;
import starling.codes.computation.Recovery;

class UepCodeTest {
    private static final Partition RXC = Partition.rowsTimesColumns(3, 3);
    private static final Partition CXR = Partition.columnsTimesRows(9);
    private static final double[] VARIANCES = {10, 1, 0.1};
    private static final double[] VARIANCES9 = {10, 10, 10, 1, 1, 1, 0.1, 0.1, 0.1};

    private static UepCode code(Partition partition, Windows.Kind kind, int workers, long seed) {
        double[] norms = partition.inner() == 1 ? VARIANCES : VARIANCES9;
        Windows windows = new Windows(kind, new int[] {3, 3, 3}, new double[] {0.40, 0.35, 0.25});
        return new UepCode(
                partition, ImportanceLevels.of(partition, norms, norms, 3, 3, 3).classes(), windows, workers, seed);
    }

    static Stream<ComputationCode> codes() {
        List<ComputationCode> codes = new ArrayList<>();
        for (Windows.Kind kind : Windows.Kind.values()) {
            codes.add(code(RXC, kind, 25, 3).idealised());
            codes.add(code(CXR, kind, 25, 4).idealised());
            codes.add(code(RXC, kind, 30, 5).factorCoded(UepCode.Pairing.RANDOM));
            codes.add(code(CXR, kind, 40, 6).factorCoded(UepCode.Pairing.RANDOM));
            codes.add(code(CXR, kind, 40, 7).factorCoded(UepCode.Pairing.MATDOT));
            codes.add(code(CXR, kind, 40, 8).factorCoded(UepCode.Pairing.UNCODED));
        }
        return codes.stream();
    }

    @ParameterizedTest
    @MethodSource("codes")
    void everyCodeKeepsTheContract(ComputationCode code) {
        ContractChecks.holds(code, 23);
    }

    /** Answer by answer, the decoder of the idealised code knows exactly the classes that the counts of windows say. */
    @Test
    void decodesTheClassesOfTheRankRule() {
        int known = 0;
        for (Partition partition : List.of(RXC, CXR)) {
            for (Windows.Kind kind : Windows.Kind.values()) {
                for (int trial = 0; trial < 60; trial++) {
                    UepCode family = code(partition, kind, 30, trial);
                    ComputationCode code = family.idealised();
                    int[] classes = ImportanceLevels.of(
                                    partition,
                                    partition.inner() == 1 ? VARIANCES : VARIANCES9,
                                    partition.inner() == 1 ? VARIANCES : VARIANCES9,
                                    3,
                                    3,
                                    3)
                            .classes();
                    Windows windows = new Windows(kind, new int[] {3, 3, 3}, new double[] {0.40, 0.35, 0.25});
                    int[] drawn = family.drawn();
                    int[] counts = new int[3];
                    Recovery recovery = code.recovery();
                    for (int worker = 0; worker < 30; worker++) {
                        recovery.add(code.functional(worker, 0));
                        counts[drawn[worker]]++;
                        boolean[] rule = DecodingProbabilitiesTest.rule(windows, counts);
                        for (int product = 0; product < 9; product++) {
                            assertEquals(rule[classes[product]], recovery.isRecovered(product));
                            known += recovery.isRecovered(product) ? 1 : 0;
                        }
                    }
                    assertTrue(recovery.refused().isEmpty());
                }
            }
        }
        assertTrue(known > 10_000, known + " products known");
    }

    /** A worker's load is the rank of its coefficients, by singular values. */
    @Test
    void loadIsTheRankOfTheCombination() {
        for (Partition partition : List.of(RXC, CXR)) {
            for (Windows.Kind kind : Windows.Kind.values()) {
                ComputationCode code = code(partition, kind, 30, 77).idealised();
                for (int worker = 0; worker < 30; worker++) {
                    double[] all = code.functional(worker, 0);
                    int width = partition.rightBlocks();
                    DMatrixRMaj coefficients = new DMatrixRMaj(partition.leftBlocks(), width);
                    for (int d = 0; d < all.length; d++) {
                        coefficients.set(d / width, d % width, all[d]);
                    }
                    assertEquals(MatrixFeatures_DDRM.rank(coefficients), code.load(worker));
                }
            }
        }
        for (UepCode.Pairing pairing : UepCode.Pairing.values()) {
            ComputationCode code = code(CXR, Windows.Kind.EXPANDING, 30, 77).factorCoded(pairing);
            for (int worker = 0; worker < 30; worker++) {
                assertEquals(1, code.load(worker));
            }
        }
    }

    /**
     * Cross terms a million times as large as what is wanted: A is large in one block, B in another, so their product is in the way
     * of all factor-coded answers and in none of the wanted ones. What is reported is right all the same, relative to the
     * cross term's rounding.
     */
    @Test
    void largeCrossTermsAreNeverTakenForResults() {
        Random random = new Random(1);
        int reported = 0;
        for (UepCode.Pairing pairing : UepCode.Pairing.values()) {
            for (Windows.Kind kind : Windows.Kind.values()) {
                for (int trial = 0; trial < 6; trial++) {
                    ComputationCode code = code(CXR, kind, 30, 100 + trial).factorCoded(pairing);
                    Matrix a = Matrices.random(4, 18, trial);
                    Matrix b = Matrices.random(18, 3, trial + 1);
                    for (int i = 0; i < 4; i++) {
                        a.values()[i * 18 + 1] *= 1e3;
                    }
                    for (int j = 0; j < 3; j++) {
                        b.values()[3 * 3 + j] *= 1e3;
                    }
                    CodedJob job = CodedJob.of(1, code, a, b);
                    List<Answer> answers = ContractChecks.answers(job);
                    Collections.shuffle(answers, random);
                    List<Matrix> truth = ContractChecks.pieces(code, a, b);
                    JobDecoder decoder = job.decoder();
                    for (Answer answer : answers) {
                        BitSet news = decoder.accept(answer);
                        for (int piece = news.nextSetBit(0); piece >= 0; piece = news.nextSetBit(piece + 1)) {
                            reported++;
                            double error = Math.sqrt(truth.get(piece).squaredDistance(decoder.piece(piece)));
                            assertTrue(error < 1e-8 * 1e6, pairing + ", " + kind + ": error " + error);
                        }
                    }
                    Matrix c = Matrices.product(a, b);
                    if (decoder.complete()) {
                        assertTrue(Matrices.relativeError(c, decoder.decode().result()) < 1e-8);
                    }
                }
            }
        }
        assertTrue(reported > 100, reported + " pieces reported");
    }

    /** Theorem 1 and its like by real decoding: 400 products of zero-mean blocks, mean loss after 10 answers, 5 deviations. */
    @Test
    void lossIsThatOfTheTheorem() {
        for (Partition partition : List.of(RXC, CXR)) {
            for (Windows.Kind kind : Windows.Kind.values()) {
                double[] norms = partition.inner() == 1 ? VARIANCES : VARIANCES9;
                ImportanceLevels levels = ImportanceLevels.of(partition, norms, norms, 3, 3, 3);
                Windows windows = new Windows(kind, new int[] {3, 3, 3}, new double[] {0.40, 0.35, 0.25});
                ExpectedLoss expected = new ExpectedLoss(windows, levels.energies());
                double sum = 0;
                double squares = 0;
                int trials = 400;
                for (int trial = 0; trial < trials; trial++) {
                    ComputationCode code = new UepCode(partition, levels.classes(), windows, 10, trial).idealised();
                    Matrix a = scaled(partition, true, trial);
                    Matrix b = scaled(partition, false, trial + 1000);
                    CodedJob job = CodedJob.of(1, code, a, b);
                    JobDecoder decoder = job.decoder();
                    ContractChecks.answers(job).forEach(decoder::accept);
                    double loss = decoder.decode().result().squaredDistance(a.times(b)) / 8;
                    sum += loss;
                    squares += loss * loss;
                }
                double mean = sum / trials;
                double deviation = Math.sqrt((squares / trials - mean * mean) / trials);
                assertEquals(expected.after(10), mean, 5 * deviation);
            }
        }
    }

    /** Blocks of 2 x 2 with uniform entries of the class's variances: a product has the energy 2 * 2 * 2 sigma_A^2 sigma_B^2. */
    private static Matrix scaled(Partition partition, boolean left, long seed) {
        int down = left ? partition.rows() : partition.inner();
        int across = left ? partition.inner() : partition.columns();
        Matrix matrix = Matrices.random(down * 2, across * 2, seed);
        for (int i = 0; i < matrix.rows(); i++) {
            for (int j = 0; j < matrix.columns(); j++) {
                int block = Math.max(i / 2, j / 2);
                double variance = partition.inner() == 1 ? VARIANCES[block] : VARIANCES9[block];
                matrix.values()[i * matrix.columns() + j] *= Math.sqrt(3 * variance);
            }
        }
        return matrix;
    }

    /** The classes of section VI: high x high and high x medium; medium x medium and high x low; the rest. */
    @Test
    void levelsOfThePaper() {
        ImportanceLevels levels = ImportanceLevels.of(RXC, VARIANCES, VARIANCES, 3, 3, 3);
        assertArrayEquals(new int[] {0, 0, 1, 0, 1, 2, 1, 2, 2}, levels.classes());
        assertArrayEquals(new double[] {120, 3, 0.21}, levels.energies(), 1e-12);
        assertArrayEquals(
                new int[] {0, 0, 0, 1, 1, 1, 2, 2, 2},
                ImportanceLevels.of(CXR, VARIANCES9, VARIANCES9, 3, 3, 3).classes());
        assertThrows(IllegalArgumentException.class, () -> ImportanceLevels.of(RXC, VARIANCES, VARIANCES, 3, 3, 2));
        assertThrows(
                IllegalArgumentException.class,
                () -> ImportanceLevels.of(new Partition(2, 2, 2), new double[4], new double[4], 8));
    }

    /** Sorted factors have the sorted product, and the order can be undone. */
    @Test
    void ordersByNormAndBack() {
        Matrix a = Matrices.random(5, 7, 1);
        Matrix b = Matrices.random(7, 4, 2);
        Matrix c = Matrices.product(a, b);
        for (NormOrder order : List.of(NormOrder.rowsTimesColumns(a, b), NormOrder.columnsTimesRows(a, b))) {
            Matrix product = Matrices.product(order.left(a), order.right(b));
            assertTrue(Matrices.relativeError(c, order.restore(product)) < 1e-14);
        }
        Matrix rows = NormOrder.rowsTimesColumns(a, b).left(a);
        for (int i = 1; i < 5; i++) {
            assertTrue(rows.part(i - 1, 0, 1, 7).squaredNorm()
                    >= rows.part(i, 0, 1, 7).squaredNorm());
        }
        NormOrder inner = NormOrder.columnsTimesRows(a, b);
        for (int k = 1; k < 7; k++) {
            double before = inner.left(a).part(0, k - 1, 5, 1).squaredNorm()
                    * inner.right(b).part(k - 1, 0, 1, 4).squaredNorm();
            double now = inner.left(a).part(0, k, 5, 1).squaredNorm()
                    * inner.right(b).part(k, 0, 1, 4).squaredNorm();
            assertTrue(before >= now);
        }
    }

    /** Covers against all sets of lines, rectangles against all sets of rows and columns. */
    @Test
    void coversAreSmallestAndRectanglesLargest() {
        SplittableRandom random = new SplittableRandom(6);
        for (int trial = 0; trial < 200; trial++) {
            int height = 1 + random.nextInt(4);
            int width = 1 + random.nextInt(4);
            boolean[][] grid = new boolean[height][width];
            for (boolean[] line : grid) {
                for (int j = 0; j < width; j++) {
                    line[j] = random.nextInt(3) > 0;
                }
            }
            int least = height + width;
            int rectangles = 0;
            for (int set = 0; set < 1 << (height + width); set++) {
                boolean covers = true;
                boolean within = true;
                for (int i = 0; i < height; i++) {
                    for (int j = 0; j < width; j++) {
                        covers &= !grid[i][j] || (set >> i & 1) == 1 || (set >> (height + j) & 1) == 1;
                        within &= grid[i][j] || (set >> i & 1) == 0 || (set >> (height + j) & 1) == 0;
                    }
                }
                least = covers ? Math.min(least, Integer.bitCount(set)) : least;
                rectangles += within && isLargest(grid, set) ? 1 : 0;
            }
            LineCover.Lines lines = LineCover.of(grid);
            int used = 0;
            for (boolean row : lines.rows()) {
                used += row ? 1 : 0;
            }
            for (boolean column : lines.columns()) {
                used += column ? 1 : 0;
            }
            assertEquals(least, used);
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    assertTrue(!grid[i][j] || lines.rows()[i] || lines.columns()[j]);
                }
            }
            assertEquals(rectangles, Rectangles.largest(grid).size(), Arrays.deepToString(grid));
        }
    }

    /** A rectangle within the marks, with rows and columns, to which no line can be added. */
    private static boolean isLargest(boolean[][] grid, int set) {
        int height = grid.length;
        int width = grid[0].length;
        int rows = set & ((1 << height) - 1);
        int columns = set >> height;
        if (rows == 0 || columns == 0) {
            return false;
        }
        for (int i = 0; i < height; i++) {
            boolean fits = true;
            for (int j = 0; j < width; j++) {
                fits &= grid[i][j] || (columns >> j & 1) == 0;
            }
            if (fits && (rows >> i & 1) == 0) {
                return false;
            }
        }
        for (int j = 0; j < width; j++) {
            boolean fits = true;
            for (int i = 0; i < height; i++) {
                fits &= grid[i][j] || (rows >> i & 1) == 0;
            }
            if (fits && (columns >> j & 1) == 0) {
                return false;
            }
        }
        return true;
    }

    @Test
    void refusesClassesThatDoNotFit() {
        Windows windows = new Windows(Windows.Kind.EXPANDING, new int[] {3, 6}, new double[] {0.5, 0.5});
        int[] wrong = {0, 0, 0, 0, 1, 1, 1, 1, 1};
        assertThrows(IllegalArgumentException.class, () -> new UepCode(RXC, wrong, windows, 5, 1));
        assertThrows(IllegalArgumentException.class, () -> new UepCode(RXC, new int[4], windows, 5, 1));
        int[] right = {0, 0, 0, 1, 1, 1, 1, 1, 1};
        assertThrows(IllegalArgumentException.class, () -> new UepCode(RXC, right, windows, 0, 1));
    }
}
