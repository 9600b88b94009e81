package starling.learning.uplink;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import starling.codes.MalformedMessageException;
import starling.codes.gradient.Finite;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.random.Draw;

/** Numbers as they are: float32, big-endian. */
final class FloatCode implements GradientCode {
    @Override
    public String name() {
        return "none";
    }

    @Override
    public Properties properties(int length) {
        return new Properties(true, true, 0, (double) Float.SIZE * length, false);
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        Finite.largest(vector, from, to);
        ByteBuffer message = ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, to - from));
        message.asFloatBuffer().put(vector, from, to - from);
        return message.array();
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
        if (message.length != (long) Float.BYTES * (to - from)) {
            throw new MalformedMessageException(
                    "a message must have four bytes for each of " + (to - from) + " numbers: " + message.length);
        }
        FloatBuffer numbers = ByteBuffer.wrap(message).asFloatBuffer();
        numbers.get(into, from, to - from);
        for (int i = from; i < to; i++) {
            if (!Float.isFinite(into[i])) {
                throw new MalformedMessageException("numbers must be finite: number " + (i - from) + " is " + into[i]);
            }
        }
    }
}
