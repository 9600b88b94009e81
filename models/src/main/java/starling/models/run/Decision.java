package starling.models.run;

/**
 * What a model's first output decides, as every part of this project counts right answers: the place of the first of its greatest numbers, or, of
 * a single number, that number rounded to the nearest whole one (ties up). A NaN is greater than nothing.
 */
public final class Decision {
    private Decision() {}

    /** The decision of one sample's outputs. */
    public static int of(float[] outputs) {
        return of(outputs, 0, outputs.length);
    }

    /**
     * The decision of {@code width} numbers from {@code from} on.
     *
     * @throws IndexOutOfBoundsException unless there is at least one number, and all of them are in the array
     */
    public static int of(float[] outputs, int from, int width) {
        if (width == 1) {
            return Math.round(outputs[from]);
        }
        int best = 0;
        float greatest = outputs[from];
        for (int i = 1; i < width; i++) {
            if (outputs[from + i] > greatest) {
                best = i;
                greatest = outputs[from + i];
            }
        }
        return best;
    }
}
