package starling.link.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FrameFuzzTest {

    private static final int ROUNDS = 200_000;

    @Test
    void damagedFramesAreRefusedWithTheTypedErrorAndWithoutLargeAllocations() {
        SplittableRandom random = new SplittableRandom(20);
        ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        int refused = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] damaged = mutate(valid(random), random);
            long before = memory.getThreadAllocatedBytes(thread);
            try {
                Frame frame = Frame.decode(damaged, FrameLimits.DEFAULT);
                // What is still a frame is one whole: it can be read to the end.
                assertEquals(frame.count(), frame.values().length);
            } catch (MalformedFrameException e) {
                refused++;
                assertTrue(String.valueOf(e.getMessage()).startsWith("a frame"));
            }
            long allocated = memory.getThreadAllocatedBytes(thread) - before;
            // The first half warms up: class loading allocates too.
            assertTrue(
                    i < ROUNDS / 2 || allocated < 16 * 1024, "allocated " + allocated + " bytes for " + damaged.length);
        }
        assertTrue(refused > ROUNDS / 2, "refused " + refused);
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] whole = valid(new SplittableRandom(1));
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThrows(MalformedFrameException.class, () -> Frame.decode(part, FrameLimits.DEFAULT));
        }
    }

    private static byte[] valid(SplittableRandom random) {
        float[] values = new float[random.nextInt(20)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble();
        }
        FrameHeader header = FrameHeader.of(FrameKind.EXCHANGE, new PlanHash(1, 2), 3, 4, 5, 6, 7, 8)
                .withElementType(random.nextBoolean() ? ElementType.FLOAT32 : ElementType.FLOAT16);
        return Frame.encode(header, values, random.nextBoolean() ? "" : "{\"wait\":\"µ\"}");
    }

    private static byte[] mutate(byte[] frame, SplittableRandom random) {
        return switch (random.nextInt(5)) {
            case 0 -> Arrays.copyOf(frame, random.nextInt(frame.length));
            case 1 -> Arrays.copyOf(frame, frame.length + 1 + random.nextInt(100));
            case 2 -> flip(frame, random);
            case 3 -> lie(frame, random);
            default -> noise(frame, random);
        };
    }

    private static byte[] flip(byte[] frame, SplittableRandom random) {
        for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
            frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return frame;
    }

    /** Puts a number that is likely to overflow something into the count or the annex's length. */
    private static byte[] lie(byte[] frame, SplittableRandom random) {
        int[] lies = {-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x40000000, 0x20000000, 1 << 20, 4096, 4097, 0};
        int at = random.nextBoolean() ? FrameDescriptor.COUNT_OFFSET : FrameDescriptor.ANNEX_LENGTH_OFFSET;
        int lie = lies[random.nextInt(lies.length)];
        for (int i = 0; i < 4; i++) {
            frame[at + i] = (byte) (lie >>> (24 - 8 * i));
        }
        return frame;
    }

    private static byte[] noise(byte[] frame, SplittableRandom random) {
        byte[] noise = new byte[random.nextInt(200)];
        random.nextBytes(noise);
        if (random.nextBoolean()) {
            System.arraycopy(frame, 0, noise, 0, Math.min(8, noise.length));
        }
        return noise;
    }
}
