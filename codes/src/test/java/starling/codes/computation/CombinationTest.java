package starling.codes.computation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CombinationTest {
    private static final double ROUNDING = 1e-13;

    private static List<Block> sources(int count, int rows, int columns) {
        return IntStream.range(0, count)
                .mapToObj(i -> Block.of(Matrices.random(rows, columns, 100 + i)))
                .toList();
    }

    /** Every number of terms from none to eleven, with zeros among them, over lengths around a stretch. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1023, 1024, 1025, 5000})
    void sumsAreThoseOfTheDefinition(int length) {
        List<Block> sources = sources(12, 1, length);
        SplittableRandom random = new SplittableRandom(length);
        List<double[]> coefficients = new ArrayList<>();
        for (int terms = 0; terms < 12; terms++) {
            double[] these = new double[12];
            for (int t = 0; t < terms; t++) {
                these[(5 * t + terms) % 12] = random.nextDouble() * 2 - 1;
            }
            coefficients.add(these);
        }
        List<Matrix> sums = Combination.all(coefficients, sources, 1);
        for (int c = 0; c < 12; c++) {
            assertEquals(2L * c, Combination.operations(coefficients.get(c)));
            for (int i = 0; i < length; i++) {
                double right = 0;
                for (int s = 0; s < 12; s++) {
                    right += coefficients.get(c)[s] * sources.get(s).values()[i];
                }
                assertEquals(right, sums.get(c).values()[i], ROUNDING);
            }
        }
    }

    /** Parts of matrices as sources and as a target, whose other numbers are left alone. */
    @Test
    void blocksAreTakenInTheirPlaces() {
        Matrix whole = Matrices.random(6, 3000, 5);
        List<Block> parts = List.of(
                Block.of(whole, 0, 0, 2, 1500), Block.of(whole, 3, 1500, 2, 1500), Block.of(whole, 5, 2000, 2, 1500));
        assertEquals(0, parts.get(2).values()[parts.get(2).place(0, 1000)]);
        double[] coefficients = {2, -3, 0.5};
        Matrix into = Matrix.zeros(5, 4000);
        Combination.into(List.of(Block.of(into, 1, 2500, 2, 1500)), List.of(coefficients), parts, 2);
        Matrix sum = Combination.all(List.of(coefficients), parts, 1).get(0);
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 4000; j++) {
                double right = 0;
                if (i >= 1 && i < 3 && j >= 2500) {
                    int column = j - 2500;
                    double third = i == 1 && column < 1000 ? whole.at(5, column + 2000) : 0;
                    right = 2 * whole.at(i - 1, column) - 3 * whole.at(i + 2, column + 1500) + 0.5 * third;
                    assertEquals(right, sum.at(i - 1, column), ROUNDING);
                }
                assertEquals(right, into.at(i, j), ROUNDING);
            }
        }
    }

    @Test
    void threadsDoNotChangeAResult() {
        Matrix a = Matrices.random(301, 211, 1);
        Matrix b = Matrices.random(211, 173, 2);
        for (Partition partition : List.of(new Partition(3, 1, 3), new Partition(1, 4, 1), new Partition(2, 2, 2))) {
            List<List<Task>> workers = new ArrayList<>();
            SplittableRandom random = new SplittableRandom(3);
            for (int worker = 0; worker < partition.products() + 2; worker++) {
                double[] left = random.doubles(partition.leftBlocks(), -1, 1).toArray();
                double[] right = random.doubles(partition.rightBlocks(), -1, 1).toArray();
                workers.add(List.of(Task.of(left, right)));
            }
            ComputationCode code = ComputationCode.ofBlocks("random", partition, workers);
            CodedJob one = CodedJob.of(0, code, a, b);
            CodedJob three = CodedJob.of(0, code, a, b, 3);
            JobDecoder decoder = one.decoder();
            for (int worker = 0; worker < workers.size(); worker++) {
                assertArrayEquals(
                        one.inputs(worker, 0).left().get(0).values(),
                        three.inputs(worker, 0).left().get(0).values());
                assertArrayEquals(
                        one.inputs(worker, 0).right().get(0).values(),
                        three.inputs(worker, 0).right().get(0).values());
                decoder.accept(three.answer(worker, 0));
            }
            assertTrue(decoder.complete());
            Decoded decoded = decoder.decode(3);
            assertArrayEquals(
                    decoder.decode().result().values(), decoded.result().values());
            assertEquals(decoder.decode().operations(), decoded.operations());
            assertTrue(Matrices.relativeError(Matrices.product(a, b), decoded.result()) < 1e-8);
        }
    }

    @Test
    void aSourceAloneIsNotCopied() {
        List<Block> sources = sources(3, 2, 2);
        assertSame(
                sources.get(1).values(),
                Combination.all(List.of(new double[] {0, 1, 0}), sources, 2)
                        .get(0)
                        .values());
        assertEquals(0, Combination.operations(new double[] {0, 1, 0}));
        assertEquals(2, Combination.operations(new double[] {0, 2, 0}));
    }

    @Test
    void thereMustBeAThread() {
        Matrix a = Matrices.random(4, 4, 1);
        ComputationCode code = ComputationCode.ofBlocks(
                "one", new Partition(1, 1, 1), List.of(List.of(Task.of(new double[] {1}, new double[] {1}))));
        IllegalArgumentException wrong =
                assertThrows(IllegalArgumentException.class, () -> CodedFactor.left(code, a, 0));
        assertEquals("there must be at least one thread: there are 0", wrong.getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> CodedJob.of(0, code, a, a).decoder().decode(0));
    }
}
