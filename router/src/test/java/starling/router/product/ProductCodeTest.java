package starling.router.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.codes.computation.CodedJob;
import starling.codes.computation.Decoded;
import starling.codes.computation.JobDecoder;
import starling.codes.computation.Matrix;
import starling.codes.random.RandomStream;

/** Whatever is named, all answers together give the product, in the order of rows and columns that the factors had. */
class ProductCodeTest {
    private static final ProductCode.Protection USUAL = new ProductCode.Protection(null, null, 1);

    private final Matrix a = random(7, 11, 1);
    private final Matrix b = random(11, 5, 2);

    private static Matrix random(int rows, int columns, long seed) {
        RandomStream stream = new RandomStream(seed);
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = stream.uniform(i) - 0.5;
        }
        return new Matrix(rows, columns, values);
    }

    private static Decoded decoded(ProductCode.Coding coding) {
        CodedJob job = CodedJob.of(1, coding.code(), coding.left(), coding.right());
        JobDecoder decoder = job.decoder();
        for (int worker = 0; worker < coding.code().workers().size(); worker++) {
            for (int task = 0; task < coding.code().workers().get(worker).size(); task++) {
                decoder.accept(job.answer(worker, task));
            }
        }
        return decoder.decode();
    }

    @ParameterizedTest
    @CsvSource({
        "uncoded, 8, 8, 1",
        "repetition:2, 8, 4, 2",
        "mds:6, 8, 6, 2",
        "systematic:2x3, 8, 6, 4",
        "polynomial:2x3, 8, 6, 4",
        "matdot:3, 8, 1, 7",
        "entangled:2x2x1, 8, 2, 4",
        "mcc:3, 8, 9, 1",
        "uc-mmc:3, 8, 8, 1",
        "cpgc:3, 8, 8, 1",
        "now:3x2, 60, 6, 3",
        "ew:3x2, 60, 6, 3",
        "now:4, 60, 4, 7",
        "ew:4, 60, 4, 7",
        "now-factor:3x2, 60, 6, 3",
        "ew-factor:3x2, 60, 6, 3",
        "now-factor:4, 60, 3, 7",
        "ew-factor:4, 60, 3, 7"
    })
    void allAnswersGiveTheProduct(String name, int workers, int pieces, int height) {
        ProductCode.Coding coding = ProductCode.of(name, workers, USUAL).code(a, b);
        assertEquals(workers, coding.code().workers().size());
        assertEquals(pieces, coding.code().pieces().size());
        Decoded decoded = decoded(coding);
        assertTrue(decoded.complete());
        assertEquals(0, Math.sqrt(coding.restore(decoded.result()).squaredDistance(a.times(b))), 1e-8);
        assertEquals(height, coding.code().partition().blockRows(coding.left().rows()));
        assertEquals(
                (long) height
                        * coding.code().partition().blockColumns(coding.right().columns()),
                coding.longest());
    }

    /** The first level holds what is largest, wherever it stands. */
    @Test
    void whatIsImportantIsFoundByItsNorm() {
        Matrix heavy = random(7, 11, 3);
        for (int column = 0; column < 11; column++) {
            heavy.values()[5 * 11 + column] *= 1000;
        }
        ProductCode.Protection first = new ProductCode.Protection(new int[] {1, 6}, new double[] {1, 0}, 1);
        ProductCode.Coding coding = ProductCode.of("now:7x1", 2, first).code(heavy, b);
        Matrix restored = coding.restore(decoded(coding).result());
        Matrix truth = heavy.times(b);
        for (int row = 0; row < 7; row++) {
            double expected = row == 5 ? 0 : truth.part(row, 0, 1, 5).squaredNorm();
            assertEquals(
                    expected,
                    restored.part(row, 0, 1, 5).squaredDistance(truth.part(row, 0, 1, 5)),
                    1e-9 * truth.squaredNorm());
        }
        assertNull(ProductCode.of("mds:2", 4, USUAL).code(a, b).order());
    }

    private static void refused(
            String name, int workers, int @Nullable [] levels, double @Nullable [] chances, String rule) {
        String sentence = Objects.requireNonNull(assertThrows(
                        IllegalArgumentException.class,
                        () -> ProductCode.of(name, workers, new ProductCode.Protection(levels, chances, 0)))
                .getMessage());
        assertTrue(sentence.startsWith(rule), sentence);
    }

    @Test
    void whatCannotBeIsRefused() {
        for (String name :
                new String[] {"", "mds", "mds:", "mds:x", "mds:3x2", "now", "now:2x2x2", "uncoded:1", "nows:3"}) {
            refused(name, 8, null, null, "a code must be one of uncoded, repetition:COPIES");
        }
        refused("repetition:3", 8, null, null, "the copies of a repetition must divide the 8 workers: they are 3");
        refused("mds:2", 4, new int[] {2}, null, "--levels and --windows are for codes with unequal protection");
        refused("now:3x3", 8, new int[] {1, 2, 5}, null, "classes must hold all 9 products: they hold 8");
        refused(
                "now:3x3",
                8,
                new int[] {4, 5},
                null,
                "each level (--levels) must have a probability (--windows): there are 2 levels and 3");
        refused("now:3x3", 8, null, new double[] {0.5, 0.5, 0.5}, "probabilities of windows must have the sum 1");
        refused("now:0x3", 8, null, null, "factors must be cut into at least one part each way");
    }
}
