package starling.codes.gradient;

/** A code whose mean squared error is known for each vector, not only bounded: what a test or a plot holds it to. */
public interface ExactError {

    /**
     * E||decoded - x||^2 over the code's own draws for x = {@code vector[from..to)}, but for rounding to floats.
     *
     * @throws IllegalArgumentException as for {@link GradientEncoder#encode}
     */
    double meanSquaredError(float[] vector, int from, int to);
}
