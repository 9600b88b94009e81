package starling.codes.estimate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import starling.codes.MalformedMessageException;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.gradient.SideInformationCode;
import starling.codes.quantize.DitheredQuantizer;
import starling.codes.quantize.NestedPair;
import starling.codes.quantize.NestedQuantizer;
import starling.codes.quantize.Packing;
import starling.codes.random.Draw;

class TwoGroupEstimateTest {
    private static final Draw DRAW = new Draw(1, 2, 3, 0);

    @Test
    void theSecondGroupIsDecodedWithTheFirstGroupsEstimate() {
        TwoGroupEstimate both = new TwoGroupEstimate(new Plain(), new Modulo(), 1);
        both.addFirst(new Plain().encode(new float[] {41}, DRAW), DRAW, 1);
        both.addFirst(new Plain().encode(new float[] {45}, DRAW), DRAW, 3);
        assertArrayEquals(new float[] {42}, both.sideInformation());
        Modulo modulo = new Modulo();
        assertArrayEquals(new float[] {46}, both.addSecond(modulo.encode(new float[] {46}, DRAW), DRAW, 3));
        // The estimate is now 42.8; modulo 10 around that 47.5 would come back, around 42 it is 37.5.
        assertArrayEquals(new float[] {37.5f}, both.addSecond(modulo.encode(new float[] {47.5f}, DRAW), DRAW, 3));
        assertEquals(2, both.precision(), 1e-12);
        assertEquals((41 + 45 / 3.0 + 46 / 3.0 + 37.5 / 3) / 2, both.estimate()[0], 1e-5);
    }

    @Test
    void theGroupsKeepTheirOrder() {
        TwoGroupEstimate both = new TwoGroupEstimate(new Plain(), new Modulo(), 1);
        byte[] message = new Plain().encode(new float[] {1}, DRAW);
        assertThrows(IllegalStateException.class, () -> both.addSecond(message, DRAW, 1));
        both.addFirst(message, DRAW, 1);
        assertThrows(MalformedMessageException.class, () -> both.addFirst(new byte[1], DRAW, 1));
        assertArrayEquals(new float[] {1}, both.estimate());
        both.addSecond(message, DRAW, 1);
        assertThrows(IllegalStateException.class, () -> both.addFirst(message, DRAW, 1));
    }

    /**
     * Dithered and nested quantization with (1/3, 1): every side information lies within the reach of the coarse step, so all
     * errors are at most half a fine step, and the estimate of four is nearer the truth than the side information of two.
     */
    @Test
    void nestedQuantizationIsDecodedWithTheMeanOfDitheredOnes() {
        GradientCode dithered = new DitheredQuantizer(3, Packing.ADAPTIVE);
        SideInformationCode nested = new NestedQuantizer(new NestedPair(1 / 3.0, 3, 1), Packing.ADAPTIVE);
        float[] truth = new float[2000];
        for (int i = 0; i < truth.length; i++) {
            truth[i] = (float) StrictMath.sin(i * 0.7) * (i % 5) / 4;
        }
        truth[0] = 1;
        TwoGroupEstimate both = new TwoGroupEstimate(dithered, nested, truth.length);
        double variance = ErrorVariance.ofStep(1 / 3.0);
        for (int node = 0; node < 2; node++) {
            both.addFirst(dithered.encode(truth, DRAW.withNode(node)), DRAW.withNode(node), variance);
        }
        double before = squaredDistance(truth, both.sideInformation());
        for (int node = 2; node < 4; node++) {
            Draw draw = DRAW.withNode(node);
            float[] decoded = both.addSecond(nested.encode(truth, draw), draw, variance);
            for (int i = 0; i < truth.length; i++) {
                assertEquals(truth[i], decoded[i], 1 / 6.0 + 1e-6);
            }
        }
        // Half the variance in the mean; over 2 000 numbers the ratio deviates by 0.02.
        assertEquals(0.5, squaredDistance(truth, both.estimate()) / before, 0.12);
    }

    private static double squaredDistance(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += (double) (one[i] - other[i]) * (one[i] - other[i]);
        }
        return sum;
    }

    private static final class Plain implements GradientCode {
        @Override
        public String name() {
            return "plain";
        }

        @Override
        public Properties properties(int length) {
            return new Properties(true, true, 0, 32, false);
        }

        @Override
        public byte[] encode(float[] vector, int from, int to, Draw draw) {
            return ByteBuffer.allocate(4).putFloat(vector[from]).array();
        }

        @Override
        public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
            if (message.length != 4) {
                throw new MalformedMessageException("four bytes");
            }
            into[from] = ByteBuffer.wrap(message).getFloat();
        }
    }

    /** Says a number up to multiples of 10. */
    private static final class Modulo implements SideInformationCode {
        @Override
        public String name() {
            return "modulo";
        }

        @Override
        public Properties properties(int length) {
            return new Properties(false, false, Double.POSITIVE_INFINITY, 32, false);
        }

        @Override
        public byte[] encode(float[] vector, int from, int to, Draw draw) {
            return ByteBuffer.allocate(4).putFloat(vector[from] % 10).array();
        }

        @Override
        public void decode(byte[] message, Draw draw, float[] side, float[] into, int from, int to) {
            float rest = ByteBuffer.wrap(message).getFloat();
            into[from] = rest + 10 * Math.round((side[from] - rest) / 10);
        }
    }
}
