package starling.codes.quantize;

import starling.codes.gradient.Finite;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.random.Draw;

/**
 * TernGrad (W. Wen et al., 2017): numbers beyond c root mean squares are cut off there, then each becomes -s, 0 or s with s
 * the largest magnitude left and the mean kept. Cutting off makes a smaller s and a bias; without it (c infinite) this is
 * {@link StochasticQuantizer} with one level of the largest magnitude. The authors take c = 2.5, per layer: give each layer
 * as a part of its own. (They cut at the standard deviation around zero, as here.)
 *
 * <p>Message: s as a float, and unless it is 0 the three values. O(n); one int and one float per number in memory.
 */
public final class TernGrad implements GradientCode {
    private final double clip;
    private final Packing packing;
    private final StochasticQuantizer ternary;

    /** @param clip c, positive; infinite to cut nothing off */
    public TernGrad(double clip, Packing packing) {
        if (!(clip > 0)) {
            throw new IllegalArgumentException("numbers are cut off at a positive multiple: " + clip);
        }
        this.clip = clip;
        this.packing = packing;
        ternary = new StochasticQuantizer(StochasticQuantizer.Norm.LARGEST, 1, packing);
    }

    @Override
    public String name() {
        return "terngrad(" + (cuts() ? "clip=" + clip + "," : "") + packing.label() + ")";
    }

    /** What is cut off is at most x: with it the bound is that of the three values, and 1. */
    @Override
    public Properties properties(int length) {
        Properties whole = ternary.properties(length);
        return new Properties(
                !cuts(), false, whole.varianceBound() + (cuts() ? 1 : 0), whole.rawBits(), whole.entropyCoded());
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        if (!cuts()) {
            return ternary.encode(vector, from, to, draw);
        }
        double square = Finite.squaredNorm(vector, from, to) / (to - from);
        float most = Math.max(Finite.nearest(clip * Math.sqrt(square)), Float.MIN_VALUE);
        float[] cut = new float[to - from];
        for (int i = 0; i < cut.length; i++) {
            cut[i] = Math.max(-most, Math.min(most, vector[from + i]));
        }
        return ternary.encode(cut, 0, cut.length, draw);
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
        ternary.decode(message, draw, into, from, to);
    }

    private boolean cuts() {
        return clip < Double.POSITIVE_INFINITY;
    }
}
