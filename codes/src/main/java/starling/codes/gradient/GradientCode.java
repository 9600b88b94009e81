package starling.codes.gradient;

import starling.codes.random.Draw;

/**
 * A code whose receiver needs nothing but the message: {@link #encode} and back. Decoded numbers are always finite,
 * those of a zero vector are zeros.
 */
public interface GradientCode extends GradientEncoder {

    /**
     * Writes the reconstruction into {@code into[from..to)}; {@code to - from} is the length that was encoded.
     *
     * @throws starling.codes.MalformedMessageException when no encoder makes this message for this length; {@code into}
     *     may then be half written. Time and memory are bounded by the length, whatever the bytes say.
     */
    void decode(byte[] message, Draw draw, float[] into, int from, int to);

    /** The reconstruction of a whole vector. */
    default float[] decode(byte[] message, Draw draw, int length) {
        float[] vector = new float[length];
        decode(message, draw, vector, 0, length);
        return vector;
    }
}
