package starling.codes.gradient;

import starling.codes.random.Draw;

/**
 * A linear sketch: v = T g with a matrix T that all nodes share in a round, so that the receiver adds sketches and takes
 * the costly way back to n numbers once for all senders.
 */
public interface SketchCode extends GradientCode {

    /** k, the numbers of a sketch of a vector of this length. */
    int sketchLength(int length);

    /** Adds {@code weight} times the sketch in a message to {@code sum[0..k)}. */
    void addSketch(byte[] message, Draw draw, int length, double weight, double[] sum);

    /**
     * The vector of a sum of sketches; of {@code draw} only what nodes share matters.
     */
    void reconstruct(double[] sum, Draw draw, float[] into, int from, int to);
}
