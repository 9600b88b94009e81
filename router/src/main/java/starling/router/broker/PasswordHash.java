package starling.router.broker;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A salted PBKDF2-HMAC-SHA-256 hash (RFC 8018, section 5.2), one block of 32 bytes, written as
 * {@code pbkdf2-sha256:iterations:salt:hash} with both in base64. The password is taken as bytes, since an MQTT password
 * need not be text.
 */
final class PasswordHash {

    static final int ITERATIONS = 120_000;
    private static final int MAX_ITERATIONS = 10_000_000;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final String NAME = "pbkdf2-sha256";

    private final int iterations;
    private final byte[] salt;
    private final byte[] hash;

    private PasswordHash(int iterations, byte[] salt, byte[] hash) {
        this.iterations = iterations;
        this.salt = salt;
        this.hash = hash;
    }

    static PasswordHash of(byte[] password, SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return new PasswordHash(ITERATIONS, salt, derive(password, salt, ITERATIONS));
    }

    /** A hash of no password at all, which takes as long to check as another. */
    static PasswordHash decoy(SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        byte[] hash = new byte[HASH_BYTES];
        random.nextBytes(salt);
        random.nextBytes(hash);
        return new PasswordHash(ITERATIONS, salt, hash);
    }

    /**
     * Reads what {@link #toString} writes. The sentences do not repeat the text: it is half a secret.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    static PasswordHash parse(String text) {
        List<String> parts = List.of(text.split(":", -1));
        if (parts.size() != 4 || !parts.get(0).equals(NAME)) {
            throw new IllegalArgumentException("a password hash must be " + NAME + ":iterations:salt:hash");
        }
        int iterations;
        try {
            iterations = Integer.parseInt(parts.get(1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the iterations of a password hash must be a number", e);
        }
        if (iterations < 1 || iterations > MAX_ITERATIONS) {
            throw new IllegalArgumentException(
                    "the iterations of a password hash must be 1 to " + MAX_ITERATIONS + ": they are " + iterations);
        }
        byte[] salt = decode("salt", parts.get(2));
        byte[] hash = decode("hash", parts.get(3));
        if (salt.length < 8 || hash.length != HASH_BYTES) {
            throw new IllegalArgumentException("a password hash must have a salt of at least 8 bytes and " + HASH_BYTES
                    + " bytes of hash: it has " + salt.length + " and " + hash.length);
        }
        return new PasswordHash(iterations, salt, hash);
    }

    private static byte[] decode(String what, String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the " + what + " of a password hash must be base64", e);
        }
    }

    boolean matches(byte[] password) {
        return MessageDigest.isEqual(hash, derive(password, salt, iterations));
    }

    @Override
    public String toString() {
        Base64.Encoder base64 = Base64.getEncoder();
        return NAME + ":" + iterations + ":" + base64.encodeToString(salt) + ":" + base64.encodeToString(hash);
    }

    /** F(P, S, c, 1) of RFC 8018: U1 = HMAC(P, S || 1), Ui = HMAC(P, Ui-1), and the exclusive or of all. */
    static byte[] derive(byte[] password, byte[] salt, int iterations) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            // HMAC pads a key with zeros, so an empty password is the key of one zero byte, which Java accepts
            mac.init(new SecretKeySpec(password.length == 0 ? new byte[1] : password, "HmacSHA256"));
            mac.update(salt);
            mac.update(new byte[] {0, 0, 0, 1});
            byte[] u = mac.doFinal();
            byte[] sum = u.clone();
            for (int i = 1; i < iterations; i++) {
                mac.update(u);
                mac.doFinal(u, 0);
                for (int b = 0; b < HASH_BYTES; b++) {
                    sum[b] ^= u[b];
                }
            }
            return sum;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }
}
