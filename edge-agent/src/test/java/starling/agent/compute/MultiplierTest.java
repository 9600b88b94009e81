package starling.agent.compute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnxruntime.OnnxTensor;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import starling.codes.computation.Matrix;

/** Sums of products are the true ones, and what cannot be is refused in one sentence. */
class MultiplierTest {
    private static final long BOUND = 9 * 8;

    private final Multiplier multiplier = new Multiplier(1, BOUND);

    @AfterEach
    void close() {
        multiplier.close();
    }

    private static Matrix matrix(int rows, int columns, double... values) {
        return new Matrix(rows, columns, values);
    }

    private Matrix sum(List<Matrix> left, List<Matrix> right) {
        List<OnnxTensor> a = multiplier.place(left);
        List<OnnxTensor> b = multiplier.place(right);
        try {
            return multiplier.sum(a, b);
        } finally {
            Multiplier.release(a);
            Multiplier.release(b);
        }
    }

    private String refused(List<Matrix> left, List<Matrix> right) {
        return Objects.requireNonNull(assertThrows(IllegalArgumentException.class, () -> sum(left, right))
                .getMessage());
    }

    @Test
    void sumsOfProductsAreTheTrueOnes() {
        Matrix a = matrix(2, 3, 1, 2, 3, 4, 5, 6);
        Matrix b = matrix(3, 2, 1, 0, 0, 1, 1, 1);
        Matrix once = sum(List.of(a), List.of(b));
        assertEquals(2, once.rows());
        assertArrayEquals(new double[] {4, 5, 10, 11}, once.values());
        assertArrayEquals(
                new double[] {8, 10, 20, 22}, sum(List.of(a, a), List.of(b, b)).values());
    }

    @Test
    void multiplicationsAreThoseOfTheSchoolbook() {
        List<OnnxTensor> a =
                multiplier.place(List.of(new Matrix(2, 3, new double[6]), new Matrix(2, 1, new double[2])));
        List<OnnxTensor> b =
                multiplier.place(List.of(new Matrix(3, 5, new double[15]), new Matrix(1, 5, new double[5])));
        assertEquals(2 * 3 * 5 + 2 * 5, Multiplier.multiplications(a, b));
        Multiplier.release(a);
        Multiplier.release(b);
    }

    @Test
    void factorsMustFitTogether() {
        Matrix row = new Matrix(1, 3, new double[3]);
        Matrix column = new Matrix(3, 1, new double[3]);
        assertEquals(
                "factors must agree in their inner dimension: 1 x 3 times 1 x 3", refused(List.of(row), List.of(row)));
        assertEquals(
                "a task must have as many left as right matrices: it has 1 and 2",
                refused(List.of(row), List.of(column, column)));
        assertEquals(
                "products of a task must have one shape: they are 1 x 1 and 3 x 3",
                refused(List.of(row, column), List.of(column, row)));
    }

    /** Short orders may ask for products beyond all memory. */
    @Test
    void productsMustHaveRoom() {
        assertNotNull(sum(List.of(new Matrix(3, 1, new double[3])), List.of(new Matrix(1, 3, new double[3]))));
        assertEquals(
                "a product must have at most 72 bytes (--memory): 100000 x 100000 numbers have more",
                refused(
                        List.of(new Matrix(100_000, 1, new double[100_000])),
                        List.of(new Matrix(1, 100_000, new double[100_000]))));
    }

    @Test
    void whatIsKeptHasABound() {
        try (Shelf shelf = new Shelf(multiplier, 100)) {
            shelf.keep(1, List.of(List.of(new Matrix(2, 3, new double[6])), List.of(new Matrix(1, 1, new double[1]))));
            assertEquals(56, shelf.bytes());
            assertEquals(2, Objects.requireNonNull(shelf.find(1)).size());
            IllegalArgumentException full = assertThrows(
                    IllegalArgumentException.class,
                    () -> shelf.keep(2, List.of(List.of(new Matrix(2, 3, new double[6])))));
            assertEquals(
                    "shares that are kept must have at most 100 bytes together (--memory): there are 56 and 48 more",
                    full.getMessage());
            assertNull(shelf.find(2));
            // In place of the former ones.
            shelf.keep(1, List.of(List.of(new Matrix(12, 1, new double[12]))));
            assertEquals(96, shelf.bytes());
            shelf.drop(1);
            assertEquals(0, shelf.bytes());
            assertNull(shelf.find(1));
        }
    }
}
