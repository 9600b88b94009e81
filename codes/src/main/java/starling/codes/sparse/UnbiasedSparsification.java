package starling.codes.sparse;

import static starling.codes.random.Draw.Purpose.ROUNDING;

import java.util.Arrays;
import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.entropy.AdaptiveModel;
import starling.codes.entropy.RangeDecoder;
import starling.codes.entropy.RangeEncoder;
import starling.codes.gradient.ExactError;
import starling.codes.gradient.Finite;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;

/**
 * Unbiased sparsification (J. Wangni et al., Gradient sparsification for communication-efficient distributed optimization,
 * 2018, algorithm 3): number i is sent with p_i = min(1, |x_i| / v) and decoded to x_i / p_i, that is x_i itself where |x_i|
 * &gt;= v, else v with the sign of x_i. v makes the p_i add up to k = share n: the least E||error||^2 = sum over |x_i| &lt; v of
 * |x_i| (v - |x_i|) that k numbers sent on average allow, at most (n/k - 1) ||x||^2.
 *
 * <p>Message: v as a float, and unless it is 0 for each number whether it is not sent, v, -v, or itself, with learned
 * frequencies, the latter with 32 bits behind. O(n) for each of the few rounds that v takes.
 */
public final class UnbiasedSparsification implements GradientCode, ExactError {
    private static final int NOT_SENT = 0;
    private static final int PLUS = 1;
    private static final int MINUS = 2;
    private static final int ITSELF = 3;
    private static final int MOST_ROUNDS = 100;

    private final Share share;

    public UnbiasedSparsification(Share share) {
        this.share = share;
    }

    @Override
    public String name() {
        return "unbiased-sparse(share=" + share.fraction() + ")";
    }

    /** Raw bits: k numbers of 32 bits and their places with ceil(log2 n) bits each, on average, and v. */
    @Override
    public Properties properties(int length) {
        int k = share.of(length);
        int placeBits = Integer.SIZE - Integer.numberOfLeadingZeros(length - 1);
        return new Properties(
                true, false, (double) length / k - 1, Float.SIZE + (double) k * (Float.SIZE + placeBits), true);
    }

    @Override
    public double meanSquaredError(float[] vector, int from, int to) {
        double limit = limit(vector, from, to);
        double squares = 0;
        for (int i = from; i < to; i++) {
            double magnitude = Math.abs(vector[i]);
            squares += magnitude < limit ? magnitude * (limit - magnitude) : 0;
        }
        return squares;
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        float limit = limit(vector, from, to);
        BitWriter message = new BitWriter(5 * share.of(to - from));
        message.real(limit);
        if (limit > 0) {
            RandomStream rounding = draw.own(ROUNDING);
            RangeEncoder encoder = new RangeEncoder(message);
            AdaptiveModel model = new AdaptiveModel(4, 1);
            for (int i = from; i < to; i++) {
                float magnitude = Math.abs(vector[i]);
                if (magnitude >= limit) {
                    model.encode(encoder, 0, ITSELF);
                    encoder.bits(Float.floatToIntBits(vector[i]), Float.SIZE);
                } else if (rounding.uniform(i - from) * limit < magnitude) {
                    model.encode(encoder, 0, vector[i] > 0 ? PLUS : MINUS);
                } else {
                    model.encode(encoder, 0, NOT_SENT);
                }
            }
            encoder.finish();
        }
        return message.message();
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
        BitReader reader = new BitReader(message);
        float limit = reader.magnitude();
        Arrays.fill(into, from, to, 0f);
        if (limit == 0) {
            reader.end();
            return;
        }
        RangeDecoder decoder = new RangeDecoder(reader);
        AdaptiveModel model = new AdaptiveModel(4, 1);
        for (int i = from; i < to; i++) {
            switch (model.decode(decoder, 0)) {
                case PLUS -> into[i] = limit;
                case MINUS -> into[i] = -limit;
                case ITSELF -> {
                    into[i] = Float.intBitsToFloat(decoder.bits(Float.SIZE));
                    if (!Float.isFinite(into[i])) {
                        throw new MalformedMessageException("a number in a message must be finite: " + into[i]);
                    }
                }
                default -> into[i] = 0;
            }
        }
        decoder.finish();
    }

    /**
     * v: from ||x||_1 / k on, the numbers below v share what those above leave of k, until none more rises above; rounded
     * to a float before it is used, so that the mean is kept whatever it is. 0 for a zero vector.
     */
    private float limit(float[] vector, int from, int to) {
        Finite.largest(vector, from, to);
        int k = share.of(to - from);
        double limit = Double.POSITIVE_INFINITY;
        int above = -1;
        for (int round = 0; round < MOST_ROUNDS; round++) {
            double sum = 0;
            int nowAbove = 0;
            for (int i = from; i < to; i++) {
                double magnitude = Math.abs(vector[i]);
                if (magnitude >= limit) {
                    nowAbove++;
                } else {
                    sum += magnitude;
                }
            }
            if (nowAbove == above || nowAbove >= k || sum == 0) {
                break;
            }
            above = nowAbove;
            limit = sum / (k - nowAbove);
        }
        return limit == Double.POSITIVE_INFINITY ? 0 : Math.max(Finite.nearest(limit), Float.MIN_VALUE);
    }
}
