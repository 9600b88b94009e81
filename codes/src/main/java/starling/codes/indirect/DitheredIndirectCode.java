package starling.codes.indirect;

import static starling.codes.random.Draw.Purpose.DITHER;

import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.entropy.RangeDecoder;
import starling.codes.entropy.RangeEncoder;
import starling.codes.gradient.Finite;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;

/**
 * Dithered ISGQ (Abdi, Distributed Learning and Inference, (3.8)): both factors by subtractive dither, kappa = ||.||_inf / K,
 * q = round(v / kappa + u), decoded to kappa (q - u), with dithers independent of each other. The product of the decoded
 * factors is unbiased (Theorem 4); its variance is {@link #variance}. With K = 1 the q have three levels.
 *
 * <p>Message: both ||.||_inf as floats, then the q of X and of Delta, range coded. O(L (n + m)); G is never formed.
 */
public final class DitheredIndirectCode implements IndirectCode {
    private static final int MOST_LEVELS = 1 << 14;

    private final int forwardLevels;
    private final int backwardLevels;

    /**
     * @param forwardLevels K_x, 1 to 16 384
     * @param backwardLevels K_d, likewise
     */
    public DitheredIndirectCode(int forwardLevels, int backwardLevels) {
        if (Math.min(forwardLevels, backwardLevels) < 1 || Math.max(forwardLevels, backwardLevels) > MOST_LEVELS) {
            throw new IllegalArgumentException(
                    "a quantizer has 1 to " + MOST_LEVELS + " levels: " + forwardLevels + " and " + backwardLevels);
        }
        this.forwardLevels = forwardLevels;
        this.backwardLevels = backwardLevels;
    }

    @Override
    public String name() {
        return "dithered-isgq(" + forwardLevels + "," + backwardLevels + ")";
    }

    /**
     * E||G~ - G||_F^2 given the signals, exactly (D.4): with kappa_x, kappa_d the steps,
     * m n L (kappa_x kappa_d)^2 / 144 + n kappa_x^2 ||Delta||^2 / 12 + m kappa_d^2 (||X||^2 + L for a bias) / 12. There is no
     * 1/L^2, since Delta holds it.
     */
    public double variance(LayerSignals signals) {
        LayerShape shape = signals.shape();
        float[] x = signals.forward();
        float[] delta = signals.backward();
        double stepX = (double) Finite.largest(x, 0, x.length) / forwardLevels;
        double stepDelta = (double) Finite.largest(delta, 0, delta.length) / backwardLevels;
        double n = shape.inputs();
        double m = shape.outputs();
        double squareX = Finite.squaredNorm(x, 0, x.length) + (shape.bias() ? shape.batch() : 0);
        return m * n * shape.batch() * stepX * stepX * stepDelta * stepDelta / 144
                + n * stepX * stepX * Finite.squaredNorm(delta, 0, delta.length) / 12
                + m * stepDelta * stepDelta * squareX / 12;
    }

    /**
     * Theorem 4's bound on {@link #variance} without a bias: m n L gamma ||X||_inf^2 ||Delta||_inf^2 with gamma =
     * 1 / (144 K_x^2 K_d^2) + 1 / (12 K_x^2) + 1 / (12 K_d^2).
     */
    public double varianceBound(LayerShape shape, double largestForward, double largestBackward) {
        double x = 1.0 / forwardLevels / forwardLevels;
        double d = 1.0 / backwardLevels / backwardLevels;
        double gamma = x * d / 144 + x / 12 + d / 12;
        double largest = largestForward * largestBackward;
        return (double) shape.outputs() * shape.inputs() * shape.batch() * gamma * largest * largest;
    }

    @Override
    public byte[] encode(LayerSignals signals, Draw draw) {
        float scaleX = Finite.largest(signals.forward(), 0, signals.forward().length);
        float scaleDelta = Finite.largest(signals.backward(), 0, signals.backward().length);
        LayerShape shape = signals.shape();
        BitWriter message = new BitWriter(signals.forward().length / 8);
        message.real(scaleX);
        message.real(scaleDelta);
        RangeEncoder encoder = new RangeEncoder(message);
        write(encoder, signals.forward(), scaleX, forwardLevels, shape.inputs(), dither(draw, 0));
        write(encoder, signals.backward(), scaleDelta, backwardLevels, shape.outputs(), dither(draw, 1));
        encoder.finish();
        return message.message();
    }

    private static void write(
            RangeEncoder encoder, float[] signal, float scale, int levels, int width, RandomStream dither) {
        if (scale == 0) {
            return;
        }
        SignalModel model = new SignalModel(width, 2 * levels + 1, levels, dither);
        for (int i = 0; i < signal.length; i++) {
            double steps = (double) signal[i] * levels / scale;
            model.encode(encoder, (int) Math.rint(steps + dither.dither(i)) + levels);
        }
    }

    @Override
    public LayerSignals decode(byte[] message, Draw draw, LayerShape shape) {
        BitReader reader = new BitReader(message);
        float scaleX = reader.magnitude();
        float scaleDelta = reader.magnitude();
        RangeDecoder decoder = new RangeDecoder(reader);
        float[] x = read(decoder, shape.batch(), shape.inputs(), scaleX, forwardLevels, dither(draw, 0));
        float[] delta = read(decoder, shape.batch(), shape.outputs(), scaleDelta, backwardLevels, dither(draw, 1));
        decoder.finish();
        return new LayerSignals(shape, x, delta);
    }

    private static float[] read(
            RangeDecoder decoder, int batch, int width, float scale, int levels, RandomStream dither) {
        float[] signal = new float[batch * width];
        if (scale == 0) {
            return signal;
        }
        SignalModel model = new SignalModel(width, 2 * levels + 1, levels, dither);
        for (int i = 0; i < signal.length; i++) {
            int q = model.decode(decoder) - levels;
            signal[i] = Finite.nearest((q - dither.dither(i)) * scale / levels);
        }
        return signal;
    }

    private static RandomStream dither(Draw draw, int factor) {
        return draw.own(DITHER).branch(factor);
    }
}
