package starling.codes.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import starling.codes.MalformedMessageException;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.quantize.DitheredQuantizer;
import starling.codes.quantize.HalfDitheredQuantizer;
import starling.codes.quantize.NestedPair;
import starling.codes.quantize.NestedQuantizer;
import starling.codes.quantize.Packing;
import starling.codes.quantize.ScaledSign;
import starling.codes.random.Draw;

/** The suite must find what is wrong with a code, and where: each code here breaks one promise. */
final class ConformanceSuiteTest {

    /** A sound code, for others to break. */
    private static class Sound implements GradientCode {
        final GradientCode code;

        Sound(GradientCode code) {
            this.code = code;
        }

        @Override
        public String name() {
            return code.name();
        }

        @Override
        public Properties properties(int length) {
            return code.properties(length);
        }

        @Override
        public byte[] encode(float[] vector, int from, int to, Draw draw) {
            return code.encode(vector, from, to, draw);
        }

        @Override
        public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
            code.decode(message, draw, into, from, to);
        }
    }

    private static final GradientCode DITHERED = new DitheredQuantizer(2, Packing.FIXED);
    private static final GradientCode HALF = new HalfDitheredQuantizer(2, 1, Packing.FIXED);

    /** The names of failed checks up to their first comma. */
    private static Set<String> failures(GradientCode code) {
        Set<String> failed = new TreeSet<>();
        for (Finding finding : ConformanceSuite.check(code)) {
            if (!finding.passed()) {
                failed.add(finding.check().split(",", 2)[0]);
            }
        }
        return failed;
    }

    @Test
    void soundCodePasses() {
        assertEquals(Set.of(), failures(new Sound(DITHERED)));
    }

    @Test
    void biasIsFound() {
        GradientCode shrinking = new Sound(DITHERED) {
            @Override
            public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
                super.decode(message, draw, into, from, to);
                for (int i = from; i < to; i++) {
                    into[i] *= 0.97f;
                }
            }
        };
        assertEquals(true, failures(shrinking).containsAll(Set.of("bias and variance", "a thousand nodes")));
    }

    @Test
    void signsThatClaimToBeUnbiasedAreFound() {
        GradientCode code = new Sound(new ScaledSign()) {
            @Override
            public Properties properties(int length) {
                return new Properties(true, false, 1, 32.0 + length, false);
            }
        };
        assertEquals(true, failures(code).containsAll(Set.of("bias and variance", "a thousand nodes")));
    }

    @Test
    void nodesThatDrawAlikeAreFound() {
        GradientCode code = new Sound(DITHERED) {
            @Override
            public byte[] encode(float[] vector, int from, int to, Draw draw) {
                return super.encode(vector, from, to, draw.withNode(0));
            }

            @Override
            public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
                super.decode(message, draw.withNode(0), into, from, to);
            }
        };
        assertEquals(Set.of("a thousand nodes"), failures(code));
    }

    @Test
    void variancesAboveTheBoundAreFound() {
        GradientCode code = new Sound(HALF) {
            @Override
            public Properties properties(int length) {
                return new Properties(
                        true, false, length / 400.0, super.properties(length).rawBits(), false);
            }
        };
        assertEquals(true, failures(code).contains("bias and variance"));
    }

    @Test
    void dependentErrorsAreFound() {
        GradientCode code = new Sound(HALF) {
            @Override
            public Properties properties(int length) {
                Properties honest = super.properties(length);
                return new Properties(true, true, honest.varianceBound(), honest.rawBits(), false);
            }
        };
        assertEquals(Set.of("independent error"), failures(code));
    }

    @Test
    void bitsThatAreNotCountedAreFound() {
        GradientCode code = new Sound(DITHERED) {
            @Override
            public Properties properties(int length) {
                Properties honest = super.properties(length);
                return new Properties(true, true, honest.varianceBound(), honest.rawBits() - 32, false);
            }
        };
        assertEquals(Set.of("bits"), failures(code));
    }

    @Test
    void ignoredBytesAreFound() {
        GradientCode code = new Sound(new ScaledSign()) {
            @Override
            public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
                int length = message.length > 4 ? Math.min(message.length, 4 + (to - from + 7) / 8) : message.length;
                super.decode(Arrays.copyOf(message, length), draw, into, from, to);
            }
        };
        assertEquals(Set.of("hostile bytes"), failures(code));
    }

    @Test
    void otherExceptionsAreFound() {
        GradientCode code = new Sound(DITHERED) {
            @Override
            public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
                try {
                    super.decode(message, draw, into, from, to);
                } catch (MalformedMessageException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
        assertEquals(Set.of("hostile bytes"), failures(code));
    }

    @Test
    void infinitiesAreFound() {
        GradientCode code = new Sound(DITHERED) {
            @Override
            public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
                super.decode(message, draw, into, from, to);
                for (int i = from; i < to; i++) {
                    into[i] = into[i] >= 0.9f * Float.MAX_VALUE ? Float.POSITIVE_INFINITY : into[i];
                }
            }
        };
        assertEquals(true, failures(code).contains("extremes"));
    }

    /** A dither by the place in the array, not in the part: parts and blocks differ from the whole. */
    @Test
    void placesOfTheWholeArrayAreFound() {
        GradientCode code = new Sound(DITHERED) {
            @Override
            public byte[] encode(float[] vector, int from, int to, Draw draw) {
                return super.encode(vector, from, to, draw.withBlock(from));
            }

            @Override
            public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
                super.decode(message, draw.withBlock(from), into, from, to);
            }
        };
        assertEquals(Set.of("determinism", "blocks"), failures(code));
    }

    @Test
    void unrefusedNumbersAreFound() {
        GradientCode code = new Sound(DITHERED) {
            @Override
            public byte[] encode(float[] vector, int from, int to, Draw draw) {
                float[] clean = vector.clone();
                for (int i = 0; i < clean.length; i++) {
                    clean[i] = Float.isNaN(clean[i]) ? 0 : clean[i];
                }
                return super.encode(clean, from, to, draw);
            }
        };
        assertEquals(Set.of("refusals"), failures(code));
    }

    @Test
    void zerosThatMoveAreFound() {
        GradientCode code = new Sound(DITHERED) {
            @Override
            public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
                super.decode(message, draw, into, from, to);
                into[from] += message.length == 4 ? 1e-30f : 0;
            }
        };
        assertEquals(Set.of("zeros"), failures(code));
    }

    /** Side information further away than the code bears is seen as bias and error. */
    @Test
    void sideInformationTooFarAwayIsFound() {
        NestedQuantizer code = new NestedQuantizer(new NestedPair(1.0 / 3, 3, 1), Packing.FIXED);
        Set<String> failed = new TreeSet<>();
        for (Finding finding : ConformanceSuite.check(code, 0.8)) {
            if (!finding.passed()) {
                failed.add(finding.check().split(",", 2)[0]);
            }
        }
        assertEquals(true, failed.contains("bias and variance"));
        assertThrows(IllegalArgumentException.class, () -> ConformanceSuite.check(code, 0));
    }

    /** The distance of two samples' distribution functions, by hand and with ties. */
    @Test
    void distanceOfSamples() {
        assertEquals(0.5, Statistics.kolmogorovSmirnov(new double[] {1, 2}, new double[] {2, 3}), 1e-15);
        assertEquals(1, Statistics.kolmogorovSmirnov(new double[] {1, 2}, new double[] {3, 4}), 1e-15);
        assertEquals(0, Statistics.kolmogorovSmirnov(new double[] {1, 2}, new double[] {2, 1}), 1e-15);
        assertEquals(0.25, Statistics.kolmogorovSmirnov(new double[] {1, 2, 3, 4}, new double[] {1, 1, 3, 3}), 1e-15);
    }
}
