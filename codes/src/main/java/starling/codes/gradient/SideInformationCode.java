package starling.codes.gradient;

import starling.codes.random.Draw;

/**
 * A code whose receiver already holds a vector close to the one sent, and whose sender does not need to know it
 * (distributed source coding). The fewer bits, the closer it must be.
 */
public interface SideInformationCode extends GradientEncoder {

    /**
     * Writes the reconstruction into {@code into[from..to)}.
     *
     * @param side what the receiver holds, at the same places {@code [from, to)}; it must be finite
     * @throws starling.codes.MalformedMessageException as for {@link GradientCode#decode}
     */
    void decode(byte[] message, Draw draw, float[] side, float[] into, int from, int to);
}
