package starling.codes.indirect;

/**
 * The shape of a dense layer's signals.
 *
 * @param batch L, the samples
 * @param inputs n
 * @param outputs m
 * @param bias whether the layer has one: then the gradient has a last column for it, as if every input were followed by a 1,
 *     which is not sent
 */
public record LayerShape(int batch, int inputs, int outputs, boolean bias) {
    private static final long MOST = 1L << 30;

    public LayerShape {
        if (batch < 1 || inputs < 1 || outputs < 1 || batch * (inputs + (long) outputs) > MOST) {
            throw new IllegalArgumentException(
                    "a layer's signals have at least one sample, input and output and at most 2^30 numbers: " + batch
                            + " samples of " + inputs + " inputs and " + outputs + " outputs");
        }
    }

    /** Columns of the gradient: the inputs and, where there is a bias, one more. */
    public int columns() {
        return inputs + (bias ? 1 : 0);
    }
}
