package starling.codes.quantize;

import static starling.codes.random.Draw.Purpose.DITHER;

import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.gradient.Finite;
import starling.codes.gradient.LargestUnit;
import starling.codes.gradient.Properties;
import starling.codes.gradient.SideInformationCode;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;

/**
 * Each number through a {@link NestedPair} whose steps are in units of ||x||_inf: the thesis' experiments use (1/3, 1), that
 * is fine 1/3, ratio 3, alpha 1. log2(k) bits each, where plain dithered quantization of the same error takes
 * log2(1 + 2 / Delta1).
 *
 * <p>Message: ||x||_inf as a float, and unless it is 0 the numbers of fine steps. O(n); one int per number in memory.
 * Properties state what holds where the receiver's vector is near enough, |y_i - x_i| at most
 * {@link NestedPair#sureDistance} times ||x||_inf; beyond that an estimate is off by multiples of Delta2, but is never
 * further from y_i than alpha Delta2 / 2.
 */
public final class NestedQuantizer implements SideInformationCode, LargestUnit {
    private final NestedPair pair;
    private final Packing packing;

    /**
     * @param pair in units of ||x||_inf, with a fine step of 2^-14 or more
     * @param packing any but Elias, whose zeros would have to be many
     */
    public NestedQuantizer(NestedPair pair, Packing packing) {
        if (pair.fine() < 0x1p-14) {
            throw new IllegalArgumentException("a fine step must be at least 2^-14 of the scale: " + pair.fine());
        }
        if (packing == Packing.ELIAS) {
            throw new IllegalArgumentException("fine steps are not mostly zero: " + packing.label());
        }
        this.pair = pair;
        this.packing = packing;
    }

    @Override
    public String name() {
        return "nested(fine=" + pair.fine() + ",ratio=" + pair.ratio() + ",alpha=" + pair.alpha() + ","
                + packing.label() + ")";
    }

    @Override
    public Properties properties(int length) {
        boolean plain = pair.alpha() == 1;
        return new Properties(
                plain,
                plain,
                plain ? length * pair.fine() * pair.fine() / 12 : Double.POSITIVE_INFINITY,
                Float.SIZE + length * Levels.log2(pair.ratio()),
                packing.entropyCoded());
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        float scale = Finite.largest(vector, from, to);
        BitWriter message = new BitWriter((to - from) / 4);
        message.real(scale);
        if (scale > 0) {
            RandomStream dither = draw.own(DITHER);
            int[] numbers = new int[to - from];
            for (int i = 0; i < numbers.length; i++) {
                double x = (double) vector[from + i] / scale;
                numbers[i] = pair.number(x, pair.fine() * dither.dither(i));
            }
            packing.write(message, numbers, pair.lowest(), pair.ratio(), dither);
        }
        return message.message();
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] side, float[] into, int from, int to) {
        Finite.largest(side, from, to);
        BitReader reader = new BitReader(message);
        double scale = reader.magnitude();
        if (scale == 0) {
            reader.end();
            Levels.zero(into, from, to);
            return;
        }
        RandomStream dither = draw.own(DITHER);
        int[] numbers = packing.read(reader, to - from, pair.lowest(), pair.ratio(), dither);
        for (int i = 0; i < numbers.length; i++) {
            double y = side[from + i] / scale;
            into[from + i] = Finite.nearest(scale * pair.estimate(numbers[i], pair.fine() * dither.dither(i), y));
        }
    }
}
