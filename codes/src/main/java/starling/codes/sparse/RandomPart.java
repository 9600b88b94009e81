package starling.codes.sparse;

import static starling.codes.random.Draw.Purpose.SELECTION;

import java.util.Arrays;
import starling.codes.gradient.Finite;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.random.Draw;

/**
 * k numbers at places that each node draws for itself, by a code for their vector, times n/k: an unbiased code of relative error
 * v becomes one of (n/k)(1 + v) - 1 for k/n of the bits. No place is sent. Every set of k is alike, so that this error is that
 * of every vector, and as nodes draw apart, the mean over N nodes has 1/N of it; {@link RandomK} shares the places instead.
 *
 * <p>Message: the inner code's. O(n) draws at each end and a copy of k numbers.
 */
public final class RandomPart implements GradientCode {
    private final Share share;
    private final GradientCode code;

    /**
     * @param share k/n
     * @param code of the k numbers
     */
    public RandomPart(Share share, GradientCode code) {
        this.share = share;
        this.code = code;
    }

    @Override
    public String name() {
        return "random-part(share=" + share.fraction() + "," + code.name() + ")";
    }

    /** The bound of the error is that of unbiased inner codes; there is none for others. */
    @Override
    public Properties properties(int length) {
        Properties part = code.properties(share.of(length));
        double inverse = (double) length / share.of(length);
        return new Properties(
                part.unbiased(),
                share.of(length) == length && part.errorIndependent(),
                part.unbiased() ? inverse * (1 + part.varianceBound()) - 1 : Double.POSITIVE_INFINITY,
                part.rawBits(),
                part.entropyCoded());
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        Finite.largest(vector, from, to);
        float[] part = new float[share.of(to - from)];
        Selection selection = selection(to - from, draw);
        int next = 0;
        for (int i = from; i < to; i++) {
            if (selection.next()) {
                part[next++] = vector[i];
            }
        }
        return code.encode(part, draw);
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
        float[] part = code.decode(message, draw, share.of(to - from));
        double factor = (double) (to - from) / part.length;
        Selection selection = selection(to - from, draw);
        int next = 0;
        Arrays.fill(into, from, to, 0);
        for (int i = from; i < to; i++) {
            if (selection.next()) {
                into[i] = Finite.nearest(factor * part[next++]);
            }
        }
    }

    private Selection selection(int length, Draw draw) {
        return new Selection(draw.own(SELECTION), length, share.of(length));
    }
}
