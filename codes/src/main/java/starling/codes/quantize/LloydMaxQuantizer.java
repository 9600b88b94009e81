package starling.codes.quantize;

import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.gradient.Finite;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;

/**
 * Each number becomes the nearest of k points ({@link LloydMax}): points fitted to the vector and sent with it, or those of
 * N(0, 1) times the root mean square. Biased and deterministic, the error smallest where the law fits. With fitted points
 * ||error||^2 &lt;= ||x - mean||^2; with normal ones at most (1 + c^2) ||x||^2, c the magnitude of the point nearest to 0.
 *
 * <p>Message: k floats, or one; then the numbers of points, unless all points are 0. O(n log k), with sorting where points
 * are fitted.
 */
public final class LloydMaxQuantizer implements GradientCode {
    private static final RandomStream NOTHING = new RandomStream(0);

    private final int count;
    private final boolean fitted;
    private final LloydMax normal;
    private final Packing packing;

    private LloydMaxQuantizer(int count, boolean fitted, LloydMax normal, Packing packing) {
        if (packing == Packing.ELIAS || packing == Packing.DITHER_CONTEXTS) {
            throw new IllegalArgumentException(
                    "numbers of points are sent fixed, adaptive or counted: " + packing.label());
        }
        this.count = count;
        this.fitted = fitted;
        this.normal = normal;
        this.packing = packing;
    }

    /** With points fitted to each vector, 1 to 1 024. */
    public static LloydMaxQuantizer fitted(int count, Packing packing) {
        if (count < 1 || count > 1 << 10) {
            throw new IllegalArgumentException("points are fitted for 1 to 1024 cells: " + count);
        }
        return new LloydMaxQuantizer(count, true, new LloydMax(new double[] {0}), packing);
    }

    /** With the points of the normal law, 1 to 64. */
    public static LloydMaxQuantizer normal(int count, Packing packing) {
        return new LloydMaxQuantizer(count, false, LloydMax.normal(count), packing);
    }

    @Override
    public String name() {
        return "lloyd-max(" + (fitted ? "fitted" : "normal") + ",points=" + count + "," + packing.label() + ")";
    }

    @Override
    public Properties properties(int length) {
        double nearest = normal.points()[normal.points().length / 2];
        return new Properties(
                false,
                false,
                1 + nearest * nearest,
                Float.SIZE * (fitted ? count : 1) + length * Levels.log2(count),
                packing.entropyCoded());
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        float largest = Finite.largest(vector, from, to);
        BitWriter message = new BitWriter((to - from) / 2 + 4 * count);
        double[] points = new double[count];
        if (fitted) {
            double[] fit = LloydMax.fit(vector, from, to, count).points();
            for (int i = 0; i < count; i++) {
                float point = Finite.nearest(fit[i]);
                message.real(point);
                points[i] = point;
            }
        } else {
            float scale = Finite.nearest(Math.sqrt(Finite.squaredNorm(vector, from, to) / (to - from)));
            message.real(scale);
            for (int i = 0; i < count; i++) {
                points[i] = scale * normal.points()[i];
            }
        }
        if (largest > 0) {
            LloydMax cells = new LloydMax(points);
            int[] numbers = new int[to - from];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = cells.number(vector[from + i]);
            }
            packing.write(message, numbers, 0, count, NOTHING);
        }
        return message.message();
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
        BitReader reader = new BitReader(message);
        float[] points = new float[count];
        boolean anything = false;
        float scale = fitted ? 1 : reader.magnitude();
        for (int i = 0; i < count; i++) {
            points[i] = fitted ? reader.real() : Finite.nearest(scale * normal.points()[i]);
            anything |= fitted ? points[i] != 0 : scale > 0;
        }
        if (!anything && reader.remainingBytes() == 0) {
            Levels.zero(into, from, to);
            return;
        }
        int[] numbers = packing.read(reader, to - from, 0, count, NOTHING);
        for (int i = 0; i < numbers.length; i++) {
            into[from + i] = points[numbers[i]];
        }
    }
}
