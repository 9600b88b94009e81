package starling.codes.overair;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import starling.codes.channel.ChannelRound;
import starling.codes.channel.FixedPoint;
import starling.codes.channel.MultipleAccessChannel;
import starling.codes.random.Draw;

class PairwiseMaskTest {
    private static final List<Long> ROSTER = List.of(2L, 5L, 7L, 11L, 12L);
    private static final FixedPoint FORMAT = new FixedPoint(16, 8);
    private static final MultipleAccessChannel CHANNEL = new MultipleAccessChannel(
            MultipleAccessChannel.Settings.of(5000, 0.1).withArithmetic(FORMAT));
    private static final Draw DRAW = new Draw(1, 0, 9, 0);

    @Test
    void masksCancelExactly() {
        Map<Long, PairwiseMask> masks = masks();
        ChannelRound open = CHANNEL.round(DRAW);
        ChannelRound masked = CHANNEL.round(DRAW);
        for (long node : ROSTER) {
            open.add(node, frame(node));
            masked.addMasked(node, masked(masks, node), 1);
        }
        assertArrayEquals(open.received(), masked.received());
    }

    @Test
    void revealedKeysTakeTheMasksOfMissingNodesOut() {
        Map<Long, PairwiseMask> masks = masks();
        List<Long> missing = List.of(5L, 12L);
        List<Long> sent = new ArrayList<>(ROSTER);
        sent.removeAll(missing);
        ChannelRound open = CHANNEL.round(DRAW);
        ChannelRound masked = CHANNEL.round(DRAW);
        for (long node : sent) {
            open.add(node, frame(node));
            masked.addMasked(node, masked(masks, node), 1);
        }
        assertThrows(IllegalStateException.class, masked::received);
        for (long gone : missing) {
            masked.exclude(gone);
            for (long node : sent) {
                byte[] key = mask(masks, node).reveal(gone, 9);
                masked.addCorrection(PairwiseMask.correction(node, gone, key, 10_000));
            }
        }
        assertArrayEquals(open.received(), masked.received());
        assertThrows(IllegalArgumentException.class, () -> masked.addMasked(5, masked(masks, 5), 1));
    }

    /** The mask of one pair against AES of a counter, block by block, and HMAC. */
    @Test
    void aPairsNumbersAreAesInCounterMode() throws Exception {
        byte[] seed = seed(3, 4);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(seed, "HmacSHA256"));
        byte[] key = mac.doFinal(("starling mask" + "\0\0\0\0\0\0\0\7").getBytes(StandardCharsets.US_ASCII));
        Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
        int n = 20_001;
        long[] expected = new long[n];
        for (int i = 0; i < n; i += 2) {
            ByteBuffer block = ByteBuffer.wrap(cipher.doFinal(
                    ByteBuffer.allocate(16).putLong(0).putLong(i / 2).array()));
            expected[i] = block.getLong();
            if (i + 1 < n) {
                expected[i + 1] = block.getLong();
            }
        }
        long[] frame = new long[n];
        new PairwiseMask(3, Map.of(4L, seed)).mask(frame, 7, List.of(3L, 4L));
        assertArrayEquals(expected, frame);
        long[] other = new long[n];
        new PairwiseMask(4, Map.of(3L, seed)).mask(other, 7, List.of(3L, 4L));
        for (int i = 0; i < n; i++) {
            assertEquals(-expected[i], other[i]);
        }
    }

    /** Half of all bits of a masked frame of zeros are set: 640 000 bits, 5 deviations of 400. */
    @Test
    void aMaskedFrameLooksRandomAndNewInEachRound() {
        Map<Long, PairwiseMask> masks = masks();
        long[] first = new long[10_000];
        mask(masks, 7).mask(first, 1, ROSTER);
        long[] second = new long[10_000];
        mask(masks, 7).mask(second, 2, ROSTER);
        int bits = 0;
        int alike = 0;
        for (int i = 0; i < first.length; i++) {
            bits += Long.bitCount(first[i]);
            alike += Long.bitCount(first[i] ^ second[i]);
        }
        assertEquals(320_000, bits, 2000);
        assertEquals(320_000, alike, 2000);
        assertFalse(Arrays.equals(mask(masks, 7).reveal(5, 1), mask(masks, 7).reveal(5, 2)));
        assertArrayEquals(mask(masks, 7).reveal(5, 1), mask(masks, 5).reveal(7, 1));
    }

    @Test
    void whatWouldNotMaskIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new PairwiseMask(1, Map.of(2L, new byte[31])));
        assertThrows(IllegalArgumentException.class, () -> new PairwiseMask(1, Map.of(1L, new byte[32])));
        PairwiseMask mask = new PairwiseMask(1, Map.of(2L, new byte[32]));
        assertThrows(IllegalArgumentException.class, () -> mask.mask(new long[1], 0, List.of(1L)));
        assertThrows(IllegalArgumentException.class, () -> mask.mask(new long[1], 0, List.of()));
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> mask.mask(new long[1], 0, List.of(1L, 3L)));
        assertTrue(String.valueOf(refused.getMessage()).contains("1 and 3"), refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> PairwiseMask.correction(1, 2, new byte[16], 1));
    }

    private static long[] masked(Map<Long, PairwiseMask> masks, long node) {
        long[] steps = FORMAT.steps(CHANNEL.arriving(frame(node), DRAW.withNode(node)));
        mask(masks, node).mask(steps, 9, ROSTER);
        return steps;
    }

    private static PairwiseMask mask(Map<Long, PairwiseMask> masks, long node) {
        PairwiseMask mask = masks.get(node);
        if (mask == null) {
            throw new AssertionError("no masks of " + node);
        }
        return mask;
    }

    private static Map<Long, PairwiseMask> masks() {
        Map<Long, PairwiseMask> masks = new HashMap<>();
        for (long node : ROSTER) {
            Map<Long, byte[]> seeds = new HashMap<>();
            for (long other : ROSTER) {
                if (other != node) {
                    seeds.put(other, seed(node, other));
                }
            }
            masks.put(node, new PairwiseMask(node, seeds));
        }
        return masks;
    }

    private static byte[] seed(long a, long b) {
        byte[] seed = new byte[32];
        new Random(Math.min(a, b) * 100 + Math.max(a, b)).nextBytes(seed);
        return seed;
    }

    private static float[] frame(long node) {
        Random random = new Random(node);
        float[] frame = new float[10_000];
        for (int i = 0; i < frame.length; i++) {
            frame[i] = (float) random.nextGaussian();
        }
        return frame;
    }
}
