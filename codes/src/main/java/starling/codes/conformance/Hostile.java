package starling.codes.conformance;

import static starling.codes.conformance.ConformanceSuite.require;

import java.util.Arrays;
import starling.codes.MalformedMessageException;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;

/**
 * Bytes that no encoder made: each must be refused by a {@link MalformedMessageException} or decode to finite numbers. A
 * whole byte behind a message must be refused.
 */
final class Hostile {
    private static final int MOST_CUTS = 200;
    private static final int FLIPS = 400;
    private static final int RANDOM = 400;

    private Hostile() {}

    static String check(Subject subject) {
        RandomStream random = new RandomStream(2024);
        long place = 0;
        int refused = 0;
        int tried = 0;
        for (int length : new int[] {1, 5, 64, 257}) {
            float[] x = Vectors.bell(length, length);
            float[] side = subject.side(x, 1);
            Draw draw = new Draw(1, 1, 1, 0);
            byte[] message = subject.encoder().encode(x, draw);
            for (int i = 0; i < Math.min(MOST_CUTS, message.length); i++) {
                int cut = message.length <= MOST_CUTS ? i : random.below(place++, message.length);
                refused += refuses(subject, Arrays.copyOf(message, cut), draw, side) ? 1 : 0;
                tried++;
            }
            for (int more = 1; more <= 9; more++) {
                byte[] longer = Arrays.copyOf(message, message.length + more);
                require(
                        refuses(subject, longer, draw, side),
                        more + " bytes behind a message for " + length + " numbers are not refused");
                longer[message.length] = (byte) 0xff;
                require(
                        refuses(subject, longer, draw, side),
                        more + " bytes behind a message for " + length + " numbers are not refused");
            }
            for (int i = 0; i < FLIPS; i++) {
                byte[] flipped = message.clone();
                for (int flips = 1 + i % 3; flips > 0 && message.length > 0; flips--) {
                    int bit = random.below(place++, 8 * message.length);
                    flipped[bit / 8] ^= (byte) (1 << bit % 8);
                }
                refused += refuses(subject, flipped, draw, side) ? 1 : 0;
                tried++;
            }
            for (int i = 0; i < RANDOM; i++) {
                byte[] any = new byte[random.below(place++, 2 * message.length + 20)];
                int fill = i % 4;
                for (int j = 0; j < any.length; j++) {
                    any[j] = fill == 0 ? -1 : fill == 1 ? 0 : (byte) random.bits(place++);
                }
                if (fill == 3) {
                    System.arraycopy(message, 0, any, 0, Math.min(any.length, Math.min(8, message.length)));
                }
                refused += refuses(subject, any, draw, side) ? 1 : 0;
                tried++;
            }
        }
        return refused + " of " + tried + " damaged messages are refused";
    }

    private static boolean refuses(Subject subject, byte[] message, Draw draw, float[] side) {
        float[] decoded;
        try {
            decoded = subject.decode(message, draw, side);
        } catch (MalformedMessageException refused) {
            return true;
        }
        for (float x : decoded) {
            require(Float.isFinite(x), "a damaged message decodes to " + x);
        }
        return false;
    }
}
