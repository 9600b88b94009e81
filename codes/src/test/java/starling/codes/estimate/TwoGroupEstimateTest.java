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
