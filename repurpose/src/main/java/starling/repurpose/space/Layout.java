package starling.repurpose.space;

import starling.models.graph.Shapes;

/**
 * How a value is spread over the workers: which unit each index along one dimension belongs to. A worker's part of the
 * value holds the indices it owns, ascending.
 *
 * @param axis the dimension (0 is the batch if the model is batched), {@link #FLAT} when the indices count the row-major
 *     elements of a sample and a worker's part is the table [batch, its elements], {@link #EVERYWHERE} when every worker
 *     has the whole value
 * @param units the unit of each index
 */
public record Layout(int axis, int[] units) {
    /** Indices count elements. */
    public static final int FLAT = -1;
    /** Every worker has the whole value. */
    public static final int EVERYWHERE = -2;

    static final Layout REPLICATED = new Layout(EVERYWHERE, new int[0]);

    public boolean isReplicated() {
        return axis == EVERYWHERE;
    }

    public boolean isFlat() {
        return axis == FLAT;
    }

    /** Numbers per index, in a value of this shape. */
    public int each(int[] shape) {
        return isFlat() ? 1 : (int) (Shapes.elements(shape) / shape[axis]);
    }

    /** The unit of every row-major element. */
    int[] ofElements(int[] shape) {
        if (isFlat()) {
            return units;
        }
        int[] all = new int[(int) Shapes.elements(shape)];
        int inner = Shapes.inner(shape, axis);
        for (int e = 0; e < all.length; e++) {
            all[e] = units[e / inner % shape[axis]];
        }
        return all;
    }

    /** The simplest layout with these elements: along one dimension if the unit depends on one only, else flat. */
    static Layout of(int[] shape, int[] elements, boolean batched) {
        for (int i = 0; i < shape.length; i++) {
            int axis = (i + 1) % shape.length;
            if (batched && axis == 0) {
                continue;
            }
            int[] units = along(shape, elements, axis);
            if (units.length > 0) {
                return new Layout(axis, units);
            }
        }
        return new Layout(FLAT, elements);
    }

    /** Units along {@code axis}, or nothing if the unit depends on another dimension too. */
    private static int[] along(int[] shape, int[] elements, int axis) {
        int[] units = new int[shape[axis]];
        int inner = Shapes.inner(shape, axis);
        for (int i = 0; i < units.length; i++) {
            units[i] = elements[i * inner];
        }
        for (int e = 0; e < elements.length; e++) {
            if (elements[e] != units[e / inner % shape[axis]]) {
                return new int[0];
            }
        }
        return units;
    }
}
