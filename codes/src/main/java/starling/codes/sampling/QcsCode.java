package starling.codes.sampling;

import java.util.Arrays;
import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.gradient.Finite;
import starling.codes.gradient.Properties;
import starling.codes.gradient.SketchCode;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;
import starling.codes.transform.HadamardMatrix;
import starling.codes.transform.Unit;

/**
 * Quantized compressive sampling (Abdi's thesis, chapter 4). A block of n numbers becomes v = T x with T = H R / sqrt(k): R
 * random signs, H a random subset of k rows of a Hadamard matrix of order n, both shared by all nodes in a round. With the
 * step rho = max |v| / Q and a dither u uniform in (-1/2, 1/2), each node's own, q is the number nearest to v/rho + u among
 * -Q, -Q + 1, ..., Q (2 Q + 1 values; Q = 1/2 is one bit), and v^ = rho (q - u): the error is uniform and independent of v. The
 * receiver takes alpha T^T v^, alpha = 1 for the unbiased estimate or 1/(1 + gamma) for the least error, gamma as in
 * {@link QcsBounds#gamma}. For k = 1, v is sent as it is.
 *
 * <p>A long vector is cut into blocks of n, of which the last is filled up with zeros: it takes k numbers as the others do.
 * Message: the {@link Unit} (16 bits; nothing follows for zeros), then for each block max |v| as a float, rounded up (32 bits,
 * nothing follows if it is zero), and the k indices q + Q, as many at a time as fit 32 bits, which takes up to 1 % more than k
 * log2(2 Q + 1) bits for up to 31 values. For k = 1 the float is v.
 *
 * <p>Cost: that of {@link HadamardMatrix}, n log n for powers of two.
 */
public final class QcsCode implements SketchCode {

    /** The receiver's estimate. */
    public enum Reconstruction {
        /** alpha = 1 (4.9). */
        UNBIASED,
        /** alpha = 1/(1 + gamma) (4.12). */
        LEAST_ERROR
    }

    private final int n;
    private final int k;
    private final double q;
    private final Reconstruction reconstruction;
    private final HadamardMatrix matrix;
    private final Digits digits;

    /**
     * @param n the length of a block, the order of a {@link HadamardMatrix}
     * @param k rows of each block, 1 to n
     * @param q Q, a multiple of 1/2 from 1/2 to 32768
     */
    public QcsCode(int n, int k, double q, Reconstruction reconstruction) {
        QcsBounds.check(n, k, q);
        this.n = n;
        this.k = k;
        this.q = q;
        this.reconstruction = reconstruction;
        this.matrix = HadamardMatrix.of(n);
        this.digits = new Digits((int) (2 * q) + 1);
    }

    /** The unbiased code of the least gamma for a wanted gain (4.11). */
    public static QcsCode ofGain(int n, double gain) {
        QcsBounds.Choice choice = QcsBounds.choose(gain, n);
        return new QcsCode(n, choice.k(), choice.q(), Reconstruction.UNBIASED);
    }

    @Override
    public String name() {
        return "qcs(n=" + n + ",k=" + k + ",Q=" + q
                + (reconstruction == Reconstruction.UNBIASED ? ")" : ",least-error)");
    }

    /** Given T and the scale, errors do not depend on the vector; those of leaving out rows do where k &lt; n. */
    @Override
    public Properties properties(int length) {
        double gamma = QcsBounds.gamma(n, k, q) * (1 + 1e-6);
        boolean unbiased = reconstruction == Reconstruction.UNBIASED;
        double block = Float.SIZE + (k == 1 ? 0 : digits.bits(k));
        return new Properties(
                unbiased,
                unbiased && k == n,
                unbiased ? gamma : gamma / (1 + gamma),
                16 + blocks(length) * block,
                false);
    }

    @Override
    public int sketchLength(int length) {
        return Math.toIntExact((long) blocks(length) * k);
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        BitWriter message =
                new BitWriter(16 + (int) (properties(Math.max(1, to - from)).rawBits() / Byte.SIZE));
        float[] x = new float[Math.max(0, to - from)];
        if (!Unit.divide(vector, from, to, x, message)) {
            return message.message();
        }
        double[] v = new double[n];
        for (int block = 0; block < blocks(x.length); block++) {
            int start = block * n;
            Arrays.fill(v, 0);
            RandomStream signs = draw.common(Draw.Purpose.ROTATION).branch(block);
            for (int i = 0; i < Math.min(n, x.length - start); i++) {
                v[i] = signs.sign(i) * x[start + i];
            }
            matrix.multiply(v, 0);
            encodeBlock(v, rows(draw, block), draw.own(Draw.Purpose.DITHER).branch(block), message);
        }
        return message.message();
    }

    private void encodeBlock(double[] products, int[] rows, RandomStream dithers, BitWriter message) {
        double perRow = 1 / Math.sqrt(k);
        if (k == 1) {
            message.real(Finite.nearest(products[rows[0]] * perRow));
            return;
        }
        double largest = 0;
        for (int row : rows) {
            largest = Math.max(largest, Math.abs(products[row] * perRow));
        }
        float scale = (float) largest;
        if (scale < largest) {
            scale = Math.nextUp(scale);
        }
        message.real(scale);
        if (scale == 0) {
            return;
        }
        double perStep = q / scale;
        int[] indices = new int[k];
        for (int i = 0; i < k; i++) {
            double t = products[rows[i]] * perRow * perStep + dithers.dither(i);
            indices[i] = (int) Math.max(0, Math.min(2 * q, Math.floor(t + q + 0.5)));
        }
        digits.write(indices, message);
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
        double[] sketch = new double[sketchLength(to - from)];
        addSketch(message, draw, to - from, 1, sketch);
        reconstruct(sketch, draw, into, from, to);
    }

    @Override
    public void addSketch(byte[] message, Draw draw, int length, double weight, double[] sum) {
        if (sum.length < sketchLength(length)) {
            throw new IllegalArgumentException(
                    "a sum of sketches must have " + sketchLength(length) + " numbers: " + sum.length);
        }
        BitReader reader = new BitReader(message);
        double unit = Unit.read(reader);
        double most = 2.01 * n;
        for (int block = 0; unit != 0 && block < blocks(length); block++) {
            float scale = k == 1 ? reader.real() : reader.magnitude();
            if (Math.abs(scale) > most) {
                throw new MalformedMessageException(
                        "a scale in a message must be at most " + most + ": " + Math.abs(scale));
            }
            if (k == 1) {
                sum[block] += weight * unit * scale;
            } else if (scale > 0) {
                int[] indices = digits.read(k, reader);
                RandomStream dithers = draw.own(Draw.Purpose.DITHER).branch(block);
                double step = scale / q;
                for (int i = 0; i < k; i++) {
                    sum[block * k + i] += weight * (unit * (step * (indices[i] - q - dithers.dither(i))));
                }
            }
        }
        reader.end();
    }

    @Override
    public void reconstruct(double[] sum, Draw draw, float[] into, int from, int to) {
        double alpha = reconstruction == Reconstruction.UNBIASED ? 1 : 1 / (1 + QcsBounds.gamma(n, k, q));
        double factor = alpha / Math.sqrt(k);
        double[] x = new double[n];
        for (int block = 0; block < blocks(to - from); block++) {
            Arrays.fill(x, 0);
            int[] rows = rows(draw, block);
            for (int i = 0; i < k; i++) {
                x[rows[i]] = sum[block * k + i];
            }
            matrix.multiplyTransposed(x, 0);
            RandomStream signs = draw.common(Draw.Purpose.ROTATION).branch(block);
            int start = from + block * n;
            for (int i = 0; i < Math.min(n, to - start); i++) {
                // A zero of either sign becomes 0.
                into[start + i] = Finite.nearest(factor * signs.sign(i) * x[i]) + 0f;
            }
        }
    }

    /** A uniformly random subset of k rows, the first k of a random order. */
    private int[] rows(Draw draw, int block) {
        RandomStream random = draw.common(Draw.Purpose.ROWS).branch(block);
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        for (int i = 0; i < k && k < n; i++) {
            int j = i + random.below(i, n - i);
            int row = order[j];
            order[j] = order[i];
            order[i] = row;
        }
        return Arrays.copyOf(order, k);
    }

    private int blocks(int length) {
        return (int) ((length + (long) n - 1) / n);
    }
}
