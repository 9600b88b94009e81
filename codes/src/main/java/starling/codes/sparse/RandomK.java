package starling.codes.sparse;

import static starling.codes.random.Draw.Purpose.SELECTION;

import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.gradient.ExactError;
import starling.codes.gradient.Finite;
import starling.codes.gradient.Properties;
import starling.codes.gradient.SketchCode;
import starling.codes.random.Draw;

/**
 * k places drawn from the round's common stream, every set of k alike (selection sampling; Knuth, vol. 2, 3.4.2, algorithm
 * S), so that no place is sent. The k numbers are the sketch; it comes back times n/k, unbiased with E||error||^2 =
 * (n/k - 1) ||x||^2, or as it is, with (1 - k/n) ||x||^2. Nodes share the places: the mean over nodes in one round has the
 * full error of the places left out, the mean over rounds has not.
 *
 * <p>Message: k floats. O(n) draws at each end.
 */
public final class RandomK implements SketchCode, ExactError {
    private final Share share;
    private final boolean unbiased;

    /** @param unbiased whether decoded numbers are multiplied by n/k */
    public RandomK(Share share, boolean unbiased) {
        this.share = share;
        this.unbiased = unbiased;
    }

    @Override
    public String name() {
        return "random-k(share=" + share.fraction() + (unbiased ? ",unbiased)" : ")");
    }

    @Override
    public Properties properties(int length) {
        return new Properties(
                unbiased, false, relativeError(length), (double) Float.SIZE * sketchLength(length), false);
    }

    @Override
    public double meanSquaredError(float[] vector, int from, int to) {
        return relativeError(to - from) * Finite.squaredNorm(vector, from, to);
    }

    @Override
    public int sketchLength(int length) {
        return share.of(length);
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        Finite.largest(vector, from, to);
        Selection selection = selection(to - from, draw);
        BitWriter message = new BitWriter(4 * sketchLength(to - from));
        for (int i = from; i < to; i++) {
            if (selection.next()) {
                message.real(vector[i]);
            }
        }
        return message.message();
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
        BitReader reader = reader(message, to - from);
        Selection selection = selection(to - from, draw);
        for (int i = from; i < to; i++) {
            into[i] = selection.next() ? Finite.nearest(factor(to - from) * reader.real()) : 0;
        }
    }

    @Override
    public void addSketch(byte[] message, Draw draw, int length, double weight, double[] sum) {
        BitReader reader = reader(message, length);
        for (int i = 0; i < sketchLength(length); i++) {
            sum[i] += weight * reader.real();
        }
    }

    @Override
    public void reconstruct(double[] sum, Draw draw, float[] into, int from, int to) {
        Selection selection = selection(to - from, draw);
        int next = 0;
        for (int i = from; i < to; i++) {
            into[i] = selection.next() ? Finite.nearest(factor(to - from) * sum[next++]) : 0;
        }
    }

    private BitReader reader(byte[] message, int length) {
        if (message.length != 4L * sketchLength(length)) {
            throw new MalformedMessageException("a message must have four bytes for each of " + sketchLength(length)
                    + " numbers: it has " + message.length);
        }
        return new BitReader(message);
    }

    private double factor(int length) {
        return unbiased ? (double) length / sketchLength(length) : 1;
    }

    private double relativeError(int length) {
        double inverse = (double) length / sketchLength(length);
        return unbiased ? inverse - 1 : 1 - 1 / inverse;
    }

    private Selection selection(int length, Draw draw) {
        return new Selection(draw.common(SELECTION), length, sketchLength(length));
    }
}
