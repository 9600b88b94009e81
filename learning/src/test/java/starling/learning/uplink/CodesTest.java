package starling.learning.uplink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.codes.MalformedMessageException;
import starling.codes.gradient.GradientCode;
import starling.codes.random.Draw;
import starling.learning.model.Layout;

class CodesTest {
    private static final Layout LAYOUT =
            new Layout(List.of(new Layout.Part("a", 0, 300, 2), new Layout.Part("b", 300, 300, 2)));
    private static final Draw DRAW = new Draw(7, 1, 2, 0);

    private static float[] vector() {
        Random random = new Random(3);
        float[] vector = new float[600];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "none | none",
                "default | rotated-dithered(bits=1.0)",
                "default:gain=16 | rotated-dithered(bits=2.0)",
                "eden:bits=2 | eden",
                "qcs:gain=8,block=256 | qcs(n=256",
                "dithered:levels=3 | dithered(levels=3",
                "one-bit | one-bit",
                "stochastic:levels=2 | stochastic",
                "qsgd | stochastic",
                "terngrad | terngrad",
                "sign | sign",
                "top-k:share=0.1 | top",
                "random-k:share=0.1 | random",
                "sparse:share=0.1 | ",
            })
    void everyNameMakesItsCode(String name, String begins) {
        GradientCode code = CodeNames.parse(name);
        String found = code.name();
        assertTrue(found.contains(begins == null ? "spars" : begins), found);
        float[] back = code.decode(code.encode(vector(), DRAW), DRAW, 600);
        double error = 0;
        double square = 0;
        for (int i = 0; i < back.length; i++) {
            error += Math.pow(back[i] - vector()[i], 2);
            square += Math.pow(vector()[i], 2);
        }
        assertTrue(
                error <= 1.05 * code.properties(600).varianceBound() * square + 1e-9, error / square + " of " + found);
    }

    @Test
    void namesThatAreNoneAreRefused() {
        for (String wrong :
                List.of("", "qcs:", "qcs:gain", "qcs:gain=1,gain=2", "sign:x=1", "top-k:share=2", "eden:bits=NaN")) {
            if (!wrong.equals("qcs:")) {
                assertThrows(IllegalArgumentException.class, () -> CodeNames.parse(wrong), wrong);
            }
        }
    }

    @Test
    void floatsComeBackAsTheyWere() {
        FloatCode code = new FloatCode();
        float[] vector = vector();
        byte[] message = code.encode(vector, DRAW);
        assertEquals(2400, message.length);
        assertArrayEquals(vector, code.decode(message, DRAW, 600));
        assertThrows(MalformedMessageException.class, () -> code.decode(message, DRAW, 599));
        Arrays.fill(message, 8, 12, (byte) 0xff);
        assertThrows(MalformedMessageException.class, () -> code.decode(message, DRAW, 600));
        vector[5] = Float.NaN;
        assertThrows(IllegalArgumentException.class, () -> code.encode(vector, DRAW));
    }

    @Test
    void oneCodeForAllIsTheCodeItself() {
        LayeredCode layered = LayeredCode.of(LAYOUT, Map.of(CodeNames.WHOLE, "default"));
        assertArrayEquals(CodeNames.parse("default").encode(vector(), DRAW), layered.encode(vector(), DRAW));
    }

    @Test
    void partsHaveCodesAndStreamsOfTheirOwn() {
        LayeredCode layered = LayeredCode.of(LAYOUT, Map.of("a", "none", CodeNames.OTHERS, "one-bit"));
        float[] vector = vector();
        byte[] message = layered.encode(vector, DRAW);
        assertTrue(message.length > 4 + 1200 + 4 && message.length < 1300, message.length + " bytes");
        float[] back = layered.decode(message, DRAW, 600);
        assertArrayEquals(Arrays.copyOf(vector, 300), Arrays.copyOf(back, 300));
        assertFalse(Arrays.equals(Arrays.copyOfRange(vector, 300, 600), Arrays.copyOfRange(back, 300, 600)));
        float[] twice = new float[600];
        System.arraycopy(vector, 0, twice, 0, 300);
        System.arraycopy(vector, 0, twice, 300, 300);
        LayeredCode same = LayeredCode.of(LAYOUT, Map.of(CodeNames.OTHERS, "one-bit"));
        float[] both = same.decode(same.encode(twice, DRAW), DRAW, 600);
        assertFalse(
                Arrays.equals(Arrays.copyOf(both, 300), Arrays.copyOfRange(both, 300, 600)), "dithers of their own");
        assertThrows(IllegalArgumentException.class, () -> LayeredCode.of(LAYOUT, Map.of("a", "none")));
        assertThrows(IllegalArgumentException.class, () -> LayeredCode.of(LAYOUT, Map.of("c", "none", "*", "none")));
    }

    @Test
    void damagedMessagesOfPartsAreRefused() {
        LayeredCode layered = LayeredCode.of(LAYOUT, Map.of(CodeNames.OTHERS, "none"));
        byte[] message = layered.encode(vector(), DRAW);
        for (int length = 0; length < message.length; length += 7) {
            byte[] cut = Arrays.copyOf(message, length);
            assertThrows(MalformedMessageException.class, () -> layered.decode(cut, DRAW, 600));
        }
        byte[] longer = Arrays.copyOf(message, message.length + 1);
        assertThrows(MalformedMessageException.class, () -> layered.decode(longer, DRAW, 600));
        message[0] = (byte) 0x80;
        assertThrows(MalformedMessageException.class, () -> layered.decode(message, DRAW, 600));
    }
}
