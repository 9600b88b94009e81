package starling.codes.conformance;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import starling.codes.gradient.BlockedCode;
import starling.codes.gradient.ErrorFeedback;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.GradientEncoder;
import starling.codes.gradient.Properties;
import starling.codes.gradient.SideInformationCode;
import starling.codes.gradient.SketchCode;
import starling.codes.random.Draw;

/**
 * Holds a code to the contract of {@link GradientCode} and to its own {@link Properties}: zeros, extremes, refusals,
 * determinism, bits, bias (over 1 000 seeds, and over 1 000 nodes in one round), variance against formula and bound,
 * independence of the error, the residual under error feedback, blocks, sums of sketches, hostile bytes.
 *
 * <p>The statistical checks hold for a code that is as it says but for a probability below 10^-3 in all over the seeds;
 * seeds are fixed, so that a code either passes always or never. Takes a second or so per code.
 */
public final class ConformanceSuite {
    private final Subject subject;
    private final List<Finding> findings = new ArrayList<>();

    private ConformanceSuite(Subject subject) {
        this.subject = subject;
    }

    /** All checks that apply to a code; none throws. */
    public static List<Finding> check(GradientCode code) {
        ConformanceSuite suite = new ConformanceSuite(Subject.of(code));
        suite.checkAll();
        suite.run("error feedback", () -> errorFeedback(code));
        suite.run("blocks", () -> blocks(code));
        if (code instanceof SketchCode sketch) {
            suite.run("sums of sketches", () -> sketches(sketch));
        }
        return List.copyOf(suite.findings);
    }

    /**
     * The same for a receiver that holds numbers within {@code closeness} times the largest magnitude of those sent; the
     * code's properties are those that it has there.
     */
    public static List<Finding> check(SideInformationCode code, double closeness) {
        if (!(closeness > 0)) {
            throw new IllegalArgumentException("side information is within a positive distance: " + closeness);
        }
        ConformanceSuite suite = new ConformanceSuite(Subject.of(code, closeness));
        suite.checkAll();
        return List.copyOf(suite.findings);
    }

    /**
     * A checksum of the messages of fixed vectors under fixed draws, and of the vectors decoded where nothing else is needed
     * for that: the same on every machine and for ever.
     */
    public static long fingerprint(GradientEncoder code) {
        CRC32 sum = new CRC32();
        List<float[]> vectors = new ArrayList<>(Vectors.ordinary().values());
        vectors.addAll(Vectors.extreme().values());
        vectors.add(new float[3]);
        for (int i = 0; i < vectors.size(); i++) {
            float[] x = vectors.get(i);
            Draw draw = new Draw(1234567, i, 3, 0);
            byte[] message = code.encode(x, draw);
            sum.update(message);
            sum.update(message.length);
            if (code instanceof GradientCode whole) {
                ByteBuffer decoded = ByteBuffer.allocate(Float.BYTES * x.length);
                decoded.asFloatBuffer().put(whole.decode(message, draw, x.length));
                sum.update(decoded);
            }
        }
        return sum.getValue();
    }

    private void checkAll() {
        run("zeros", this::zeros);
        run("extremes", this::extremes);
        run("refusals", this::refusals);
        run("determinism", this::determinism);
        run("bits", this::bits);
        run("hostile bytes", () -> Hostile.check(subject));
        for (Map.Entry<String, float[]> vector : Vectors.ordinary().entrySet()) {
            run("bias and variance, " + vector.getKey(), () -> Statistics.seeds(subject, vector.getValue()));
            run("a thousand nodes, " + vector.getKey(), () -> Statistics.nodes(subject, vector.getValue()));
        }
        run("independent error", () -> Statistics.independence(subject));
    }

    /** Says what was seen, or throws {@link Failure}. */
    interface Check {
        String run();
    }

    /** A check failed; the sentence says why. */
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String sentence;

        Failure(String sentence) {
            super(sentence);
            this.sentence = sentence;
        }
    }

    static void require(boolean holds, String sentence) {
        if (!holds) {
            throw new Failure(sentence);
        }
    }

    private void run(String name, Check check) {
        try {
            findings.add(Finding.passed(name, check.run()));
        } catch (Failure failure) {
            findings.add(Finding.failed(name, failure.sentence));
        } catch (RuntimeException thrown) {
            findings.add(Finding.failed(name, "threw " + thrown));
        }
    }

    private String zeros() {
        for (int length : new int[] {1, 2, 7, 64, 1000}) {
            float[] zeros = new float[length];
            Draw draw = new Draw(1, 2, 3, 0);
            for (float x : subject.decode(subject.encoder().encode(zeros, draw), draw, zeros)) {
                require(x == 0, "the zero vector of " + length + " decodes to " + x);
            }
        }
        return "zero vectors decode to zeros";
    }

    private String extremes() {
        Vectors.extreme().forEach((name, x) -> {
            for (long seed = 0; seed < 20; seed++) {
                for (float y : subject.roundTrip(x, new Draw(seed, 1, 1, 0))) {
                    require(Float.isFinite(y), name + " decodes to " + y);
                }
            }
        });
        return "all numbers decoded are finite";
    }

    private String refusals() {
        Draw draw = new Draw(1, 2, 3, 0);
        for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            for (int place : new int[] {0, 8, 16}) {
                float[] x = Vectors.bell(17, 3);
                x[place] = wrong;
                requireRefused(x, 0, x.length, draw, wrong + " at " + place);
            }
        }
        float[] x = Vectors.bell(5, 3);
        requireRefused(x, 2, 2, draw, "an empty part");
        requireRefused(x, 3, 6, draw, "a part that ends beyond");
        return "what is not finite or empty is refused";
    }

    private void requireRefused(float[] x, int from, int to, Draw draw, String what) {
        try {
            subject.encoder().encode(x, from, to, draw);
        } catch (IllegalArgumentException refused) {
            return;
        }
        throw new Failure(what + " is not refused");
    }

    private String determinism() {
        for (int length : new int[] {1, 31, 64, 300}) {
            float[] x = Vectors.bell(length, length);
            Draw draw = new Draw(9, 8, 7, 0);
            float[] kept = x.clone();
            byte[] message = subject.encoder().encode(x, draw);
            require(Arrays.equals(x, kept), "the vector is changed by encoding");
            require(Arrays.equals(message, subject.encoder().encode(x, draw)), "the same vector gives other bytes");
            float[] larger = new float[length + 13];
            System.arraycopy(x, 0, larger, 5, length);
            byte[] part = subject.encoder().encode(larger, 5, 5 + length, draw);
            require(Arrays.equals(message, part), "a part of a longer vector gives other bytes");
            float[] side = subject.side(x, 4);
            byte[] keptMessage = message.clone();
            float[] decoded = subject.decode(message, draw, side);
            require(Arrays.equals(message, keptMessage), "the message is changed by decoding");
            float[] largerSide = new float[length + 13];
            System.arraycopy(side, 0, largerSide, 5, length);
            float[] into = new float[length + 13];
            Arrays.fill(into, 42f);
            subject.decoder().decode(message, draw, largerSide, into, 5, 5 + length);
            require(
                    Arrays.equals(decoded, Arrays.copyOfRange(into, 5, 5 + length)),
                    "the same message gives other numbers within a longer vector");
            for (int i = 0; i < into.length; i++) {
                require((i >= 5 && i < 5 + length) || into[i] == 42f, "a number outside the part is written: " + i);
            }
        }
        return "same arguments, same bytes and numbers";
    }

    private String bits() {
        StringBuilder seen = new StringBuilder();
        for (int length : new int[] {1, 100, 1 << 14}) {
            Properties properties = subject.encoder().properties(length);
            int bits = 8 * subject.encoder().encode(Vectors.skewed(length, 2), new Draw(3, 1, 4, 0)).length;
            seen.append(bits).append(" bits for ").append(length).append(" numbers, raw ");
            seen.append(Math.round(properties.rawBits())).append(". ");
            if (properties.entropyCoded()) {
                require(
                        bits <= 1.02 * properties.rawBits() + 1024,
                        "skewed numbers take " + bits + " bits, more than the " + properties.rawBits() + " raw ones");
            } else {
                require(
                        Math.abs(bits - properties.rawBits()) <= 16 + 1e-4 * properties.rawBits(),
                        "a message has " + bits + " bits, not " + properties.rawBits() + " as stated");
            }
        }
        return seen.toString().strip();
    }

    /** Over 400 rounds the mean squared residual must stay below 1.5 times its bound, where one is known. */
    private static String errorFeedback(GradientCode code) {
        int length = 48;
        Properties properties = code.properties(length);
        double gamma = properties.varianceBound();
        double beta = properties.unbiased() ? ErrorFeedback.bestBeta(gamma) : 1;
        double eta = properties.unbiased()
                ? ErrorFeedback.residualBound(gamma, beta)
                : ErrorFeedback.contractionBound(gamma, beta);
        ErrorFeedback feedback = new ErrorFeedback(code, length, beta);
        double residuals = 0;
        double squares = 0;
        for (int round = 0; round < 400; round++) {
            float[] gradient = Vectors.bell(length, 1000 + round);
            squares = Math.max(squares, squaredNorm(gradient));
            feedback.encode(gradient, new Draw(6, 1, round, 0));
            residuals += squaredNorm(feedback.residual()) / 400;
        }
        require(
                residuals <= 1.5 * eta * squares || eta == Double.POSITIVE_INFINITY,
                "the mean squared residual is " + residuals / squares + " B, its bound " + eta + " B");
        return "mean squared residual " + residuals / squares + " B, bound " + eta + " B";
    }

    private static String blocks(GradientCode code) {
        Draw draw = new Draw(5, 5, 5, 0);
        for (int length : new int[] {1, 20, 21, 50}) {
            float[] x = Vectors.bell(length, 11);
            BlockedCode whole = new BlockedCode(code, length);
            require(
                    Arrays.equals(
                            code.decode(code.encode(x, draw), draw, length),
                            whole.decode(whole.encode(x, draw), draw, length)),
                    "one block of " + length + " differs from the whole");
            BlockedCode blocked = new BlockedCode(code, 20);
            List<byte[]> messages = new ArrayList<>();
            blocked.encodeBlocks(x, 0, length, draw, messages::add);
            float[] decoded = new float[length];
            blocked.decodeBlocks(messages.iterator(), draw, decoded, 0, length);
            require(
                    Arrays.equals(decoded, blocked.decode(blocked.encode(x, draw), draw, length)),
                    "blocks of a vector of " + length + " differ from those in one message");
            for (int block = 0; block < messages.size(); block++) {
                int from = 20 * block;
                int to = Math.min(length, from + 20);
                float[] alone = code.decode(messages.get(block), draw.withBlock(block), to - from);
                require(
                        Arrays.equals(alone, Arrays.copyOfRange(decoded, from, to)),
                        "block " + block + " of " + length + " numbers differs from itself alone");
            }
        }
        return "blocks and whole agree";
    }

    /** The sketch of a weighted sum is the weighted sum of the messages' vectors, to 1e-5 of its length. */
    private static String sketches(SketchCode code) {
        int length = 50;
        double[] sum = new double[code.sketchLength(length)];
        double[] expected = new double[length];
        for (int node = 0; node < 5; node++) {
            Draw draw = new Draw(8, node, 2, 0);
            byte[] message = code.encode(Vectors.bell(length, node), draw);
            code.addSketch(message, draw, length, 0.5 * node - 0.7, sum);
            float[] decoded = code.decode(message, draw, length);
            for (int i = 0; i < length; i++) {
                expected[i] += (0.5 * node - 0.7) * decoded[i];
            }
        }
        float[] together = new float[length];
        code.reconstruct(sum, new Draw(8, 99, 2, 0), together, 0, length);
        double error = 0;
        double size = 0;
        for (int i = 0; i < length; i++) {
            error += (together[i] - expected[i]) * (together[i] - expected[i]);
            size += expected[i] * expected[i];
        }
        require(error <= 1e-10 * size, "the sum of sketches is off by " + Math.sqrt(error / size));
        return "sums before and after decoding agree";
    }

    private static double squaredNorm(float[] x) {
        double sum = 0;
        for (float number : x) {
            sum += (double) number * number;
        }
        return sum;
    }
}
