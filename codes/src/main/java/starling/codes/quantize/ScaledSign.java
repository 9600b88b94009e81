package starling.codes.quantize;

import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.gradient.ExactError;
import starling.codes.gradient.Finite;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.random.Draw;

/**
 * Signs with one magnitude, ||x||_1 / n (S. P. Karimireddy et al., Error feedback fixes SignSGD, 2019). Biased,
 * deterministic; ||error||^2 = ||x||^2 - ||x||_1^2 / n, at most (1 - 1/n) ||x||^2: fit for
 * {@link starling.codes.gradient.ErrorFeedback}.
 *
 * <p>Message: the magnitude as a float, and unless it is 0 a bit per number, 1 for negative ones. O(n).
 */
public final class ScaledSign implements GradientCode, ExactError {

    @Override
    public String name() {
        return "scaled-sign";
    }

    @Override
    public Properties properties(int length) {
        return new Properties(false, false, 1 - 1.0 / length, Float.SIZE + (double) length, false);
    }

    @Override
    public double meanSquaredError(float[] vector, int from, int to) {
        double mean = mean(vector, from, to);
        double squares = 0;
        for (int i = from; i < to; i++) {
            squares += (Math.abs(vector[i]) - mean) * (Math.abs(vector[i]) - mean);
        }
        return squares;
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        float scale = (float) mean(vector, from, to);
        BitWriter message = new BitWriter((to - from) / Byte.SIZE + 8);
        message.real(scale);
        if (scale > 0) {
            for (int i = from; i < to; i++) {
                message.bit(vector[i] < 0);
            }
        }
        return message.message();
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
        BitReader reader = new BitReader(message);
        float scale = reader.magnitude();
        if (scale == 0) {
            Levels.zero(into, from, to);
        } else {
            for (int i = from; i < to; i++) {
                into[i] = reader.bit() ? -scale : scale;
            }
        }
        reader.end();
    }

    private static double mean(float[] vector, int from, int to) {
        Finite.largest(vector, from, to);
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += Math.abs(vector[i]);
        }
        return sum / (to - from);
    }
}
