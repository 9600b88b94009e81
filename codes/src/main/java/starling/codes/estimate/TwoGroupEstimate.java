package starling.codes.estimate;

import org.jspecify.annotations.Nullable;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.SideInformationCode;
import starling.codes.random.Draw;

/**
 * The estimate of a server whose senders form two groups (thesis section 2.3.1): the first uses a code that needs nothing,
 * the estimate from its messages is the side information with which those of the second group are decoded, and all of
 * them, weighted by {@link MinimaxEstimate}, give the answer. The side information is the first group's alone, so that
 * messages of the second may come in any order.
 *
 * <p>Cost: a decoding and O(n) per message; 16 n bytes. Not safe for use by several threads.
 */
public final class TwoGroupEstimate {
    private final GradientCode first;
    private final SideInformationCode second;
    private final int length;
    private final MinimaxEstimate estimate;
    private float @Nullable [] side;

    /**
     * @param first the code of the first group
     * @param second the code of the second group
     * @param length of the vectors
     */
    public TwoGroupEstimate(GradientCode first, SideInformationCode second, int length) {
        this.first = first;
        this.second = second;
        this.length = length;
        estimate = new MinimaxEstimate(length);
    }

    /**
     * Takes a message of the first group.
     *
     * @param variance of its error per coordinate
     * @throws starling.codes.MalformedMessageException as the first code; the estimate is then as before
     * @throws IllegalStateException when a message of the second group came before
     */
    public void addFirst(byte[] message, Draw draw, double variance) {
        if (side != null) {
            throw new IllegalStateException(
                    "the first group must be complete before the second: one of the second came");
        }
        estimate.add(first.decode(message, draw, length), variance);
    }

    /**
     * Takes a message of the second group and answers with what it says.
     *
     * @param variance of its error per coordinate
     * @throws starling.codes.MalformedMessageException as the second code; the estimate is then as before
     * @throws IllegalStateException when no message of the first group came before
     */
    public float[] addSecond(byte[] message, Draw draw, double variance) {
        float[] held = side();
        side = held;
        float[] decoded = new float[length];
        second.decode(message, draw, held, decoded, 0, length);
        estimate.add(decoded, variance);
        return decoded;
    }

    /** What the second group's messages are decoded with: the estimate from the first group; a copy. */
    public float[] sideInformation() {
        return side().clone();
    }

    /** The estimate from all messages so far. */
    public float[] estimate() {
        return estimate.estimate();
    }

    /** 1 / variance of the estimate's error per coordinate. */
    public double precision() {
        return estimate.precision();
    }

    private float[] side() {
        return side == null ? estimate.estimate() : side;
    }
}
