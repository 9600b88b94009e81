package starling.codes.rotated;

import java.util.Arrays;
import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.gradient.Finite;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.random.Draw;
import starling.codes.transform.Rotation;
import starling.codes.transform.Unit;

/**
 * EDEN (Vargaftik et al., ICML 2022) and, at one bit, DRIVE (NeurIPS 2021): rotate, quantize every coordinate in units of
 * ||x|| / sqrt(n) by the Lloyd-Max quantizer for normal numbers, and send one scale S beside b bits per number. Decoded: S
 * R^T c. The scale is ||x||^2 / (R x . c), for which the mean over uniformly random rotations is x, or the one of least error
 * for this vector, (R x . c) / ||c||^2.
 *
 * <p>With d the quantizer's distortion (0.3634, 0.1175, 0.03454, 0.009497 at 1 to 4 bits) the errors are d / (1 - d) = 0.571,
 * 0.133, 0.0358, 0.00959 of ||x||^2 with the first scale, and d with the second. Here the rotation is a {@link Rotation} by
 * Walsh-Hadamard matrices, as in the authors' programs, for which the mean is x only nearly: a vector with few numbers other
 * than zero keeps an error that no number of nodes averages out. So the code is not called unbiased.
 *
 * <p>Rotations are each node's own. Message: the unit's exponent (16 bits; nothing follows for zeros), S (32 bits), the
 * levels (b n bits).
 */
public final class EdenCode implements GradientCode {

    /** Which scale is sent. */
    public enum Scale {
        /** Unbiased over uniformly random rotations. */
        UNBIASED,
        /** Least error for this vector. */
        LEAST_ERROR
    }

    private static final int HEADER_BITS = 48;

    private final String name;
    private final int bits;
    private final Scale scale;
    private final NormalQuantizer quantizer;

    /** @param bits per number, 1 to 8 */
    public EdenCode(int bits, Scale scale) {
        if (bits < 1 || bits > 8) {
            throw new IllegalArgumentException("bits per number must be from 1 to 8: " + bits);
        }
        String suffix = scale == Scale.UNBIASED ? "" : ",least-error";
        this.name = "eden(bits=" + bits + suffix + ")";
        this.bits = bits;
        this.scale = scale;
        this.quantizer = new NormalQuantizer(bits);
    }

    @Override
    public String name() {
        return name;
    }

    /** The bound holds for every vector and rotation; normal coordinates are far below it. */
    @Override
    public Properties properties(int length) {
        double spread = quantizer.largest() / (double) quantizer.least();
        double bound = scale == Scale.LEAST_ERROR ? 1 : length * spread * spread - 1 + 1e-3;
        return new Properties(false, false, bound, (double) bits * length + HEADER_BITS, false);
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        int n = Math.max(0, to - from);
        BitWriter message = new BitWriter((int) ((long) bits * n / Byte.SIZE) + Byte.SIZE);
        float[] y = new float[n];
        if (!Unit.divide(vector, from, to, y, message)) {
            return message.message();
        }
        Rotation.forward(y, 0, n, draw.own(Draw.Purpose.ROTATION));
        double squares = Finite.squaredNorm(y, 0, n);
        float perUnit = (float) Math.sqrt(n / squares);
        double product = 0;
        double levels = 0;
        for (float value : y) {
            float level = quantizer.level(quantizer.index(value * perUnit));
            product += (double) value * level;
            levels += (double) level * level;
        }
        message.real((float) (scale == Scale.UNBIASED ? squares / product : product / levels));
        for (float value : y) {
            message.bits(quantizer.index(value * perUnit), bits);
        }
        return message.message();
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
        BitReader reader = new BitReader(message);
        double unit = Unit.read(reader);
        if (unit == 0) {
            reader.end();
            Arrays.fill(into, from, to, 0);
            return;
        }
        int n = to - from;
        float factor = reader.magnitude();
        double most = Unit.largestNorm(n) / quantizer.least();
        if (factor > most) {
            throw new MalformedMessageException("a scale in a message must be at most " + most + ": " + factor);
        }
        if (reader.remainingBits() < (long) bits * n) {
            throw new MalformedMessageException("a message must hold " + bits + " bits for each of " + n
                    + " numbers: it has " + reader.remainingBits());
        }
        float[] y = new float[n];
        for (int i = 0; i < n; i++) {
            y[i] = factor * quantizer.level(reader.bits(bits));
        }
        reader.end();
        Rotation.backward(y, 0, n, draw.own(Draw.Purpose.ROTATION));
        Unit.multiply(y, unit, into, from, to);
    }
}
