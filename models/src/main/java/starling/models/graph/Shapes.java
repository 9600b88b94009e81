package starling.models.graph;

/** Arithmetic on tensor shapes. */
public final class Shapes {
    private Shapes() {}

    /** The number of elements of a tensor of this shape. */
    public static long elements(int... shape) {
        long product = 1;
        for (int dim : shape) {
            product = Math.multiplyExact(product, (long) dim);
        }
        return product;
    }

    /** The number of elements per step along {@code axis}: the product of the dimensions behind it. */
    public static int inner(int[] shape, int axis) {
        int product = 1;
        for (int i = axis + 1; i < shape.length; i++) {
            product *= shape[i];
        }
        return product;
    }

    /** {@code shape} with the dimension at {@code axis} replaced. */
    public static int[] with(int[] shape, int axis, int dim) {
        int[] changed = shape.clone();
        changed[axis] = dim;
        return changed;
    }
}
