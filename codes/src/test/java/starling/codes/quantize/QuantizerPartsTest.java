package starling.codes.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import starling.codes.MalformedMessageException;
import starling.codes.gradient.ExactError;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.quantize.StochasticQuantizer.Norm;
import starling.codes.random.Draw;

/** What all quantizers have in common: parts of arrays, zeros, stated errors, bits and names. */
class QuantizerPartsTest {
    private static final Draw DRAW = new Draw(3, 1, 4, 1);

    static GradientCode[] codes() {
        List<GradientCode> codes = new ArrayList<>(List.of(
                new ScaledSign(),
                new HalfDitheredQuantizer(3, 2, Packing.FIXED),
                new HalfDitheredQuantizer(3, 3, Packing.ELIAS),
                new HalfDitheredQuantizer(2, 1, Packing.COUNTED),
                new StochasticQuantizer(Norm.EUCLIDEAN, 3, Packing.ELIAS),
                new StochasticQuantizer(Norm.LARGEST, 3, Packing.FIXED),
                new TernGrad(1.5, Packing.FIXED),
                new TernGrad(Double.POSITIVE_INFINITY, Packing.ADAPTIVE),
                new OneBitColumns(6, Packing.FIXED),
                new OneBitColumns(7, Packing.COUNTED),
                new OneBitDithered(Packing.FIXED),
                new OneBitDithered(Packing.DITHER_CONTEXTS),
                LloydMaxQuantizer.normal(5, Packing.FIXED),
                LloydMaxQuantizer.fitted(4, Packing.ADAPTIVE)));
        for (Packing packing : Packing.values()) {
            codes.add(new DitheredQuantizer(2, packing));
        }
        return codes.toArray(GradientCode[]::new);
    }

    private static float[] normal(int length, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[length];
        for (int i = 0; i < length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    @ParameterizedTest
    @MethodSource("codes")
    void aPartOfAnArrayIsAVectorOfItsOwn(GradientCode code) {
        float[] x = normal(90, 8);
        float[] alone = Arrays.copyOfRange(x, 30, 80);
        byte[] message = code.encode(alone, DRAW);
        assertArrayEquals(message, code.encode(x, 30, 80, DRAW));
        float[] into = new float[100];
        Arrays.fill(into, 77);
        code.decode(message, DRAW, into, 40, 90);
        assertArrayEquals(code.decode(message, DRAW, 50), Arrays.copyOfRange(into, 40, 90));
        for (int i = 0; i < 100; i++) {
            assertEquals(i < 40 || i >= 90, into[i] == 77, "place " + i);
        }
        if (code instanceof ExactError exact) {
            double error = exact.meanSquaredError(alone, 0, 50);
            assertEquals(error, exact.meanSquaredError(x, 30, 80), 1e-12 * error);
        }
    }

    /** The mean squared error of 1 000 draws is the one stated, within 6 %: five deviations or more for each code. */
    @ParameterizedTest
    @MethodSource("codes")
    void errorsHaveTheMeanThatIsStated(GradientCode code) {
        float[] x = normal(20, 5);
        double squares = 0;
        double size = 0;
        int draws = 1000;
        for (int seed = 0; seed < draws; seed++) {
            Draw draw = new Draw(seed, 1, 1, 0);
            float[] y = code.decode(code.encode(x, draw), draw, 20);
            for (int i = 0; i < 20; i++) {
                squares += ((double) y[i] - x[i]) * (y[i] - x[i]) / draws;
            }
        }
        for (float number : x) {
            size += (double) number * number;
        }
        if (code instanceof ExactError exact) {
            assertEquals(exact.meanSquaredError(x, 0, 20), squares, 0.06 * squares);
        }
        assertTrue(squares <= 1.06 * code.properties(20).varianceBound() * size, "error " + squares / size);
    }

    @ParameterizedTest
    @MethodSource("codes")
    void zerosReplaceWhatStoodThereAndNothingFollowsThem(GradientCode code) {
        byte[] message = code.encode(new float[20], DRAW);
        float[] into = new float[30];
        Arrays.fill(into, 7);
        code.decode(message, DRAW, into, 5, 25);
        for (int i = 0; i < 30; i++) {
            assertEquals(i < 5 || i >= 25 ? 7 : 0, into[i]);
        }
        byte[] longer = Arrays.copyOf(message, message.length + 1);
        assertThrows(MalformedMessageException.class, () -> code.decode(longer, DRAW, 20));
        if (code instanceof ExactError exact) {
            assertEquals(0, exact.meanSquaredError(new float[20], 0, 20), 0);
        }
    }

    /** Without entropy coding a message has the raw bits, up to what a range coder ends with. */
    @ParameterizedTest
    @MethodSource("codes")
    void messagesHaveTheRawBits(GradientCode code) {
        for (int length : new int[] {1, 50, 3000}) {
            Properties properties = code.properties(length);
            int bits = 8 * code.encode(normal(length, 9), DRAW).length;
            if (!properties.entropyCoded()) {
                assertEquals(properties.rawBits(), bits, 16 + 1e-4 * bits);
            }
        }
    }

    @Test
    void namesTellTheSettingsAndNoTwoAreAlike() {
        Set<String> names = new HashSet<>();
        for (GradientCode code : codes()) {
            assertTrue(names.add(code.name()), code.name());
        }
        assertTrue(names.containsAll(List.of(
                "scaled-sign",
                "half-dithered(levels=3,dithers=2,fixed)",
                "stochastic(norm=l2,levels=3,elias)",
                "stochastic(norm=max,levels=3,fixed)",
                "one-bit-sgd(column=6,fixed)",
                "one-bit-dithered(contexts)",
                "lloyd-max(normal,points=5,fixed)",
                "lloyd-max(fitted,points=4,adaptive)",
                "dithered(levels=2,counted)")));
        assertEquals(
                "nested(fine=0.5,ratio=3,alpha=1.0,fixed)",
                new NestedQuantizer(new NestedPair(0.5, 3, 1), Packing.FIXED).name());
    }

    @Test
    void propertiesOfBiasedAndOfSignalDependentCodes() {
        for (GradientCode code : codes()) {
            Properties properties = code.properties(20);
            boolean subtractive = code instanceof DitheredQuantizer || code instanceof OneBitDithered;
            assertEquals(subtractive, properties.errorIndependent(), code.name());
            boolean biased = code instanceof ScaledSign
                    || code instanceof OneBitColumns
                    || code instanceof LloydMaxQuantizer
                    || code.name().startsWith("terngrad(clip");
            assertEquals(!biased, properties.unbiased(), code.name());
        }
        // The middle one of an odd number of normal points is 0, of two they are at the root of 2/pi.
        assertEquals(1, LloydMaxQuantizer.normal(5, Packing.FIXED).properties(9).varianceBound(), 1e-12);
        assertEquals(
                1 + 2 / Math.PI,
                LloydMaxQuantizer.normal(2, Packing.FIXED).properties(9).varianceBound(),
                1e-6);
        NestedQuantizer scaled = new NestedQuantizer(new NestedPair(0.5, 3, 0.9), Packing.ADAPTIVE);
        assertFalse(scaled.properties(9).unbiased() || scaled.properties(9).errorIndependent());
        assertEquals(Double.POSITIVE_INFINITY, scaled.properties(9).varianceBound());
        assertTrue(scaled.properties(9).entropyCoded());
    }

    /** A nested code's receiver has numbers of its own: zeros and parts with them. */
    @ParameterizedTest
    @EnumSource(
            value = Packing.class,
            names = {"FIXED", "ADAPTIVE", "DITHER_CONTEXTS", "COUNTED"})
    void nestedPartsTakeTheSideInformationOfTheirPlaces(Packing packing) {
        NestedQuantizer code = new NestedQuantizer(new NestedPair(0.25, 4, 1), packing);
        float[] x = normal(90, 2);
        float[] side = new float[90];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 90; i++) {
            side[i] = x[i] + (float) random.nextDouble(-0.3, 0.3);
        }
        byte[] message = code.encode(x, 30, 80, DRAW);
        assertArrayEquals(message, code.encode(Arrays.copyOfRange(x, 30, 80), DRAW));
        float[] into = new float[90];
        Arrays.fill(into, 77);
        code.decode(message, DRAW, side, into, 30, 80);
        float largest = 0;
        for (int i = 30; i < 80; i++) {
            largest = Math.max(largest, Math.abs(x[i]));
        }
        for (int i = 0; i < 90; i++) {
            if (i >= 30 && i < 80) {
                assertEquals(x[i], into[i], 0.1251 * largest, "place " + i);
            } else {
                assertEquals(77, into[i]);
            }
        }
        byte[] zeros = code.encode(new float[50], DRAW);
        code.decode(zeros, DRAW, side, into, 30, 80);
        assertArrayEquals(new float[50], Arrays.copyOfRange(into, 30, 80));
        assertEquals(77, into[29]);
        assertEquals(77, into[80]);
        byte[] longer = Arrays.copyOf(zeros, zeros.length + 1);
        assertThrows(MalformedMessageException.class, () -> code.decode(longer, DRAW, side, into, 30, 80));
    }

    /** The nearest point, of two as near the lower one. */
    @Test
    void numbersOfPointsAreThoseOfTheNearest() {
        double[] points = {-2, 0, 1, 4, 6};
        LloydMax cells = new LloydMax(points);
        for (double x = -5; x <= 9; x += 0.125) {
            int nearest = 0;
            for (int i = 1; i < points.length; i++) {
                nearest = Math.abs(x - points[i]) < Math.abs(x - points[nearest]) ? i : nearest;
            }
            assertEquals(nearest, cells.number(x), "of " + x);
        }
    }
}
