package starling.codes.quantize;

import static starling.codes.random.Draw.Purpose.DITHER;

import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.gradient.ExactError;
import starling.codes.gradient.Finite;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.LargestUnit;
import starling.codes.gradient.Properties;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;

/**
 * Subtractive dither (Abdi, thesis, (2.4) and (2.5)): kappa = ||x||_inf / M, q_i = round(x_i / kappa + u_i) with u_i uniform
 * in (-1/2, 1/2) from the node's own stream, decoded to kappa (q_i - u_i). The error is uniform in (-kappa/2, kappa/2) and
 * independent of x: E||error||^2 = n kappa^2 / 12, at most n / (12 M^2) ||x||^2. The q_i are -M to M: the quantizer never
 * overloads.
 *
 * <p>Message: ||x||_inf as a float, and unless it is 0 the q_i. O(n); one int per number in memory.
 */
public final class DitheredQuantizer implements GradientCode, LargestUnit, ExactError {
    private final int levels;
    private final Packing packing;

    /** @param levels M, 1 to 16 384 */
    public DitheredQuantizer(int levels, Packing packing) {
        this.levels = Levels.check(levels);
        this.packing = packing;
    }

    @Override
    public String name() {
        return "dithered(levels=" + levels + "," + packing.label() + ")";
    }

    @Override
    public Properties properties(int length) {
        return new Properties(
                true,
                true,
                length / (12.0 * levels * levels),
                Float.SIZE + length * Levels.log2(2 * levels + 1),
                packing.entropyCoded());
    }

    @Override
    public double meanSquaredError(float[] vector, int from, int to) {
        double step = (double) Finite.largest(vector, from, to) / levels;
        return (to - from) * step * step / 12;
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        float scale = Finite.largest(vector, from, to);
        BitWriter message = new BitWriter((to - from) / 2);
        message.real(scale);
        if (scale > 0) {
            RandomStream dither = draw.own(DITHER);
            int[] numbers = new int[to - from];
            for (int i = 0; i < numbers.length; i++) {
                double steps = (double) vector[from + i] * levels / scale;
                numbers[i] = (int) Math.rint(steps + dither.dither(i));
            }
            packing.write(message, numbers, -levels, 2 * levels + 1, dither);
        }
        return message.message();
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
        BitReader reader = new BitReader(message);
        double scale = reader.magnitude();
        if (scale == 0) {
            reader.end();
            Levels.zero(into, from, to);
            return;
        }
        RandomStream dither = draw.own(DITHER);
        int[] numbers = packing.read(reader, to - from, -levels, 2 * levels + 1, dither);
        for (int i = 0; i < numbers.length; i++) {
            into[from + i] = Finite.nearest((numbers[i] - dither.dither(i)) * scale / levels);
        }
    }
}
