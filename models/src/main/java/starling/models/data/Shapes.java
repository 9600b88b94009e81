package starling.models.data;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Shapes in sentences, and their element counts. */
final class Shapes {
    private Shapes() {}

    /** For example {@code 1 x 28 x 28}. */
    static String text(int[] shape) {
        return Arrays.stream(shape).mapToObj(String::valueOf).collect(Collectors.joining(" x "));
    }

    /** Product of the dimensions, which the reader of the file has found to fit. */
    static int elements(int[] shape) {
        int elements = 1;
        for (int dimension : shape) {
            elements = Math.multiplyExact(elements, dimension);
        }
        return elements;
    }
}
