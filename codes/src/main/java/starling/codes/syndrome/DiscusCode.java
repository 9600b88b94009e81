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
 * SyndromeCode}. Senders of the first group use {@link DiscusPlan#plain}. From their messages the receiver makes side
 * information y, such as their mean, learns how symbols go with it and with the dither, announces a plan, and decodes the
 * second group with it.
 *
 * <p>To learn the law from the first group, a sender's symbols should be held against a mean without that sender (the law is
 * else too sharp, blocks fail, and bits are lost, though nothing becomes wrong); later rounds learn better from the second
 * group's own symbols.
 *
 * <p>Message: ||x||_inf as a float and, unless it is 0, a message of {@link SyndromeCode}. Safe for use by several threads.
 */
public final class DiscusCode {
    private static final int DITHERS = 16;

    /** Borders of |y| / kappa, and of the expected magnitude / kappa, between classes. */
    private static final double[] SIDE_BORDERS = {0.03, 0.08, 0.15, 0.25, 0.4, 0.6, 0.85, 1.2, 1.7, 2.4};

    private static final double[] MAGNITUDE_BORDERS = {0.02, 0.05, 0.1, 0.18, 0.3, 0.5, 0.9};
    private static final int MAGNITUDES = MAGNITUDE_BORDERS.length + 1;
    private static final int SIDES = (2 * SIDE_BORDERS.length + 1) * MAGNITUDES;

    private final int levels;
    private final SyndromeCode symbols;

    /** What a receiver makes of a message. */
    public sealed interface Outcome permits Received, Incomplete {}

    /**
     * A message that was understood.
     *
     * @param scale ||x||_inf
     * @param symbols q
     * @param vector the reconstruction
     */
    public record Received(float scale, int[] symbols, float[] vector) implements Outcome {}

    /** Some blocks could not be decoded: {@link #request} is to be sent, and its answer completes the message. */
    public static final class Incomplete implements Outcome {
        private final DiscusCode code;
        private final SyndromeCode.Incomplete rest;
        private final float scale;
        private final Draw draw;

        private Incomplete(DiscusCode code, SyndromeCode.Incomplete rest, float scale, Draw draw) {
            this.code = code;
            this.rest = rest;
            this.scale = scale;
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
            return code.received(rest.complete(answer), scale, draw);
        }
    }

    /**
     * @param levels M, 1 to 15
     * @param shelf of codes; both ends need the same seed
     */
    public DiscusCode(int levels, LdpcShelf shelf) {
        this.levels = levels;
        symbols = new SyndromeCode(levels, DITHERS, shelf);
    }

    /** A law for this code's symbols of which nothing is known yet. */
    public ConditionalLaw law() {
        return new ConditionalLaw(levels, DITHERS, SIDES);
    }

    /** kappa^2 / 12, the variance of the error of each number. */
    public double errorVariance(float scale) {
        return ErrorVariance.ofStep((double) scale / levels);
    }

    /**
     * The message of a vector.
     *
     * @param plan as the receiver announced it
     */
    public byte[] encode(float[] vector, Draw draw, DiscusPlan plan) {
        float scale = Finite.largest(vector, 0, vector.length);
        BitWriter message = new BitWriter(vector.length / 4);
        message.real(scale);
        if (scale > 0) {
            byte[] content = symbols.encode(quantized(vector, scale, draw), dithers(vector.length, draw), plan);
            message.bytes(content, 0, content.length);
        }
        return message.message();
    }

    /**
     * The answer to a request, by the sender, who still has the vector.
     *
     * @throws starling.codes.MalformedMessageException when the request is none
     */
    public byte[] answer(float[] vector, Draw draw, DiscusPlan plan, byte[] request) {
        float scale = Finite.largest(vector, 0, vector.length);
        if (scale == 0) {
            throw new IllegalArgumentException("a vector of zeros is never asked for again: " + vector.length);
        }
        return symbols.answer(quantized(vector, scale, draw), dithers(vector.length, draw), plan, request);
    }

    /**
     * Decodes a message of a sender of the first group, that is with the plan {@link DiscusPlan#plain}.
     *
     * @throws starling.codes.MalformedMessageException when no sender makes this message
     */
    public Received decode(byte[] message, Draw draw, int length) {
        Outcome outcome = decode(message, draw, new float[length], null, law(), DiscusPlan.plain());
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
        float scale = reader.magnitude();
        if (scale == 0) {
            reader.end();
            return new Received(0, new int[side.length], new float[side.length]);
        }
        byte[] content = Arrays.copyOfRange(message, reader.position(), message.length);
        SyndromeCode.Outcome outcome =
                symbols.decode(content, dithers(side.length, draw), classes(side, magnitude, scale), law, plan);
        if (outcome instanceof SyndromeCode.Incomplete incomplete) {
            return new Incomplete(this, incomplete, scale, draw);
        }
        return received(((SyndromeCode.Decoded) outcome).symbols(), scale, draw);
    }

    /** Learns how the symbols of a message go with side information as another sender's would be decoded with. */
    public void learn(ConditionalLaw law, Received message, Draw draw, float[] side, float @Nullable [] magnitude) {
        if (message.scale() > 0) {
            law.learn(message.symbols(), dithers(side.length, draw), classes(side, magnitude, message.scale()));
        }
    }

    /**
     * The plan for senders like one with this draw.
     *
     * @param scale as theirs may be, such as the mean of the first group's; positive
     * @param margin checks per bit above the entropy; {@link #margin} by default
     */
    public DiscusPlan plan(
            ConditionalLaw law, Draw draw, float[] side, float @Nullable [] magnitude, float scale, double margin) {
        return DiscusPlan.of(law, dithers(side.length, draw), classes(side, magnitude, scale), margin);
    }

    /** The margin that vectors of this length need by default. */
    public static double margin(int length) {
        return DiscusPlan.margin(Blocks.of(length).length());
    }

    private int[] quantized(float[] vector, float scale, Draw draw) {
        RandomStream dither = draw.own(DITHER);
        int[] quantized = new int[vector.length];
        for (int i = 0; i < quantized.length; i++) {
            double steps = (double) vector[i] * levels / scale;
            quantized[i] = (int) Math.rint(steps + dither.dither(i));
        }
        return quantized;
    }

    private Received received(int[] quantized, float scale, Draw draw) {
        RandomStream dither = draw.own(DITHER);
        float[] vector = new float[quantized.length];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = Finite.nearest((quantized[i] - dither.dither(i)) * scale / levels);
        }
        return new Received(scale, quantized, vector);
    }

    private static int[] dithers(int length, Draw draw) {
        RandomStream dither = draw.own(DITHER);
        int[] contexts = new int[length];
        for (int i = 0; i < length; i++) {
            contexts[i] = IntegerModel.ditherContext(dither.dither(i), DITHERS);
        }
        return contexts;
    }

    private int[] classes(float[] side, float @Nullable [] magnitude, float scale) {
        int[] classes = new int[side.length];
        for (int i = 0; i < classes.length; i++) {
            double y = (double) side[i] * levels / scale;
            int place = above(SIDE_BORDERS, Math.abs(y));
            int signed = (y < 0 ? -place : place) + SIDE_BORDERS.length;
            int size = magnitude == null ? 0 : above(MAGNITUDE_BORDERS, (double) magnitude[i] * levels / scale);
            classes[i] = signed * MAGNITUDES + size;
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
