package starling.codes.overair;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Masks that cancel in the sum: each pair of nodes shares a secret seed, and in each round draws from it as many 64-bit numbers as
 * a frame has; the node of the lower number adds them to its frame, modulo 2^64, the other subtracts them. Every single masked
 * frame is uniform for whoever lacks one of its seeds, and the sum over all is exactly that of the frames, since they are
 * {@link starling.codes.channel.FixedPoint} numbers.
 *
 * <p>A pair's key of a round is HMAC-SHA-256(seed, "starling mask" and the round); its numbers are AES-256 in counter mode.
 * Where a node of the roster does not send, those that did {@link #reveal} their keys with it, of this round alone, and the router adds
 * the {@link #correction}s. A round then needs the key of every node that sent.
 *
 * <p>Protects against a router that is curious and keeps to the rules, and against fewer than all other nodes joining it. A
 * router that falsely calls a node missing learns its frame of that round: so a frame that comes after its keys have been asked for must
 * not be accepted ({@link starling.codes.channel.ChannelRound#exclude}), and nothing here proves that it was not seen.
 * The sum itself is not protected; nor does anything show that a masked frame is honest.
 *
 * <p>Cost: one AES block for two numbers and pair, about a nanosecond a number.
 */
public final class PairwiseMask {
    private static final int SEED_BYTES = 32;
    private static final int PART = 1 << 13;
    private static final byte[] LABEL = "starling mask".getBytes(StandardCharsets.US_ASCII);

    private final long node;
    private final Map<Long, byte[]> seeds = new TreeMap<>();

    /**
     * The masks of a node.
     *
     * @param seeds what it shares with each other node, 32 secret bytes each
     * @throws IllegalArgumentException when a seed has another length, or one is for the node itself
     */
    public PairwiseMask(long node, Map<Long, byte[]> seeds) {
        this.node = node;
        seeds.forEach((other, seed) -> {
            if (seed.length != SEED_BYTES) {
                throw new IllegalArgumentException("a pair's seed has " + SEED_BYTES + " bytes: that of nodes " + node
                        + " and " + other + " has " + seed.length);
            }
            if (other == node) {
                throw new IllegalArgumentException("a pair is of two nodes: node " + node + " with itself");
            }
            this.seeds.put(other, seed.clone());
        });
    }

    /**
     * Masks a frame in place.
     *
     * @param roster all nodes expected in this round, this one among them or not; the same for all
     * @throws IllegalArgumentException when there is no other node, since then nothing would be masked, or no seed with one of them
     */
    public void mask(long[] frame, long round, Collection<Long> roster) {
        if (roster.stream().allMatch(other -> other == node)) {
            throw new IllegalArgumentException(
                    "a mask needs a second node: node " + node + " is alone in round " + round);
        }
        for (long other : roster) {
            if (other != node) {
                add(frame, reveal(other, round), node < other ? 1 : -1);
            }
        }
    }

    /**
     * The key of this round that the node shares with a missing one, to be told to the router.
     *
     * @throws IllegalArgumentException when they share no seed
     */
    public byte[] reveal(long missing, long round) {
        byte[] seed = seeds.get(missing);
        if (seed == null) {
            throw new IllegalArgumentException("nodes must share a seed: " + node + " and " + missing + " do not");
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(seed, "HmacSHA256"));
            mac.update(LABEL);
            mac.update(ByteBuffer.allocate(Long.BYTES).putLong(round).array());
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HMAC-SHA-256", e);
        }
    }

    /**
     * What the router adds to the sum for a missing node and one that sent.
     *
     * @param sender the node that sent
     * @param missing the node that did not
     * @param key what the sender {@link #reveal}s
     * @param length numbers of a frame
     */
    public static long[] correction(long sender, long missing, byte[] key, int length) {
        if (key.length != SEED_BYTES) {
            throw new IllegalArgumentException("a pair's key of a round has " + SEED_BYTES + " bytes: " + key.length);
        }
        long[] correction = new long[length];
        add(correction, key, sender < missing ? -1 : 1);
        return correction;
    }

    private static void add(long[] frame, byte[] key, int sign) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[16]));
            byte[] zeros = new byte[Long.BYTES * Math.min(PART, frame.length)];
            byte[] drawn = new byte[zeros.length];
            LongBuffer numbers = ByteBuffer.wrap(drawn).asLongBuffer();
            for (int from = 0; from < frame.length; from += PART) {
                int count = Math.min(PART, frame.length - from);
                cipher.update(zeros, 0, Long.BYTES * count, drawn, 0);
                for (int i = 0; i < count; i++) {
                    frame[from + i] += sign * numbers.get(i);
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has AES", e);
        }
    }
}
