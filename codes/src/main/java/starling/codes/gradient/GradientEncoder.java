package starling.codes.gradient;

import starling.codes.random.Draw;

/**
 * The sending end of a code: a vector becomes bytes. Everything that the receiver needs beside the length, the draw and
 * the code's own settings is in these bytes, so their number is the honest length of the message.
 *
 * <p>Implementations are immutable and may be used by several threads; the same arguments give the same bytes on every
 * machine (what is not exact in IEEE arithmetic is computed by {@link StrictMath}).
 */
public interface GradientEncoder {

    /** The code's name with its settings, such as {@code dithered(levels=3)}: unique among codes, fit for a table. */
    String name();

    /** What is known of the code for vectors of this length. */
    Properties properties(int length);

    /**
     * The message of {@code vector[from..to)}, which is not changed.
     *
     * @throws IllegalArgumentException when the part is empty or holds a number that is not finite, with its place
     */
    byte[] encode(float[] vector, int from, int to, Draw draw);

    /** The message of a whole vector. */
    default byte[] encode(float[] vector, Draw draw) {
        return encode(vector, 0, vector.length, draw);
    }
}
