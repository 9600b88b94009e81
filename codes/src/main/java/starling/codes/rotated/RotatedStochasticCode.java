package starling.codes.rotated;

import java.util.Arrays;
import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;
import starling.codes.transform.Rotation;
import starling.codes.transform.Unit;

/**
 * Rotated stochastic quantization (Suresh et al., Distributed mean estimation with limited communication, 2017): rotate,
 * send the least and the largest coordinate, and round every coordinate at random to one of the two next of 2^b levels
 * between them, so that the mean is right. Unbiased for every x; the error is at most (2 ln n + 2) / (2^b - 1)^2 ||x||^2 in
 * the mean where n is a power of two, at most twice that elsewhere, and at most n / (2 (2^b - 1)^2) ||x||^2.
 *
 * <p>Message: the unit's exponent (16 bits; nothing follows for zeros), least and largest (64 bits), the levels (b n bits).
 */
public final class RotatedStochasticCode implements GradientCode {
    private static final int HEADER_BITS = 80;

    private final int bits;

    /** @param bits per number, 1 to 16 */
    public RotatedStochasticCode(int bits) {
        if (bits < 1 || bits > 16) {
            throw new IllegalArgumentException("bits per number must be from 1 to 16: " + bits);
        }
        this.bits = bits;
    }

    @Override
    public String name() {
        return "rotated-stochastic(bits=" + bits + ")";
    }

    @Override
    public Properties properties(int length) {
        double spaces = (1 << bits) - 1;
        double rounded = (double) length / Integer.highestOneBit(length);
        double spread = Math.min(length / 2.0, rounded * (2 * StrictMath.log(length) + 2));
        return new Properties(
                true, false, spread / (spaces * spaces) * (1 + 1e-4), (double) bits * length + HEADER_BITS, false);
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        int n = Math.max(0, to - from);
        BitWriter message = new BitWriter((int) ((long) bits * n / Byte.SIZE) + 2 * Byte.SIZE);
        float[] y = new float[n];
        if (!Unit.divide(vector, from, to, y, message)) {
            return message.message();
        }
        Rotation.forward(y, 0, n, draw.common(Draw.Purpose.ROTATION));
        float least = y[0];
        float largest = y[0];
        for (float value : y) {
            least = Math.min(least, value);
            largest = Math.max(largest, value);
        }
        message.real(least);
        message.real(largest);
        RandomStream roundings = draw.own(Draw.Purpose.ROUNDING);
        int spaces = (1 << bits) - 1;
        double width = ((double) largest - least) / spaces;
        for (int i = 0; i < n; i++) {
            int level = width == 0 ? 0 : (int) (((double) y[i] - least) / width + roundings.uniform(i));
            message.bits(Math.min(level, spaces), bits);
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
        float least = reader.real();
        float largest = reader.real();
        double most = Unit.largestNorm(n);
        if (least > largest || least < -most || largest > most) {
            throw new MalformedMessageException(
                    "the range in a message must be ordered and within " + most + ": " + least + " to " + largest);
        }
        if (reader.remainingBits() < (long) bits * n) {
            throw new MalformedMessageException("a message must hold " + bits + " bits for each of " + n
                    + " numbers: it has " + reader.remainingBits());
        }
        double width = ((double) largest - least) / ((1 << bits) - 1);
        float[] y = new float[n];
        for (int i = 0; i < n; i++) {
            y[i] = (float) (least + width * reader.bits(bits));
        }
        reader.end();
        Rotation.backward(y, 0, n, draw.common(Draw.Purpose.ROTATION));
        Unit.multiply(y, unit, into, from, to);
    }
}
