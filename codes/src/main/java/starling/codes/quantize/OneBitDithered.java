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
 * Dithered quantization to a sign (thesis, remark 11): with v = x / (2 ||x||_inf), so that |v_i| &lt;= 1/2, q_i =
 * sign(v_i + u_i), decoded to 2 ||x||_inf (q_i / 2 - u_i). The error is uniform in (-||x||_inf, ||x||_inf) and independent of
 * x, E||error||^2 = n ||x||_inf^2 / 3: dithered quantization with M = 1/2. (The thesis prints q - u, whose mean is 2 v.)
 *
 * <p>Message: ||x||_inf as a float, and unless it is 0 the signs. O(n); one int per number in memory.
 */
public final class OneBitDithered implements GradientCode, LargestUnit, ExactError {
    private final Packing packing;

    /** @param packing any but Elias, which would need numbers that are mostly 0 */
    public OneBitDithered(Packing packing) {
        if (packing == Packing.ELIAS) {
            throw new IllegalArgumentException("signs are not mostly zero: " + packing.label());
        }
        this.packing = packing;
    }

    @Override
    public String name() {
        return "one-bit-dithered(" + packing.label() + ")";
    }

    @Override
    public Properties properties(int length) {
        return new Properties(true, true, length / 3.0, Float.SIZE + (double) length, packing.entropyCoded());
    }

    @Override
    public double meanSquaredError(float[] vector, int from, int to) {
        double scale = Finite.largest(vector, from, to);
        return (to - from) * scale * scale / 3;
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        float scale = Finite.largest(vector, from, to);
        BitWriter message = new BitWriter((to - from) / Byte.SIZE + 8);
        message.real(scale);
        if (scale > 0) {
            RandomStream dither = draw.own(DITHER);
            int[] signs = new int[to - from];
            for (int i = 0; i < signs.length; i++) {
                signs[i] = vector[from + i] / (2.0 * scale) + dither.dither(i) > 0 ? 1 : 0;
            }
            packing.write(message, signs, 0, 2, dither);
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
        int[] signs = packing.read(reader, to - from, 0, 2, dither);
        for (int i = 0; i < signs.length; i++) {
            into[from + i] = Finite.nearest(2 * scale * (signs[i] - 0.5 - dither.dither(i)));
        }
    }
}
