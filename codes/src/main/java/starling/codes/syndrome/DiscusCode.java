package starling.codes.syndrome;

import static starling.codes.random.Draw.Purpose.DITHER;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.entropy.IntegerModel;
import starling.codes.estimate.ErrorVariance;
import starling.codes.gradient.Finite;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;

/**
 * Dithered quantization with distributed source coding (Abdi, Distributed Learning and Inference, section 2.3.2): q =
 * round(x / kappa + u), kappa = ||x||_inf / M, decoded to kappa (q - u) as by the dithered quantizer, the q sent by {@link
 * SyndromeCode}. Parts of the vector, such as the columns of each layer, may have scales of their own. Senders of the first group use {@link DiscusPlan#plain}. From their messages the receiver makes side
 * information y, such as their mean, learns how symbols go with it and with the dither, announces a plan, and decodes the
 * second group with it.
 *
 * <p>To learn the law from the first group, a sender's symbols should be held against a mean without that sender (the law is
 * else too sharp, blocks fail, and bits are lost, though nothing becomes wrong); later rounds learn better from the second
 * group's own symbols.
 *
 * <p>Message: ||x||_inf of each part as a float and, unless all are 0, a message of {@link SyndromeCode}. Safe for use by several threads.
 */
public final class DiscusCode {
    private static final int DITHERS = 16;

    /** The open context of numbers whose part is zero. */
    private static final int SILENT = DITHERS;

    /** Borders of |y| / kappa, and of the expected magnitude / kappa, between classes. */
    private static final double[] SIDE_BORDERS = {0.03, 0.08, 0.15, 0.25, 0.4, 0.6, 0.85, 1.2, 1.7, 2.4};

    private static final double[] MAGNITUDE_BORDERS = {0.02, 0.05, 0.1, 0.18, 0.3, 0.5, 0.9};
    private static final int MAGNITUDES = MAGNITUDE_BORDERS.length + 1;
    private static final int SIDES = (2 * SIDE_BORDERS.length + 1) * MAGNITUDES;

    private final int levels;
    private final int[] parts;
    private final SyndromeCode symbols;

    /** What a receiver makes of a message. */
    public sealed interface Outcome permits Received, Incomplete {}

    /**
     * A message that was understood.
     *
     * @param scales ||x||_inf of each part
     * @param symbols q
     * @param vector the reconstruction
     */
    public record Received(float[] scales, int[] symbols, float[] vector) implements Outcome {}

    /** Some blocks could not be decoded: {@link #request} is to be sent, and its answer completes the message. */
    public static final class Incomplete implements Outcome {
        private final DiscusCode code;
        private final SyndromeCode.Incomplete rest;
        private final float[] scales;
        private final Draw draw;

        private Incomplete(DiscusCode code, SyndromeCode.Incomplete rest, float[] scales, Draw draw) {
            this.code = code;
            this.rest = rest;
            this.scales = scales;
            this.draw = draw;
        }

        /** A bit for each block. */
        public byte[] request() {
            return rest.request();
        }

        /** How many blocks failed. */
        public int failures() {
            return rest.failures();
        }

        /**
         * The message with the sender's answer; once.
         *
         * @throws starling.codes.MalformedMessageException when it is not the answer to this request
         */
        public Received complete(byte[] answer) {
            return code.received(rest.complete(answer), scales, draw);
        }
    }

    /**
     * @param levels M, 1 to 15
     * @param parts lengths of the vector's parts, each positive, with the vector's length as their sum
     * @param shelf of codes; both ends need the same seed
     */
    public DiscusCode(int levels, int[] parts, LdpcShelf shelf) {
        long length = 0;
        for (int part : parts) {
            if (part < 1) {
                throw new IllegalArgumentException("a part of a vector has at least one number: " + part);
            }
            length += part;
        }
        if (length < 1 || length > 1 << 30) {
            throw new IllegalArgumentException("a vector has 1 to 2^30 numbers: " + length);
        }
        this.levels = levels;
        this.parts = parts.clone();
        symbols = new SyndromeCode(levels, DITHERS + 1, shelf);
    }

    /** The length of vectors. */
    public int length() {
        int length = 0;
        for (int part : parts) {
            length += part;
        }
        return length;
    }

    /** A law for this code's symbols of which nothing is known yet. */
    public ConditionalLaw law() {
        return new ConditionalLaw(levels, DITHERS + 1, SIDES);
    }

    /** The mean of kappa^2 / 12 over all numbers, the variance of the error per number. */
    public double errorVariance(float[] scales) {
        double sum = 0;
        for (int part = 0; part < parts.length; part++) {
            sum += parts[part] * ErrorVariance.ofStep((double) scales[part] / levels);
        }
        return sum / length();
    }

    /**
     * The message of a vector.
     *
     * @param plan as the receiver announced it
     */
    public byte[] encode(float[] vector, Draw draw, DiscusPlan plan) {
        float[] scales = scales(vector);
        BitWriter message = new BitWriter(vector.length / 4);
        for (float scale : scales) {
            message.real(scale);
        }
        if (isLoud(scales)) {
            byte[] content = symbols.encode(quantized(vector, scales, draw), contexts(scales, draw), plan);
            message.bytes(content, 0, content.length);
        }
        return message.message();
    }

    private float[] scales(float[] vector) {
        if (vector.length != length()) {
            throw new IllegalArgumentException(
                    "a vector must be as long as its parts, " + length() + ": " + vector.length);
        }
        float[] scales = new float[parts.length];
        int from = 0;
        for (int part = 0; part < parts.length; part++) {
            scales[part] = Finite.largest(vector, from, from + parts[part]);
            from += parts[part];
        }
        return scales;
    }

    private static boolean isLoud(float[] scales) {
        boolean loud = false;
        for (float scale : scales) {
            loud |= scale > 0;
        }
        return loud;
    }

    /**
     * The answer to a request, by the sender, who still has the vector.
     *
     * @throws starling.codes.MalformedMessageException when the request is none
     */
    public byte[] answer(float[] vector, Draw draw, DiscusPlan plan, byte[] request) {
        float[] scales = scales(vector);
        if (!isLoud(scales)) {
            throw new IllegalArgumentException("a vector of zeros is never asked for again: " + vector.length);
        }
        return symbols.answer(quantized(vector, scales, draw), contexts(scales, draw), plan, request);
    }

    /**
     * Decodes a message of a sender of the first group, that is with the plan {@link DiscusPlan#plain}.
     *
     * @throws starling.codes.MalformedMessageException when no sender makes this message
     */
    public Received decode(byte[] message, Draw draw) {
        Outcome outcome = decode(message, draw, new float[length()], null, law(), DiscusPlan.plain());
        if (outcome instanceof Received received) {
            return received;
        }
        throw new IllegalStateException("a message without syndromes cannot be incomplete");
    }

    /**
     * Decodes a message as far as it can be.
     *
     * @param side what the receiver holds
     * @param magnitude for each number how large it is expected to be, such as a running root mean square, or null
     * @param law of the symbols; a wrong one makes blocks fail, nothing worse
     * @param plan as it was announced
     * @throws starling.codes.MalformedMessageException when no sender makes this message
     */
    public Outcome decode(
            byte[] message,
            Draw draw,
            float[] side,
            float @Nullable [] magnitude,
            ConditionalLaw law,
            DiscusPlan plan) {
        BitReader reader = new BitReader(message);
        float[] scales = new float[parts.length];
        for (int part = 0; part < scales.length; part++) {
            scales[part] = reader.magnitude();
        }
        if (!isLoud(scales)) {
            reader.end();
            return new Received(scales, new int[length()], new float[length()]);
        }
        byte[] content = Arrays.copyOfRange(message, reader.position(), message.length);
        SyndromeCode.Outcome outcome =
                symbols.decode(content, contexts(scales, draw), classes(side, magnitude, scales), law, plan);
        if (outcome instanceof SyndromeCode.Incomplete incomplete) {
            return new Incomplete(this, incomplete, scales, draw);
        }
        return received(((SyndromeCode.Decoded) outcome).symbols(), scales, draw);
    }

    /** Learns how the symbols of a message go with side information as another sender's would be decoded with. */
    public void learn(ConditionalLaw law, Received message, Draw draw, float[] side, float @Nullable [] magnitude) {
        law.learn(message.symbols(), contexts(message.scales(), draw), classes(side, magnitude, message.scales()));
    }

    /**
     * The plan for senders like one with this draw.
     *
     * @param scales of the parts as theirs may be, such as the means of the first group's
     * @param margin checks per bit above the entropy, such as {@link #margin} where the law is known
     */
    public DiscusPlan plan(
            ConditionalLaw law, Draw draw, float[] side, float @Nullable [] magnitude, float[] scales, double margin) {
        return DiscusPlan.of(law, contexts(scales, draw), classes(side, magnitude, scales), margin);
    }

    /** The plan with the margin that a law learned from others' messages needs. */
    public DiscusPlan plan(ConditionalLaw law, Draw draw, float[] side, float @Nullable [] magnitude, float[] scales) {
        double margin = DiscusPlan.margin(Blocks.of(length()).length(), law);
        return plan(law, draw, side, magnitude, scales, margin);
    }

    /**
     * The plan in an announcement, for vectors of this code.
     *
     * @throws starling.codes.MalformedMessageException when it is none, or one that does not fit their length
     */
    public DiscusPlan readPlan(byte[] announcement) {
        return DiscusPlan.read(announcement, levels, length());
    }

    /** The margin that vectors of this length need where the law is known. */
    public static double margin(int length) {
        return DiscusPlan.margin(Blocks.of(length).length());
    }

    private int[] quantized(float[] vector, float[] scales, Draw draw) {
        RandomStream dither = draw.own(DITHER);
        int[] quantized = new int[vector.length];
        int place = 0;
        for (int part = 0; part < parts.length; part++) {
            for (int end = place + parts[part]; place < end; place++) {
                if (scales[part] > 0) {
                    double steps = (double) vector[place] * levels / scales[part];
                    quantized[place] = (int) Math.rint(steps + dither.dither(place));
                }
            }
        }
        return quantized;
    }

    private Received received(int[] quantized, float[] scales, Draw draw) {
        RandomStream dither = draw.own(DITHER);
        float[] vector = new float[quantized.length];
        int place = 0;
        for (int part = 0; part < parts.length; part++) {
            for (int end = place + parts[part]; place < end; place++) {
                double steps = quantized[place] - dither.dither(place);
                vector[place] = scales[part] > 0 ? Finite.nearest(steps * scales[part] / levels) : 0;
            }
        }
        return new Received(scales, quantized, vector);
    }

    private int[] contexts(float[] scales, Draw draw) {
        RandomStream dither = draw.own(DITHER);
        int[] contexts = new int[length()];
        int place = 0;
        for (int part = 0; part < parts.length; part++) {
            for (int end = place + parts[part]; place < end; place++) {
                contexts[place] = scales[part] > 0 ? IntegerModel.ditherContext(dither.dither(place), DITHERS) : SILENT;
            }
        }
        return contexts;
    }

    private int[] classes(float[] side, float @Nullable [] magnitude, float[] scales) {
        if (side.length != length() || (magnitude != null && magnitude.length != length())) {
            throw new IllegalArgumentException(
                    "side information must be as long as the vector, " + length() + ": " + side.length);
        }
        int[] classes = new int[side.length];
        int place = 0;
        for (int part = 0; part < parts.length; part++) {
            double steps = scales[part] > 0 ? levels / (double) scales[part] : 0;
            for (int end = place + parts[part]; place < end; place++) {
                int size = above(SIDE_BORDERS, Math.abs(side[place] * steps));
                int signed = (side[place] < 0 ? -size : size) + SIDE_BORDERS.length;
                int expected = magnitude == null ? 0 : above(MAGNITUDE_BORDERS, magnitude[place] * steps);
                classes[place] = signed * MAGNITUDES + expected;
            }
        }
        return classes;
    }

    /** How many borders a number exceeds. */
    private static int above(double[] borders, double number) {
        int count = 0;
        while (count < borders.length && number > borders[count]) {
            count++;
        }
        return count;
    }
}
