package starling.codes.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import starling.codes.MalformedMessageException;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.GradientEncoder;
import starling.codes.gradient.Properties;
import starling.codes.gradient.SideInformationCode;
import starling.codes.gradient.SketchCode;
import starling.codes.random.Draw;

/** Each check alone: what it says of a sound code, which faults it sees, and how small they may be. */
class ChecksTest {
    private static final GradientCode SOUND = new NoisyFloats();

    /** Says less of itself, so that the checks by many nodes and vectors do not apply. */
    private static class Modest extends NoisyFloats {
        @Override
        public Properties properties(int length) {
            return new Properties(false, false, bound(length), 32.0 * length, false);
        }
    }

    private static Map<String, Finding> findings(GradientCode code) {
        Map<String, Finding> findings = new LinkedHashMap<>();
        for (Finding finding : ConformanceSuite.check(code)) {
            findings.put(finding.check(), finding);
        }
        return findings;
    }

    private static Set<String> failures(GradientCode code) {
        Set<String> failed = new TreeSet<>();
        findings(code).forEach((check, finding) -> {
            if (!finding.passed()) {
                failed.add(check.split(",", 2)[0]);
            }
        });
        return failed;
    }

    /** The numbers in a sentence. */
    private static double[] numbers(String sentence) {
        Matcher matcher = Pattern.compile("-?\\d+(\\.\\d+)?(E-?\\d+)?").matcher(sentence);
        return matcher.results().mapToDouble(r -> Double.parseDouble(r.group())).toArray();
    }

    @Test
    void whatIsSaidOfASoundCode() {
        Map<String, Finding> findings = findings(SOUND);
        assertEquals(
                List.of(
                        "zeros",
                        "extremes",
                        "refusals",
                        "determinism",
                        "bits",
                        "hostile bytes",
                        "bias and variance, bell shaped",
                        "a thousand nodes, bell shaped",
                        "bias and variance, falling",
                        "a thousand nodes, falling",
                        "bias and variance, (1, 1/2, 0, ...)",
                        "a thousand nodes, (1, 1/2, 0, ...)",
                        "independent error",
                        "error feedback",
                        "blocks"),
                List.copyOf(findings.keySet()));
        Map<String, String> said = new LinkedHashMap<>();
        findings.forEach((check, finding) -> {
            assertTrue(finding.passed(), check + ": " + finding.detail());
            said.put(check, finding.detail());
        });
        assertEquals("zero vectors decode to zeros", said.get("zeros"));
        assertEquals("all numbers decoded are finite", said.get("extremes"));
        assertEquals("what is not finite or empty is refused", said.get("refusals"));
        assertEquals("same arguments, same bytes and numbers", said.get("determinism"));
        assertEquals("blocks and whole agree", said.get("blocks"));
        assertEquals(
                "32 bits for 1 numbers, raw 32. 3200 bits for 100 numbers, raw 3200. 524288 bits for 16384 numbers,"
                        + " raw 524288.",
                said.get("bits"));
        // Cuts: all 4 and 20 bytes, 200 of the longer ones; 400 flips and 400 others for each of four lengths.
        double[] hostile = numbers(String.valueOf(said.get("hostile bytes")));
        assertEquals(224 + 200 + 8 * 400, hostile[1]);
        assertTrue(hostile[0] > 424 + 1200 && hostile[0] < hostile[1], "refused " + hostile[0]);
        // gamma = 48 WIDTH^2 / 12 = 1, so that eta = gamma (gamma + 1) = 2.
        double[] feedback = numbers(String.valueOf(said.get("error feedback")));
        assertEquals(2, feedback[1], 1e-4);
        assertTrue(feedback[0] > 0.01 && feedback[0] < 2, "residual " + feedback[0]);
        double[] independent = numbers(String.valueOf(said.get("independent error")));
        assertTrue(independent[0] > 0 && independent[0] < 2.7 * Math.sqrt(2.0 / 2000), "distance " + independent[0]);
        assertTrue(independent[1] != 0 && Math.abs(independent[1]) < 5 / Math.sqrt(4000), "correlation");
    }

    /** For (1, 1/2, 0, ...) of 16 numbers: 16 (1/2)^2 / 12 over 1.25; 1 000 vectors keep within 4 %. */
    @Test
    void errorsAreMeasuredRelativeToTheVector() {
        float[] x = Vectors.spikes(16);
        double[] seen = numbers(Statistics.seeds(Subject.of(SOUND), x));
        assertEquals(1 / 3.0 / 1.25, seen[0], 0.04 / 3.75);
        assertEquals(NoisyFloats.bound(16), seen[1]);
        double ratio =
                Double.parseDouble(Statistics.nodes(Subject.of(SOUND), x).replaceAll(".* has (\\S+) times .*", "$1"));
        // A chi square with 80 degrees of freedom over 80, within six deviations.
        assertEquals(1, ratio, 0.95);
    }

    /** A bias of one number: 6 deviations are 6/sqrt(12 000) = 0.055 of the width, 0.1 is seen and 0.01 is not. */
    @ParameterizedTest
    @ValueSource(ints = {0, 20, 36})
    void aBiasOfOneNumberIsSeen(int place) {
        float[] x = Vectors.falling(37);
        for (double sign : new double[] {-1, 1}) {
            assertThrows(
                    ConformanceSuite.Failure.class, () -> Statistics.seeds(Subject.of(shifted(place, 0.1 * sign)), x));
            Statistics.seeds(Subject.of(shifted(place, 0.01 * sign)), x);
        }
    }

    private static GradientCode shifted(int place, double shift) {
        return new NoisyFloats() {
            @Override
            double error(Draw draw, int i, float x, float dither) {
                return dither + (i == place ? shift : 0);
            }
        };
    }

    /** The squared error of 37 numbers and 1 000 vectors is known to 0.5 %: 10 % too much or too little is seen, 1 % is not. */
    @Test
    void wrongFormulasAndBoundsAreSeen() {
        float[] x = Vectors.falling(37);
        for (double factor : new double[] {0.9, 1.1}) {
            assertThrows(
                    ConformanceSuite.Failure.class, () -> Statistics.seeds(Subject.of(stating(factor, 2, true)), x));
        }
        for (double factor : new double[] {0.99, 1.01}) {
            Statistics.seeds(Subject.of(stating(factor, 2, true)), x);
        }
        // The bound is reached by a vector of one number; the error keeps it to what chance does, the formula exactly.
        float[] one = new float[37];
        one[5] = -1;
        Statistics.seeds(Subject.of(stating(1, 1, true)), one);
        assertThrows(ConformanceSuite.Failure.class, () -> Statistics.seeds(Subject.of(stating(0.99, 0.9, true)), one));
        assertThrows(ConformanceSuite.Failure.class, () -> Statistics.seeds(Subject.of(stating(1, 0.999, true)), one));
        Statistics.seeds(Subject.of(stating(0.98, 0.985, true)), one);
        // What is said to be biased may be.
        assertEquals("biased: does not apply", Statistics.nodes(Subject.of(stating(1, 2, false)), x));
        GradientCode biased = new NoisyFloats() {
            @Override
            public Properties properties(int length) {
                return new Properties(false, true, 2 * bound(length), 32.0 * length, false);
            }

            @Override
            public double meanSquaredError(float[] vector, int from, int to) {
                return super.meanSquaredError(vector, from, to) * (1 + 12 * 0.04);
            }

            @Override
            double error(Draw draw, int i, float x, float dither) {
                return dither + 0.2;
            }
        };
        Statistics.seeds(Subject.of(biased), x);
    }

    /** Formula and bound times a factor each. */
    private static GradientCode stating(double formula, double bound, boolean unbiased) {
        return new NoisyFloats() {
            @Override
            public Properties properties(int length) {
                return new Properties(unbiased, true, bound * bound(length), 32.0 * length, false);
            }

            @Override
            public double meanSquaredError(float[] vector, int from, int to) {
                return formula * super.meanSquaredError(vector, from, to);
            }
        };
    }

    /** Over 1 000 nodes and 5 rounds a bias b has the ratio 1 + 12 000 b^2 in widths: 0.05 gives 31, 0.01 gives 2.2. */
    @Test
    void nodesShowSmallBiases() {
        float[] x = Vectors.bell(48, 5);
        assertThrows(ConformanceSuite.Failure.class, () -> Statistics.nodes(Subject.of(everywhere(0.05)), x));
        Statistics.nodes(Subject.of(everywhere(0.01)), x);
    }

    private static GradientCode everywhere(double shift) {
        return new NoisyFloats() {
            @Override
            double error(Draw draw, int i, float x, float dither) {
                return dither + shift;
            }
        };
    }

    @Test
    void errorsThatKnowTheSignalAreSeen() {
        GradientCode narrower = new NoisyFloats() {
            @Override
            double error(Draw draw, int i, float x, float dither) {
                return Math.abs(x) < 0.4 ? 0.6 * dither : dither;
            }
        };
        assertThrows(ConformanceSuite.Failure.class, () -> Statistics.independence(Subject.of(narrower)));
        for (double sign : new double[] {-1, 1}) {
            GradientCode correlated = new NoisyFloats() {
                @Override
                double error(Draw draw, int i, float x, float dither) {
                    return dither + (i == 7 ? 0.1 * sign * x : 0);
                }
            };
            assertThrows(ConformanceSuite.Failure.class, () -> Statistics.independence(Subject.of(correlated)));
        }
        assertEquals("not claimed", Statistics.independence(Subject.of(new Modest())));
    }

    /** A code whose messages change in a way that the receiver does not see, or that changes what it was given. */
    private static class Careless extends Modest {
        private final int length;
        private boolean odd;

        Careless(int length) {
            this.length = length;
        }

        @Override
        public byte[] encode(float[] vector, int from, int to, Draw draw) {
            byte[] message = super.encode(vector, from, to, draw);
            if (to - from == length) {
                message[3] = (byte) (odd ? 0 : 1);
                odd = !odd;
            }
            return message;
        }

        @Override
        public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
            byte[] kept = message.clone();
            if (kept.length > 3) {
                kept[3] = 0;
            }
            super.decode(kept, draw, into, from, to);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 31, 64, 300})
    void whatIsNotTheSameTwiceIsFound(int length) {
        assertTrue(failures(new Careless(length)).contains("determinism"));
        assertEquals(Set.of(), failures(new Careless(299)));
        GradientCode changesVector = new Modest() {
            @Override
            public byte[] encode(float[] vector, int from, int to, Draw draw) {
                byte[] message = super.encode(vector, from, to, draw);
                vector[to - 1] += to - from == length ? 1 : 0;
                return message;
            }
        };
        assertTrue(failures(changesVector).contains("determinism"));
        GradientCode changesMessage = new Modest() {
            @Override
            public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
                super.decode(message, draw, into, from, to);
                message[0] ^= (byte) (to - from == length ? 1 : 0);
            }
        };
        assertTrue(failures(changesMessage).contains("determinism"));
        for (int off : new int[] {-1, 0}) {
            GradientCode writesOutside = new Modest() {
                @Override
                public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
                    super.decode(message, draw, into, from, to);
                    if (to - from == length && from > 0 && to < into.length) {
                        into[off < 0 ? from - 1 : to] = 3;
                    }
                }
            };
            assertTrue(failures(writesOutside).contains("determinism"));
        }
    }

    @Test
    void partsAndWrongNumbersThatAreNotRefusedAreFound() {
        for (int left : new int[] {2, 6}) {
            GradientCode lenient = new Modest() {
                @Override
                public byte[] encode(float[] vector, int from, int to, Draw draw) {
                    return to == left && vector.length == 5 ? new byte[0] : super.encode(vector, from, to, draw);
                }
            };
            assertEquals(Set.of("refusals"), failures(lenient));
        }
        for (int place : new int[] {0, 8, 16}) {
            for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                GradientCode lenient = new Modest() {
                    @Override
                    public byte[] encode(float[] vector, int from, int to, Draw draw) {
                        boolean let = vector.length == 17 && Float.compare(vector[place], wrong) == 0;
                        return let ? new byte[0] : super.encode(vector, from, to, draw);
                    }
                };
                Set<String> failed = new HashSet<>();
                failed.addAll(failures(lenient));
                assertEquals(Set.of("refusals"), failed);
            }
        }
    }

    @Test
    void zerosAndExtremesAreTriedAtAllLengths() {
        for (int length : new int[] {1, 2, 7, 64, 1000}) {
            GradientCode code = new Modest() {
                @Override
                public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
                    super.decode(message, draw, into, from, to);
                    boolean zeros = true;
                    for (int i = from; i < to; i++) {
                        zeros &= into[i] == 0;
                    }
                    into[to - 1] = zeros && to - from == length ? Float.MIN_VALUE : into[to - 1];
                }
            };
            assertTrue(failures(code).contains("zeros"));
        }
    }

    /** Entropy coded messages may be shorter than the raw bits, and 2 % and 1 024 bits longer; others by 16 bits and 1e-4. */
    @Test
    void bitsAreComparedWithWhatIsStated() {
        assertEquals(Set.of(), failures(bits(0, 1, true)));
        assertEquals(Set.of(), failures(bits(0, 3, true)));
        assertEquals(Set.of(), failures(bits(-1000, 1, true)));
        assertEquals(Set.of("bits"), failures(bits(-1060, 1, true)));
        assertEquals(Set.of("bits"), failures(bits(0, 0.97, true)));
        assertEquals(Set.of(), failures(bits(15, 1, false)));
        assertEquals(Set.of(), failures(bits(-15, 1.00005, false)));
        assertEquals(Set.of("bits"), failures(bits(18, 1, false)));
        assertEquals(Set.of("bits"), failures(bits(-18, 1, false)));
        assertEquals(Set.of("bits"), failures(bits(0, 1.001, false)));
    }

    private static GradientCode bits(double more, double factor, boolean entropyCoded) {
        return new NoisyFloats() {
            @Override
            public Properties properties(int length) {
                return new Properties(false, false, bound(length), more + factor * 32 * length, entropyCoded);
            }
        };
    }

    /** Bytes behind a message: any number of them, zeros or not. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 9})
    void bytesBehindAMessageAreFound(int more) {
        for (int last : new int[] {0, 255}) {
            GradientCode code = new NoisyFloats() {
                @Override
                public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
                    int own = 4 * (to - from);
                    boolean let = message.length == own + more && (message[own] & 0xff) == last;
                    super.decode(let ? Arrays.copyOf(message, own) : message, draw, into, from, to);
                }
            };
            assertThrows(ConformanceSuite.Failure.class, () -> Hostile.check(Subject.of(code)));
        }
    }

    /** Of a short message every proper beginning, one to three flipped bits nearly everywhere, and any bytes of other lengths. */
    @Test
    void damageIsOfEveryKind() {
        List<byte[]> given = new ArrayList<>();
        List<byte[]> sent = new ArrayList<>();
        GradientCode code = new Modest() {
            @Override
            public byte[] encode(float[] vector, int from, int to, Draw draw) {
                byte[] message = super.encode(vector, from, to, draw);
                if (to - from == 5) {
                    sent.add(message);
                }
                return message;
            }

            @Override
            public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
                if (to - from == 5) {
                    given.add(message);
                }
                super.decode(message, draw, into, from, to);
            }
        };
        Hostile.check(Subject.of(code));
        byte[] message = sent.get(0);
        for (int cut = 0; cut < message.length; cut++) {
            byte[] beginning = Arrays.copyOf(message, cut);
            assertTrue(given.stream().anyMatch(bytes -> Arrays.equals(bytes, beginning)), "cut to " + cut);
        }
        Set<Integer> flips = new TreeSet<>();
        Set<Integer> bits = new TreeSet<>();
        List<byte[]> others = new ArrayList<>();
        for (byte[] bytes : given) {
            BitSet changed = BitSet.valueOf(bytes);
            changed.xor(BitSet.valueOf(message));
            if (bytes.length == message.length && changed.cardinality() <= 3) {
                flips.add(changed.cardinality());
                changed.stream().forEach(bits::add);
            } else {
                others.add(bytes);
            }
        }
        assertTrue(flips.containsAll(Set.of(1, 2, 3)), "flips of " + flips);
        assertTrue(bits.size() > 7 * message.length, "bits flipped anywhere: " + bits.size());
        assertTrue(others.stream().anyMatch(bytes -> bytes.length > 4 && only(bytes, -1)));
        assertTrue(others.stream().anyMatch(bytes -> bytes.length > 4 && only(bytes, 0)));
        assertTrue(others.stream()
                .anyMatch(bytes -> bytes.length > 12
                        && Arrays.equals(bytes, 0, 8, message, 0, 8)
                        && !Arrays.equals(bytes, 8, 12, message, 8, 12)
                        && !only(Arrays.copyOfRange(bytes, 8, bytes.length), 0)));
        assertTrue(others.stream().anyMatch(bytes -> bytes.length > message.length + 9));
    }

    private static boolean only(byte[] bytes, int value) {
        for (byte found : bytes) {
            if (found != value) {
                return false;
            }
        }
        return true;
    }

    @Test
    void damageThatIsNotRefusedRightIsFound() {
        for (int kind = 0; kind < 3; kind++) {
            int which = kind;
            GradientCode code = new Modest() {
                @Override
                public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
                    try {
                        super.decode(message, draw, into, from, to);
                    } catch (MalformedMessageException e) {
                        int own = 4 * (to - from);
                        if (which == 0 && message.length == own) {
                            into[to - 1] = Float.NaN;
                        } else if (which == 1 && message.length == own - 1) {
                            into[from] = Float.POSITIVE_INFINITY;
                        } else if (which == 2 && message.length == 0) {
                            throw new ArrayIndexOutOfBoundsException(0);
                        } else {
                            throw e;
                        }
                    }
                }
            };
            assertEquals(Set.of("hostile bytes"), failures(code));
        }
    }

    /** The draws of error feedback have the seed 6 and the node 1: with twelve times the noise residuals go beyond. */
    @Test
    void residualsBeyondTheBoundAreFound() {
        assertEquals(Set.of("error feedback"), failures(louder(12, true, 1)));
        assertEquals(Set.of(), failures(louder(1.1, true, 1)));
        // By contraction: gamma = 0.01 for 48 numbers allows 0.0123 B at least, where ten times the noise alone leaves
        // 0.06 B.
        assertEquals(Set.of("error feedback"), failures(louder(10, false, 0.1)));
        assertEquals(Set.of(), failures(louder(1, false, 0.1)));
        // Without a contraction nothing is promised.
        assertEquals(Set.of(), failures(louder(12, false, 1)));
    }

    private static GradientCode louder(double factor, boolean unbiased, double size) {
        return new NoisyFloats() {
            @Override
            public Properties properties(int length) {
                return new Properties(unbiased, true, size * size * bound(length), 32.0 * length, false);
            }

            @Override
            public double meanSquaredError(float[] vector, int from, int to) {
                return size * size * super.meanSquaredError(vector, from, to);
            }

            @Override
            double error(Draw draw, int i, float x, float dither) {
                return size * (draw.seed() == 6 && draw.node() == 1 ? factor * dither : dither);
            }
        };
    }

    /** Blocks of 20: of 50 numbers the last has 10; one that is not what it is alone. */
    @Test
    void blocksThatDifferAreFound() {
        for (int left : new int[] {1, 10, 20}) {
            GradientCode code = new Modest() {
                @Override
                double error(Draw draw, int i, float x, float dither) {
                    return dither;
                }

                @Override
                public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
                    super.decode(message, draw, into, from, to);
                    if (draw.block() > 0 && to - from == left && from > 0) {
                        into[to - 1] += 1;
                    }
                }
            };
            assertEquals(Set.of("blocks"), failures(code));
        }
    }

    /** A sketch that is the decoded vector, with noise that all nodes share; the sum is off by a share of each. */
    private static GradientCode sketching(double share, double shift) {
        class Sketching extends NoisyFloats implements SketchCode {
            @Override
            public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
                super.decode(message, draw.withNode(0), into, from, to);
            }

            @Override
            double error(Draw draw, int i, float x, float dither) {
                return dither + shift;
            }

            @Override
            public Properties properties(int length) {
                return new Properties(true, true, (1 + 12 * shift * shift) * bound(length), 32.0 * length, false);
            }

            @Override
            public double meanSquaredError(float[] vector, int from, int to) {
                return (1 + 12 * shift * shift) * super.meanSquaredError(vector, from, to);
            }

            @Override
            public int sketchLength(int length) {
                return length;
            }

            @Override
            public void addSketch(byte[] message, Draw draw, int length, double weight, double[] sum) {
                float[] decoded = decode(message, draw, length);
                for (int i = 0; i < length; i++) {
                    sum[i] += weight * decoded[i] * (1 + share);
                }
            }

            @Override
            public void reconstruct(double[] sum, Draw draw, float[] into, int from, int to) {
                for (int i = from; i < to; i++) {
                    into[i] = (float) sum[i - from];
                }
            }
        }

        return new Sketching();
    }

    @Test
    void sumsOfSketchesAreComparedWithSumsOfVectors() {
        Map<String, Finding> findings = findings(sketching(0, 0));
        assertTrue(findings.values().stream().allMatch(Finding::passed));
        assertEquals(
                "sums before and after decoding agree",
                findings.get("sums of sketches") == null
                        ? ""
                        : findings.get("sums of sketches").detail());
        assertEquals(Set.of(), failures(sketching(1e-6, 0)));
        assertEquals(Set.of("sums of sketches"), failures(sketching(1e-4, 0)));
        assertEquals(Set.of("sums of sketches"), failures(sketching(-1e-4, 0)));
    }

    /** Nodes that share draws are each given a round of their own: a bias of b widths makes the ratio 1 + 12 000 b^2. */
    @Test
    void sketchesShowTheirBias() {
        float[] x = Vectors.bell(48, 5);
        String said = Statistics.nodes(Subject.of(sketching(0, 0)), x);
        assertEquals(1, Double.parseDouble(said.replaceAll(".* has (\\S+) times .*", "$1")), 0.5);
        assertThrows(ConformanceSuite.Failure.class, () -> Statistics.nodes(Subject.of(sketching(0, 0.05)), x));
    }

    /** The receiver's numbers come as near to the distance asked for as 0.9995 times it, and are drawn anew for each draw. */
    @Test
    void sideInformationIsAsCloseAsAskedFor() {
        double closeness = 0.25;
        double[] furthest = new double[1];
        Set<Float> firsts = new HashSet<>();
        NoisyFloats inner = new NoisyFloats();
        SideInformationCode code = new SideInformationCode() {
            @Override
            public String name() {
                return inner.name();
            }

            @Override
            public Properties properties(int length) {
                return inner.properties(length);
            }

            @Override
            public byte[] encode(float[] vector, int from, int to, Draw draw) {
                return inner.encode(vector, from, to, draw);
            }

            @Override
            public void decode(byte[] message, Draw draw, float[] side, float[] into, int from, int to) {
                inner.decode(message, draw, into, from, to);
                if (to - from == 16 && message[0] == 0x3f) {
                    firsts.add(side[from]);
                    furthest[0] = Math.max(furthest[0], Math.abs(side[from] - 1));
                }
            }
        };
        List<Finding> findings = ConformanceSuite.check(code, closeness);
        assertEquals(13, findings.size());
        for (Finding finding : findings) {
            assertTrue(finding.passed(), finding.toString());
        }
        assertTrue(furthest[0] <= closeness && furthest[0] > 0.98 * closeness, "distance " + furthest[0]);
        assertTrue(firsts.size() > 500, firsts.size() + " draws of side information");
        assertThrows(IllegalArgumentException.class, () -> ConformanceSuite.check(code, -1));
        assertThrows(IllegalArgumentException.class, () -> ConformanceSuite.check(code, Double.NaN));
    }

    /** A bit in any of the twelve messages, or in what one is decoded to, changes the fingerprint. */
    @Test
    void fingerprintsKnowEveryMessageAndEveryVector() {
        Set<Long> seen = new HashSet<>();
        long sound = ConformanceSuite.fingerprint(SOUND);
        assertEquals(sound, ConformanceSuite.fingerprint(new NoisyFloats()));
        seen.add(sound);
        for (int node = 0; node < 12; node++) {
            int which = node;
            GradientCode otherBytes = new NoisyFloats() {
                @Override
                public byte[] encode(float[] vector, int from, int to, Draw draw) {
                    byte[] message = super.encode(vector, from, to, draw);
                    message[message.length - 1] ^= (byte) (draw.node() == which ? 1 : 0);
                    return message;
                }
            };
            GradientCode otherNumbers = new NoisyFloats() {
                @Override
                public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
                    super.decode(message, draw, into, from, to);
                    into[to - 1] = draw.node() == which ? Math.nextUp(into[to - 1]) : into[to - 1];
                }
            };
            assertTrue(seen.add(ConformanceSuite.fingerprint(otherBytes)), "message " + node);
            assertTrue(seen.add(ConformanceSuite.fingerprint(otherNumbers)), "vector " + node);
        }
        GradientEncoder encoder = new GradientEncoder() {
            @Override
            public String name() {
                return SOUND.name();
            }

            @Override
            public Properties properties(int length) {
                return SOUND.properties(length);
            }

            @Override
            public byte[] encode(float[] vector, int from, int to, Draw draw) {
                return SOUND.encode(vector, from, to, draw);
            }
        };
        assertNotEquals(sound, ConformanceSuite.fingerprint(encoder));
    }

    /** Mean 0 and variance 1 of 10^5 sums, within five deviations; the others by their formulas. */
    @Test
    void vectorsAreWhatTheirNamesSay() {
        float[] bell = Vectors.bell(100_000, 3);
        double mean = 0;
        double square = 0;
        for (float x : bell) {
            mean += x / 1e5;
            square += (double) x * x / 1e5;
            assertTrue(Math.abs(x) < 6);
        }
        assertEquals(0, mean, 5 / Math.sqrt(1e5));
        assertEquals(1, square, 5 * Math.sqrt(1.9 / 1e5));
        float[] skewed = Vectors.skewed(100, 3);
        float[] falling = Vectors.falling(37);
        for (int i = 0; i < 37; i++) {
            assertEquals(Math.pow(bell[i], 5), skewed[i], 1e-5 * Math.abs(skewed[i]));
            assertEquals(Math.pow(0.92, i) * (i % 3 == 1 ? -1 : 1), falling[i], 1e-6);
        }
        Map<String, float[]> extreme = Vectors.extreme();
        boolean negative = false;
        for (float x : extreme.getOrDefault("largest numbers", new float[1])) {
            assertEquals(Float.MAX_VALUE, Math.abs(x));
            negative |= x < 0;
        }
        assertTrue(negative);
        float least = 0;
        for (float x : extreme.getOrDefault("smallest numbers", new float[1])) {
            assertTrue(Math.abs(x) <= 12 * Float.MIN_VALUE);
            least = Math.max(least, Math.abs(x));
        }
        assertTrue(least > 0);
        float[] mixed = extreme.getOrDefault("largest and smallest numbers", new float[1]);
        assertEquals(33, mixed.length);
        for (int i = 0; i < 33; i++) {
            double size = Math.abs(mixed[i]);
            assertTrue(i % 3 == 0 ? size > 0x1p110 : i % 3 == 1 ? size < 0x1p-144 : size == 0, "number " + i);
        }
    }
}
