package starling.codes.quantize;

import static starling.codes.random.Draw.Purpose.ROUNDING;

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
 * Dither that the receiver does not take off (thesis, appendix A): kappa = ||x||_inf / M, q_i = round(x_i / kappa + u_i),
 * decoded to kappa q_i. With u_i the sum of K numbers uniform in (-1/2, 1/2) the first K moments of the error do not depend
 * on x: it is unbiased for every K, and from K = 2 on E||error||^2 = n kappa^2 (K + 1) / 12. For K = 1 it is stochastic
 * rounding with E(error_i^2) = kappa^2 d (1 - d), d the distance to the lower neighbour in steps: at most
 * min(n / (4 M^2), sqrt(n) / M) ||x||^2. The q_i are -(M + K/2) to M + K/2, K/2 rounded down.
 *
 * <p>Message: ||x||_inf as a float, and unless it is 0 the q_i. O(K n); one int per number in memory.
 */
public final class HalfDitheredQuantizer implements GradientCode, LargestUnit, ExactError {
    private final int levels;
    private final int dithers;
    private final Packing packing;

    /**
     * @param levels M, 1 to 16 384
     * @param dithers K, 1 to 8
     * @param packing any but the one by dithers, which the receiver does not know
     */
    public HalfDitheredQuantizer(int levels, int dithers, Packing packing) {
        this.levels = Levels.check(levels);
        if (dithers < 1 || dithers > 8) {
            throw new IllegalArgumentException("a dither is the sum of 1 to 8 numbers: " + dithers);
        }
        if (packing == Packing.DITHER_CONTEXTS) {
            throw new IllegalArgumentException(
                    "a dither that the receiver does not know is no context: " + packing.label());
        }
        this.dithers = dithers;
        this.packing = packing;
    }

    @Override
    public String name() {
        return "half-dithered(levels=" + levels + ",dithers=" + dithers + "," + packing.label() + ")";
    }

    @Override
    public Properties properties(int length) {
        double square = (double) levels * levels;
        return new Properties(
                true,
                false,
                dithers == 1
                        ? Math.min(length / (4 * square), Math.sqrt(length) / levels)
                        : length * (dithers + 1) / (12 * square),
                Float.SIZE + length * Levels.log2(2 * reach() + 1),
                packing.entropyCoded());
    }

    @Override
    public double meanSquaredError(float[] vector, int from, int to) {
        double scale = Finite.largest(vector, from, to);
        double squares = 0;
        for (int i = from; scale > 0 && i < to; i++) {
            double steps = vector[i] * levels / scale;
            double above = steps - Math.floor(steps);
            squares += dithers == 1 ? above * (1 - above) : (dithers + 1) / 12.0;
        }
        return squares * (scale / levels) * (scale / levels);
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        float scale = Finite.largest(vector, from, to);
        BitWriter message = new BitWriter((to - from) / 2);
        message.real(scale);
        if (scale > 0) {
            RandomStream stream = draw.own(ROUNDING);
            int[] numbers = new int[to - from];
            for (int i = 0; i < numbers.length; i++) {
                double shifted = (double) vector[from + i] * levels / scale;
                for (int j = 0; j < dithers; j++) {
                    shifted += stream.dither((long) dithers * i + j);
                }
                numbers[i] = (int) Math.rint(shifted);
            }
            packing.write(message, numbers, -reach(), 2 * reach() + 1, stream);
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
        int[] numbers = packing.read(reader, to - from, -reach(), 2 * reach() + 1, draw.own(ROUNDING));
        for (int i = 0; i < numbers.length; i++) {
            into[from + i] = Finite.nearest(numbers[i] * scale / levels);
        }
    }

    private int reach() {
        return levels + dithers / 2;
    }
}
