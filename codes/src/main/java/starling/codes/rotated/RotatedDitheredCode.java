package starling.codes.rotated;

import java.util.Arrays;
import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.gradient.Finite;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;
import starling.codes.sparse.RandomPart;
import starling.codes.sparse.Share;
import starling.codes.transform.Rotation;
import starling.codes.transform.Unit;

/**
 * The default code: rotate, quantize with a subtracted dither to unbounded integers, with a step set by the l2 norm, and code
 * the integers with tables for normal numbers, given the dither.
 *
 * <p>For a block of n numbers: y = R x with a {@link Rotation} that all nodes share in a round; step d = s ||x|| / sqrt(n);
 * u uniform in (-1/2, 1/2), each node its own; q = round(y/d + u); decoded R^T d (q - u). The error of y is uniform in
 * (-d/2, d/2) and independent of x, so the code is unbiased for every x, the errors of nodes average out, and
 * E||decoded - x||^2 = s^2/12 ||x||^2, not only at most. The integers' bits are those of a normal law; for a vector whose
 * rotation is far from normal (few numbers, say) only the message is longer.
 *
 * <p>Vectors are cut into blocks of 2^16, the last of up to 2^17 - 1; blocks have scales of their own. Nothing is padded.
 * Message of a block: the exponent e of its largest number ({@link Unit}, 16 bits; nothing follows for a block of zeros),
 * ||x|| / 2^e as a float, the integers ({@link TabledRans}), then those beyond the tables, each {@link BitWriter#number}.
 *
 * <p>Cost: O(n log n) time, some 20 bytes of scratch memory per number of a block.
 */
public final class RotatedDitheredCode implements GradientCode {
    private static final double LEAST_STEP = 1.0 / 32;
    private static final double MOST_STEP = 16;
    private static final double LEAST_BITS = 0.1;
    private static final double MOST_BITS = 7;
    private static final double PART_BITS = 0.7;
    private static final int BLOCK = 1 << 16;
    private static final int HEADER_BITS = 112;

    private final String name;
    private final double step;
    private final DitheredNormalModel model;

    private RotatedDitheredCode(String name, double step, DitheredNormalModel model) {
        this.name = name;
        this.step = step;
        this.model = model;
    }

    /**
     * The code with this step.
     *
     * @param step s, the step in standard deviations ||x|| / sqrt(n), 1/32 to 16: the error is s^2/12
     */
    public static RotatedDitheredCode ofStep(double step) {
        if (!(step >= LEAST_STEP && step <= MOST_STEP)) {
            throw new IllegalArgumentException("a step must be from 1/32 to 16 standard deviations: " + step);
        }
        return new RotatedDitheredCode("rotated-dithered(step=" + step + ")", step, new DitheredNormalModel(step));
    }

    /**
     * The code with the least step that takes at most so many bits per number, headers apart.
     *
     * @param targetBits 0.1 to 7
     */
    public static RotatedDitheredCode ofBits(double targetBits) {
        if (!(targetBits >= LEAST_BITS && targetBits <= MOST_BITS)) {
            throw new IllegalArgumentException("bits per number must be from 0.1 to 7: " + targetBits);
        }
        double fine = LEAST_STEP;
        double coarse = MOST_STEP;
        for (int i = 0; i < 30; i++) {
            double middle = (fine + coarse) / 2;
            if (new DitheredNormalModel(middle).bits() <= targetBits) {
                coarse = middle;
            } else {
                fine = middle;
            }
        }
        return new RotatedDitheredCode(
                "rotated-dithered(bits=" + targetBits + ")", coarse, new DitheredNormalModel(coarse));
    }

    /**
     * The least error of this code and of a {@link RandomPart} by it for so many bits per number, headers apart. Of a part k/n at b
     * bits the error is (n/k)(1 + s^2/12) - 1 with b = bits n/k, least where b (1 + s^2/12) is: at 0.70 bits. Below that a part
     * is sent.
     *
     * @param targetBits above 0, at most 7
     */
    public static GradientCode ofFewestErrors(double targetBits) {
        if (!(targetBits > 0 && targetBits <= MOST_BITS)) {
            throw new IllegalArgumentException("bits per number must be above 0 and at most 7: " + targetBits);
        }
        return targetBits >= PART_BITS
                ? ofBits(targetBits)
                : new RandomPart(new Share(targetBits / PART_BITS), ofBits(PART_BITS));
    }

    /** s, the step in standard deviations. */
    public double step() {
        return step;
    }

    @Override
    public String name() {
        return name;
    }

    /** The bound is the variance itself; the raw bits are those of integers of a fixed length that the tables hold. */
    @Override
    public Properties properties(int length) {
        double raw = length * (StrictMath.log(model.symbols()) / StrictMath.log(2));
        return new Properties(
                true, true, step * step / 12 * (1 + 1e-6), raw + HEADER_BITS * (double) blocks(length), true);
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        Finite.largest(vector, from, to);
        BitWriter message = new BitWriter((int) ((to - from) * Math.min(8, model.bits() + 0.1) / Byte.SIZE));
        Scratch scratch = new Scratch(longest(to - from));
        for (int block = 0; block < blocks(to - from); block++) {
            encodeBlock(vector, start(from, block), end(from, to, block), draw, block, scratch, message);
        }
        return message.message();
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
        BitReader reader = new BitReader(message);
        Scratch scratch = new Scratch(longest(to - from));
        for (int block = 0; block < blocks(to - from); block++) {
            decodeBlock(message, reader, start(from, block), end(from, to, block), draw, block, scratch, into);
        }
        reader.end();
    }

    private void encodeBlock(
            float[] vector, int from, int to, Draw draw, int block, Scratch scratch, BitWriter message) {
        float[] y = scratch.numbers;
        if (!Unit.divide(vector, from, to, y, message)) {
            return;
        }
        int n = to - from;
        float norm = (float) Math.sqrt(Finite.squaredNorm(y, 0, n));
        message.real(norm);
        Rotation.forward(y, 0, n, draw.common(Draw.Purpose.ROTATION).branch(block));
        RandomStream dithers = draw.own(Draw.Purpose.DITHER).branch(block);
        double perStep = 1 / width(norm, n);
        int reach = model.reach();
        int symbols = model.symbols();
        int[] entries = scratch.symbols;
        int escapes = 0;
        for (int i = 0; i < n; i++) {
            float u = dithers.dither(i);
            int q = (int) Math.floor(y[i] * perStep + u + 0.5);
            int symbol = withSignOf(u, q) + reach;
            if (symbol < 0 || symbol > 2 * reach) {
                scratch.escaped(escapes++, q);
                symbol = model.escape();
            }
            entries[i] = DitheredNormalModel.bin(u) * symbols + symbol;
        }
        int start = TabledRans.encode(model.packed(), entries, n, scratch.bytes);
        message.bytes(scratch.bytes, start, scratch.bytes.length);
        for (int i = 0; i < escapes; i++) {
            int q = scratch.escapes[i];
            message.number(q << 1 ^ q >> 31);
        }
    }

    private void decodeBlock(
            byte[] message, BitReader reader, int from, int to, Draw draw, int block, Scratch scratch, float[] into) {
        double unit = Unit.read(reader);
        if (unit == 0) {
            Arrays.fill(into, from, to, 0);
            return;
        }
        int n = to - from;
        float norm = reader.magnitude();
        double most = Unit.largestNorm(n);
        if (norm < 1 || norm > most) {
            throw new MalformedMessageException("a norm in a message must be from 1 to " + most + ": " + norm);
        }
        RandomStream dithers = draw.own(Draw.Purpose.DITHER).branch(block);
        float[] y = scratch.numbers;
        int[] symbols = scratch.symbols;
        for (int i = 0; i < n; i++) {
            float u = dithers.dither(i);
            y[i] = u;
            symbols[i] = DitheredNormalModel.bin(u);
        }
        reader.position(TabledRans.decode(model, message, reader.position(), symbols, n));
        double width = width(norm, n);
        int reach = model.reach();
        int escape = model.escape();
        int largest = 2 * (int) (2 * Math.sqrt(n) / step + 2);
        for (int i = 0; i < n; i++) {
            float u = y[i];
            int q = withSignOf(u, symbols[i] - reach);
            if (symbols[i] == escape) {
                int number = reader.number(largest);
                q = number >>> 1 ^ -(number & 1);
            }
            y[i] = (float) (width * (q - u));
        }
        Rotation.backward(y, 0, n, draw.common(Draw.Purpose.ROTATION).branch(block));
        Unit.multiply(y, unit, into, from, to);
    }

    /** q times the sign of u, without a branch that no processor could foresee. */
    private static int withSignOf(float u, int q) {
        int negative = Float.floatToRawIntBits(u) >> 31;
        return (q ^ negative) - negative;
    }

    private double width(float norm, int n) {
        return step * norm / Math.sqrt(n);
    }

    private static int blocks(int length) {
        return Math.max(1, length / BLOCK);
    }

    private static int longest(int length) {
        return Math.min(length, 2 * BLOCK - 1);
    }

    private static int start(int from, int block) {
        return from + block * BLOCK;
    }

    private static int end(int from, int to, int block) {
        return to - start(from, block) < 2 * BLOCK ? to : start(from, block + 1);
    }

    /** What one block needs, used again for the next. */
    private static final class Scratch {
        private final float[] numbers;
        private final int[] symbols;
        private final byte[] bytes;
        private int[] escapes = new int[16];

        private Scratch(int n) {
            numbers = new float[n];
            symbols = new int[n];
            bytes = new byte[2 * n + 8];
        }

        private void escaped(int at, int q) {
            if (at == escapes.length) {
                escapes = Arrays.copyOf(escapes, 2 * at);
            }
            escapes[at] = q;
        }
    }
}
