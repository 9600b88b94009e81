package starling.link.frame;

import java.util.HexFormat;

/**
 * The first 16 bytes of the SHA-256 of {@code plan.json}: names the plan that a frame belongs to.
 *
 * @param high bytes 0 to 7, big-endian
 * @param low bytes 8 to 15, big-endian
 */
public record PlanHash(long high, long low) {

    /** No plan in particular: what a client sends that asks for whatever is served. */
    public static final PlanHash NONE = new PlanHash(0, 0);

    /** The hash's length in bytes. */
    public static final int LENGTH = 16;

    /**
     * Takes the first 16 bytes of a digest.
     *
     * @throws IllegalArgumentException if the digest is shorter than that
     */
    public static PlanHash ofDigest(byte[] digest) {
        if (digest.length < LENGTH) {
            throw new IllegalArgumentException(
                    "a plan hash needs a digest of at least " + LENGTH + " bytes: it has " + digest.length);
        }
        return new PlanHash(longAt(digest, 0), longAt(digest, 8));
    }

    /**
     * Takes the first 32 hexadecimal digits of a digest.
     *
     * @throws IllegalArgumentException if there are fewer digits, or other characters among them
     */
    public static PlanHash ofHex(String hex) {
        if (hex.length() < 2 * LENGTH) {
            throw new IllegalArgumentException(
                    "a plan hash needs at least " + 2 * LENGTH + " hexadecimal digits: it has " + hex.length());
        }
        return ofDigest(HexFormat.of().parseHex(hex, 0, 2 * LENGTH));
    }

    private static long longAt(byte[] bytes, int offset) {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = value << 8 | (bytes[offset + i] & 0xFF);
        }
        return value;
    }

    /** The 32 hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}
