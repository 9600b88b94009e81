package starling.codes.uep;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import starling.codes.computation.Matrices;
import starling.codes.computation.Matrix;
import starling.codes.computation.Partition;
import starling.codes.straggler.ShiftedExponential;

class DeadlineProductTest {
    private static final Partition RXC = Partition.rowsTimesColumns(3, 3);
    private static final Partition CXR = Partition.columnsTimesRows(9);
    private static final double LAMBDA = 0.5;
    /** A mean of independent numbers is farther off with probability 6e-7. */
    private static final double DEVIATIONS = 5;

    private static Windows windows(Windows.Kind kind) {
        return new Windows(kind, new int[] {1, 2, 6}, new double[] {0.40, 0.35, 0.25});
    }

    private static DeadlineProduct product(ProtectionScheme scheme, double deadline, boolean charged) {
        return new DeadlineProduct(
                scheme, ShiftedExponential.scaled(LAMBDA, scheme.omega(), 7), deadline, charged, true, 11);
    }

    static Stream<ProtectionScheme> schemes() {
        Stream<ProtectionScheme> plain = Stream.of(
                ProtectionScheme.none(),
                ProtectionScheme.uncoded(RXC),
                ProtectionScheme.uncoded(CXR),
                ProtectionScheme.repetition(RXC, 2),
                ProtectionScheme.repetition(CXR, 2));
        Stream<ProtectionScheme> protectedByWindows = Arrays.stream(Windows.Kind.values())
                .map(DeadlineProductTest::windows)
                .flatMap(windows -> Stream.of(
                        ProtectionScheme.idealised(RXC, windows, 60),
                        ProtectionScheme.idealised(CXR, windows, 60),
                        ProtectionScheme.factorCoded(RXC, windows, 60, UepCode.Pairing.RANDOM),
                        ProtectionScheme.factorCoded(CXR, windows, 90, UepCode.Pairing.MATDOT),
                        ProtectionScheme.factorCoded(CXR, windows, 90, UepCode.Pairing.UNCODED)));
        return Stream.concat(plain, protectedByWindows);
    }

    /** Sizes that do not divide, and an inner dimension of hardly more than there are parts. */
    @ParameterizedTest
    @MethodSource("schemes")
    void withoutADeadlineTheProductIsExact(ProtectionScheme scheme) {
        for (int inner : new int[] {5, 10, 64}) {
            Matrix a = Matrices.random(20, inner, 1);
            Matrix b = Matrices.random(inner, 31, 2);
            DeadlineProduct.Outcome outcome =
                    product(scheme, Double.POSITIVE_INFINITY, false).multiply(3, a, b);
            assertTrue(outcome.complete(), scheme.name());
            assertEquals(scheme.workers(), outcome.answers());
            assertTrue(Matrices.relativeError(Matrices.product(a, b), outcome.product()) < 1e-8, scheme.name());
        }
    }

    /** Known parts are right, unknown ones zero, and what comes late is the rest. */
    @ParameterizedTest
    @MethodSource("schemes")
    void lateAnswersAddUpToTheProduct(ProtectionScheme scheme) {
        Matrix a = Matrices.random(20, 31, 1);
        Matrix b = Matrices.random(31, 22, 2);
        Matrix right = Matrices.product(a, b);
        DeadlineProduct product = product(scheme, 0.5, true);
        int complete = 0;
        for (int number = 0; number < 10; number++) {
            Matrix known = product.multiply(number, a, b).product();
            assertArrayEquals(
                    known.values(), product.multiply(number, a, b).product().values());
            Matrix sum = product.late(number, a, b, known);
            for (int i = 0; i < sum.values().length; i++) {
                sum.values()[i] += known.values()[i];
            }
            DeadlineProduct.Outcome all =
                    product(scheme, Double.POSITIVE_INFINITY, true).multiply(number, a, b);
            assertEquals(0, Matrices.relativeError(all.product(), sum), 1e-12, scheme.name());
            if (all.complete()) {
                complete++;
                assertEquals(0, Matrices.relativeError(right, sum), 1e-8, scheme.name());
            }
        }
        assertTrue(complete >= 5, complete + " codes complete");
    }

    @Test
    void nothingIsKnownAtOnce() {
        Matrix a = Matrices.random(9, 9, 1);
        DeadlineProduct.Outcome outcome =
                product(ProtectionScheme.uncoded(RXC), 0, false).multiply(0, a, a);
        assertEquals(0, outcome.answers());
        assertFalse(outcome.complete());
        assertEquals(0, outcome.product().squaredNorm());
    }

    /**
     * Where all blocks are alike, the part of the energy that is lost is the part of the blocks that are missing: exp(-lambda T) for
     * uncoded blocks, and the same for two copies by workers that take twice as long.
     */
    @Test
    void repetitionAtHalfTheSpeedIsAsGoodAsNoCode() {
        Matrix ones = new Matrix(3, 3, new double[] {1, 1, 1, 1, 1, 1, 1, 1, 1});
        int trials = 400;
        for (double deadline : new double[] {0.5, 2}) {
            double missing = Math.exp(-LAMBDA * deadline);
            double allowed = DEVIATIONS * Math.sqrt(missing * (1 - missing) / (9 * trials));
            for (ProtectionScheme scheme :
                    List.of(ProtectionScheme.uncoded(RXC), ProtectionScheme.repetition(RXC, 2))) {
                DeadlineProduct product = product(scheme, deadline, false);
                Matrix right = Matrices.product(ones, ones);
                double loss = 0;
                for (int trial = 0; trial < trials; trial++) {
                    loss += product.multiply(trial, ones, ones).product().squaredDistance(right)
                            / right.squaredNorm()
                            / trials;
                }
                assertEquals(missing, loss, allowed, scheme.name());
            }
        }
    }

    /** Rows of A and columns of B of falling norms: the mean loss is that of Theorem 1 with the blocks' own energies. */
    @Test
    void idealisedLossIsThatOfTheTheorem() {
        Matrix a = new Matrix(3, 1, new double[] {4, 2, 1});
        Matrix b = new Matrix(1, 3, new double[] {5, 3, 0.5});
        Matrix right = Matrices.product(a, b);
        for (Windows.Kind kind : Windows.Kind.values()) {
            ExpectedLoss expected = new ExpectedLoss(
                    windows(kind), ImportanceLevels.of(RXC, a, b, 1, 2, 6).energies());
            for (double deadline : new double[] {0.5, 2}) {
                ProtectionScheme scheme = ProtectionScheme.idealised(RXC, windows(kind), 15);
                DeadlineProduct product = product(scheme, deadline, false);
                int trials = 3000;
                double sum = 0;
                double squares = 0;
                for (int trial = 0; trial < trials; trial++) {
                    double loss = product.multiply(trial, a, b).product().squaredDistance(right);
                    sum += loss;
                    squares += loss * loss;
                }
                double mean = sum / trials;
                double deviation = Math.sqrt((squares / trials - mean * mean) / trials);
                double answered = -Math.expm1(-LAMBDA * scheme.omega() * deadline);
                assertEquals(expected.mixed(15, answered), mean, DEVIATIONS * deviation, kind + " at " + deadline);
            }
        }
    }

    /** The same from a permuted problem: importance goes by norms, wherever rows and columns stand. */
    @Test
    void orderOfRowsDoesNotMatter() {
        Matrix a = new Matrix(3, 1, new double[] {4, 2, 1});
        Matrix b = new Matrix(1, 3, new double[] {5, 3, 0.5});
        Matrix turned = new Matrix(3, 1, new double[] {2, 1, 4});
        DeadlineProduct product =
                product(ProtectionScheme.idealised(RXC, windows(Windows.Kind.EXPANDING), 15), 1, false);
        int known = 0;
        for (int number = 0; number < 50; number++) {
            Matrix straight = product.multiply(number, a, b).product();
            Matrix moved = product.multiply(number, turned, b).product();
            for (int j = 0; j < 3; j++) {
                assertEquals(straight.at(0, j), moved.at(2, j), 1e-9);
                assertEquals(straight.at(1, j), moved.at(0, j), 1e-9);
                assertEquals(straight.at(2, j), moved.at(1, j), 1e-9);
                known += straight.at(0, j) != 0 ? 1 : 0;
            }
        }
        assertTrue(known > 20, known + " products known");
    }

    @Test
    void loadSlowsWorkersDownWhereItIsCharged() {
        Matrix a = Matrices.random(9, 27, 1);
        Matrix b = Matrices.random(27, 9, 2);
        ProtectionScheme scheme = ProtectionScheme.idealised(CXR, windows(Windows.Kind.EXPANDING), 15);
        int free = 0;
        int charged = 0;
        for (int number = 0; number < 100; number++) {
            DeadlineProduct.Outcome outcome = product(scheme, 1, true).multiply(number, a, b);
            assertTrue(outcome.load() >= 1 && outcome.load() <= 9);
            charged += outcome.answers();
            free += product(scheme, 1, false).multiply(number, a, b).answers();
        }
        assertTrue(charged < 0.8 * free, charged + " against " + free);
    }

    @Test
    void badSettingsAreRefused() {
        IllegalArgumentException wrong =
                assertThrows(IllegalArgumentException.class, () -> product(ProtectionScheme.none(), -1, false));
        assertEquals("the deadline must not be negative: it is -1.0", wrong.getMessage());
        assertThrows(IllegalArgumentException.class, () -> ProtectionScheme.repetition(RXC, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> ProtectionScheme.idealised(Partition.columnsTimesRows(8), windows(Windows.Kind.EXPANDING), 15));
        assertThrows(
                IllegalArgumentException.class,
                () -> ProtectionScheme.idealised(CXR, windows(Windows.Kind.EXPANDING), 0));
    }
}
