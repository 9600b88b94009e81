package starling.codes.sparse;

import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.entropy.RangeDecoder;
import starling.codes.entropy.RangeEncoder;
import starling.codes.gradient.ExactError;
import starling.codes.gradient.Finite;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.random.Draw;

/**
 * The k numbers of largest magnitude as they are, the others 0; among equal ones the first. Biased, deterministic:
 * ||error||^2 &lt;= (1 - k/n) ||x||^2.
 *
 * <p>Message: the places in log2(n over k) bits (each number is or is not sent, with the probability that as many are
 * still to come as are), each number sent as 32 bits behind its place. O(n), two passes over the bits of the magnitudes
 * and one range coded decision per number.
 */
public final class TopK implements GradientCode, ExactError {
    private final Share share;

    public TopK(Share share) {
        this.share = share;
    }

    @Override
    public String name() {
        return "top-k(share=" + share.fraction() + ")";
    }

    /** Raw bits: k numbers of 32 bits and their places with ceil(log2 n) bits each. */
    @Override
    public Properties properties(int length) {
        int k = share.of(length);
        int placeBits = Integer.SIZE - Integer.numberOfLeadingZeros(length - 1);
        return new Properties(false, false, 1 - (double) k / length, (double) k * (Float.SIZE + placeBits), true);
    }

    @Override
    public double meanSquaredError(float[] vector, int from, int to) {
        float[] decoded = new float[to - from];
        Draw any = new Draw(0, 0, 0, 0);
        decode(encode(vector, from, to, any), any, decoded, 0, decoded.length);
        double squares = 0;
        for (int i = 0; i < decoded.length; i++) {
            double error = (double) vector[from + i] - decoded[i];
            squares += error * error;
        }
        return squares;
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        Finite.largest(vector, from, to);
        int left = share.of(to - from);
        Threshold threshold = Threshold.of(vector, from, to, left);
        int equalLeft = threshold.equal();
        BitWriter message = new BitWriter(5 * left);
        RangeEncoder encoder = new RangeEncoder(message);
        for (int i = from; i < to && left > 0; i++) {
            int magnitude = Threshold.magnitude(vector[i]);
            boolean sent = magnitude > threshold.magnitude();
            if (magnitude == threshold.magnitude() && equalLeft > 0) {
                equalLeft--;
                sent = true;
            }
            int open = to - i;
            if (sent) {
                encoder.encode(0, left, open);
                encoder.bits(Float.floatToIntBits(vector[i]), Float.SIZE);
                left--;
            } else {
                encoder.encode(left, open - left, open);
            }
        }
        encoder.finish();
        return message.message();
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
        RangeDecoder decoder = new RangeDecoder(new BitReader(message));
        int left = share.of(to - from);
        for (int i = from; i < to; i++) {
            into[i] = 0;
            if (left == 0) {
                continue;
            }
            int open = to - i;
            if (decoder.place(open) < left) {
                decoder.take(0, left);
                float value = Float.intBitsToFloat(decoder.bits(Float.SIZE));
                if (!Float.isFinite(value)) {
                    throw new MalformedMessageException("a number in a message must be finite: " + value);
                }
                into[i] = value;
                left--;
            } else {
                decoder.take(left, open - left);
            }
        }
        decoder.finish();
    }
}
