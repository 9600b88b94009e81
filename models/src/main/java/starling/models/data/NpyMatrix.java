package starling.models.data;

import java.nio.file.Path;
import starling.models.UnfitException;

/**
 * A matrix from a NumPy array file.
 *
 * @param rows number of rows, at least 1
 * @param columns number of columns, at least 1
 * @param values row by row
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, compared by nobody
public record NpyMatrix(int rows, int columns, double[] values) {
    /**
     * Reads a file of float32 or float64 with two dimensions, or with one, which is a column.
     *
     * @throws UnfitException when it is none, has no element, or one that is not finite
     */
    public static NpyMatrix read(Path file) {
        NpyArray array = NpyArray.read(file, "matrix", "f4", "f8");
        int[] shape = array.shape();
        if (shape.length < 1 || shape.length > 2) {
            throw new UnfitException(
                    "a matrix must have one or two dimensions: that of " + file + " is " + Shapes.text(shape));
        }
        return new NpyMatrix(shape[0], shape.length == 1 ? 1 : shape[1], array.doubles());
    }
}
