package starling.codes.conformance;

import java.nio.ByteBuffer;
import starling.codes.MalformedMessageException;
import starling.codes.gradient.ExactError;
import starling.codes.gradient.Finite;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;

/**
 * The simplest sound code, for tests to break: numbers travel as they are, and the receiver adds noise that is uniform over a
 * share of the largest magnitude.
 */
class NoisyFloats implements GradientCode, ExactError {
    static final double WIDTH = 0.5;

    @Override
    public String name() {
        return "noisy-floats";
    }

    @Override
    public Properties properties(int length) {
        return new Properties(true, true, bound(length), 32.0 * length, false);
    }

    static double bound(int length) {
        return length * WIDTH * WIDTH / 12 * (1 + 1e-6);
    }

    @Override
    public double meanSquaredError(float[] vector, int from, int to) {
        double width = WIDTH * Finite.largest(vector, from, to);
        return (to - from) * width * width / 12;
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        Finite.largest(vector, from, to);
        ByteBuffer message = ByteBuffer.allocate(4 * (to - from));
        for (int i = from; i < to; i++) {
            message.putFloat(vector[i]);
        }
        return message.array();
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
        if (message.length != 4 * (to - from)) {
            throw new MalformedMessageException("a message must have four bytes for each number");
        }
        ByteBuffer floats = ByteBuffer.wrap(message);
        float[] x = new float[to - from];
        for (int i = 0; i < x.length; i++) {
            x[i] = floats.getFloat();
            if (!Float.isFinite(x[i])) {
                throw new MalformedMessageException("a number must be finite");
            }
        }
        double width = WIDTH * Finite.largest(x, 0, x.length);
        RandomStream noise = draw.own(Draw.Purpose.DITHER);
        for (int i = 0; i < x.length; i++) {
            into[from + i] = Finite.nearest(x[i] + width * error(draw, i, x[i], noise.dither(i)));
        }
    }

    /** The error of number i in units of the width. */
    double error(Draw draw, int i, float x, float dither) {
        return dither;
    }
}
