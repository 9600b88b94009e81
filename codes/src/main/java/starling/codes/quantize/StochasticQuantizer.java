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
 * Stochastic quantization (D. Alistarh et al., QSGD, 2017; thesis (A.4)): with a norm N and M levels each |x_i| M / N is
 * rounded up with the probability of its distance d from the lower neighbour, else down; decoded to sign(x_i) l N / M.
 * Unbiased, E||error||^2 = (N / M)^2 sum d (1 - d), at most min(n / (4 M^2), sqrt(n) / M) ||x||^2 for either norm.
 *
 * <p>Message: N as a float, and unless it is 0 the signed levels. O(n); one int per number in memory.
 */
public final class StochasticQuantizer implements GradientCode, LargestUnit, ExactError {

    /** What the levels are fractions of. */
    public enum Norm {
        /** ||x||_inf: the finest steps. */
        LARGEST("max"),
        /** ||x||_2, as QSGD has it: most levels are 0, fit for {@link Packing#ELIAS}. */
        EUCLIDEAN("l2");

        private final String label;

        Norm(String label) {
            this.label = label;
        }
    }

    private final Norm norm;
    private final int levels;
    private final Packing packing;

    /**
     * @param levels M, 1 to 16 384
     * @param packing any but the one by dithers; there are none
     */
    public StochasticQuantizer(Norm norm, int levels, Packing packing) {
        this.norm = norm;
        this.levels = Levels.check(levels);
        if (packing == Packing.DITHER_CONTEXTS) {
            throw new IllegalArgumentException("without dithers they are no context: " + packing.label());
        }
        this.packing = packing;
    }

    @Override
    public String name() {
        return "stochastic(norm=" + norm.label + ",levels=" + levels + "," + packing.label() + ")";
    }

    @Override
    public Properties properties(int length) {
        return new Properties(
                true,
                false,
                Math.min(length / (4.0 * levels * levels), Math.sqrt(length) / levels),
                Float.SIZE + length * Levels.log2(2 * levels + 1),
                packing.entropyCoded());
    }

    @Override
    public boolean inUnitsOfLargest() {
        return norm == Norm.LARGEST;
    }

    @Override
    public double meanSquaredError(float[] vector, int from, int to) {
        double scale = scale(vector, from, to);
        double squares = 0;
        for (int i = from; scale > 0 && i < to; i++) {
            double steps = Math.abs(vector[i]) * levels / scale;
            double above = steps - Math.floor(steps);
            squares += above * (1 - above);
        }
        return squares * (scale / levels) * (scale / levels);
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        float scale = scale(vector, from, to);
        BitWriter message = new BitWriter((to - from) / 2);
        message.real(scale);
        if (scale > 0) {
            RandomStream rounding = draw.own(ROUNDING);
            int[] numbers = new int[to - from];
            for (int i = 0; i < numbers.length; i++) {
                double steps = (double) Math.abs(vector[from + i]) * levels / scale;
                int level = (int) steps;
                if (rounding.uniform(i) < steps - level) {
                    level++;
                }
                numbers[i] = vector[from + i] < 0 ? -level : level;
            }
            packing.write(message, numbers, -levels, 2 * levels + 1, rounding);
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
        int[] numbers = packing.read(reader, to - from, -levels, 2 * levels + 1, draw.own(ROUNDING));
        for (int i = 0; i < numbers.length; i++) {
            into[from + i] = Finite.nearest(numbers[i] * scale / levels);
        }
    }

    /** The norm as it is sent: at least the largest magnitude, for rounding to floats keeps the order. */
    private float scale(float[] vector, int from, int to) {
        return norm == Norm.LARGEST
                ? Finite.largest(vector, from, to)
                : Finite.nearest(Math.sqrt(Finite.squaredNorm(vector, from, to)));
    }
}
