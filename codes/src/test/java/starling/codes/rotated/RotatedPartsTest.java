package starling.codes.rotated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import starling.codes.MalformedMessageException;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.random.Draw;

/** What all codes with a rotation have in common: parts of arrays, zeros, and what they say of themselves. */
class RotatedPartsTest {
    private static final Draw DRAW = new Draw(3, 1, 4, 1);

    static GradientCode[] codes() {
        return new GradientCode[] {
            RotatedDitheredCode.ofBits(2),
            new EdenCode(1, EdenCode.Scale.UNBIASED),
            new EdenCode(3, EdenCode.Scale.LEAST_ERROR),
            new RotatedStochasticCode(2),
        };
    }

    @ParameterizedTest
    @MethodSource("codes")
    void aPartOfAnArrayIsAVectorOfItsOwn(GradientCode code) {
        float[] x = Vectors.normal(90, 8);
        byte[] message = code.encode(Arrays.copyOfRange(x, 30, 80), DRAW);
        assertArrayEquals(message, code.encode(x, 30, 80, DRAW));
        float[] into = new float[100];
        Arrays.fill(into, 77);
        code.decode(message, DRAW, into, 40, 90);
        assertArrayEquals(code.decode(message, DRAW, 50), Arrays.copyOfRange(into, 40, 90));
        for (int i = 0; i < 100; i++) {
            assertEquals(i < 40 || i >= 90, into[i] == 77, "place " + i);
        }
    }

    @ParameterizedTest
    @MethodSource("codes")
    void zerosReplaceWhatStoodThereAndNothingFollowsThem(GradientCode code) {
        byte[] message = code.encode(new float[20], DRAW);
        assertEquals(2, message.length);
        float[] into = new float[30];
        Arrays.fill(into, 7);
        code.decode(message, DRAW, into, 5, 25);
        for (int i = 0; i < 30; i++) {
            assertEquals(i < 5 || i >= 25 ? 7 : 0, into[i]);
        }
        byte[] longer = Arrays.copyOf(message, 3);
        assertThrows(MalformedMessageException.class, () -> code.decode(longer, DRAW, 20));
    }

    /** The raw bits of a code without entropy coding are those of its message. */
    @ParameterizedTest
    @MethodSource("codes")
    void messagesHaveTheBitsThatTheirPropertiesSay(GradientCode code) {
        for (int n : new int[] {1, 8, 100, 1000}) {
            Properties properties = code.properties(n);
            int length = code.encode(Vectors.normal(n, n), DRAW).length;
            if (!properties.entropyCoded()) {
                assertEquals(Math.ceil(properties.rawBits() / 8), length);
            }
        }
    }

    @Test
    void whatTheySayOfThemselves() {
        assertEquals("rotated-dithered(bits=2.0)", RotatedDitheredCode.ofBits(2).name());
        assertEquals("eden(bits=1)", new EdenCode(1, EdenCode.Scale.UNBIASED).name());
        assertEquals("eden(bits=3,least-error)", new EdenCode(3, EdenCode.Scale.LEAST_ERROR).name());
        assertEquals("rotated-stochastic(bits=2)", new RotatedStochasticCode(2).name());
        RotatedDitheredCode dithered = RotatedDitheredCode.ofBits(2);
        Properties properties = dithered.properties(100);
        assertTrue(properties.unbiased() && properties.errorIndependent() && properties.entropyCoded());
        assertEquals(dithered.step() * dithered.step() / 12, properties.varianceBound(), 1e-5);
        // Blocks have headers of their own, symbols a fixed length that holds the mean of 2 bits.
        double perNumber = (dithered.properties(200).rawBits() - properties.rawBits()) / 100;
        assertTrue(perNumber > 2 && perNumber < 8, "bits " + perNumber);
        assertEquals(
                1, new EdenCode(3, EdenCode.Scale.LEAST_ERROR).properties(9).varianceBound());
        // At one bit both levels have the same size: the bound is n - 1.
        assertEquals(8, new EdenCode(1, EdenCode.Scale.UNBIASED).properties(9).varianceBound(), 0.01);
        assertFalse(new EdenCode(1, EdenCode.Scale.UNBIASED).properties(9).unbiased());
    }
}
