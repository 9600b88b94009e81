package starling.link.contract;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes authorities and certificates for tests: X.509 version 3, ECDSA on P-256 with SHA-256, subject alternative names. Written as DER by hand, so that no
 * other program is needed. Keys are random: nothing depends on them.
 */
public final class TestCertificates {

    private static final byte[] ECDSA_SHA256 = sequence(oid(0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2));
    private static final byte[] COMMON_NAME = oid(0x55, 4, 3);
    private static final byte[] BASIC_CONSTRAINTS = oid(0x55, 0x1D, 0x13);
    private static final byte[] ALTERNATIVE_NAMES = oid(0x55, 0x1D, 0x11);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private final AtomicLong serial = new AtomicLong(1);
    private final String name;
    private final KeyPair keys;
    private final byte[] certificate;

    /** An authority of this name, valid for a day. */
    public TestCertificates(String name) {
        this.name = name;
        this.keys = newKeys();
        Instant now = Instant.now();
        this.certificate = sign(
                name,
                keys,
                now.minusSeconds(3600),
                now.plusSeconds(86_400),
                sequence(extension(BASIC_CONSTRAINTS, sequence(bool()))));
    }

    /** A certificate and its key in PEM files. */
    public record Issued(Path certificate, Path key) {}

    /** Writes the authority's certificate. */
    public Path writeAuthority(Path folder) throws IOException {
        return Files.writeString(folder.resolve(name + ".pem"), pem("CERTIFICATE", certificate));
    }

    /** Issues and writes a certificate for a host name or, with {@code ip}, for 127.0.0.1 too; the key has mode 0600. */
    public Issued issue(Path folder, String subject, List<String> hosts, Instant from, Instant to) throws IOException {
        KeyPair own = newKeys();
        byte[][] names = hosts.stream()
                .map(host -> host.equals("127.0.0.1")
                        ? tagged(0x87, new byte[] {127, 0, 0, 1})
                        : tagged(0x82, host.getBytes(StandardCharsets.US_ASCII)))
                .toArray(byte[][]::new);
        byte[] signed = sign(subject, own, from, to, sequence(extension(ALTERNATIVE_NAMES, sequence(names))));
        Path certificateFile = Files.writeString(folder.resolve(subject + ".crt"), pem("CERTIFICATE", signed));
        Path keyFile = folder.resolve(subject + ".key");
        Files.deleteIfExists(keyFile);
        Files.createFile(keyFile, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(keyFile, pem("PRIVATE KEY", own.getPrivate().getEncoded()));
        return new Issued(certificateFile, keyFile);
    }

    /** Issues a certificate that is valid now. */
    public Issued issue(Path folder, String subject, String... hosts) throws IOException {
        Instant now = Instant.now();
        return issue(folder, subject, List.of(hosts), now.minusSeconds(3600), now.plusSeconds(86_400));
    }

    private byte[] sign(String subject, KeyPair own, Instant from, Instant to, byte[] extensions) {
        byte[] body = sequence(
                tagged(0xA0, integer(2)),
                integer(serial.getAndIncrement()),
                ECDSA_SHA256,
                distinguishedName(name),
                sequence(time(from), time(to)),
                distinguishedName(subject),
                own.getPublic().getEncoded(),
                tagged(0xA3, extensions));
        return sequence(body, ECDSA_SHA256, bits(signature(keys.getPrivate(), body)));
    }

    private static byte[] signature(PrivateKey key, byte[] body) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(body);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    private static byte[] distinguishedName(String commonName) {
        byte[] value = tagged(0x0C, commonName.getBytes(StandardCharsets.UTF_8));
        return sequence(tagged(0x31, sequence(COMMON_NAME, value)));
    }

    private static byte[] extension(byte[] id, byte[] value) {
        return sequence(id, tagged(4, value));
    }

    private static byte[] time(Instant instant) {
        return tagged(0x18, TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] integer(long value) {
        return tagged(2, BigInteger.valueOf(value).toByteArray());
    }

    private static byte[] bool() {
        return tagged(1, new byte[] {(byte) 0xFF});
    }

    private static byte[] bits(byte[] bytes) {
        byte[] padded = new byte[bytes.length + 1];
        System.arraycopy(bytes, 0, padded, 1, bytes.length);
        return tagged(3, padded);
    }

    private static byte[] oid(int... bytes) {
        byte[] value = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            value[i] = (byte) bytes[i];
        }
        return tagged(6, value);
    }

    private static byte[] sequence(byte[]... parts) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(body::writeBytes);
        return tagged(0x30, body.toByteArray());
    }

    private static byte[] tagged(int tag, byte[] value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        byte[] length = BigInteger.valueOf(value.length).toByteArray();
        if (value.length < 128) {
            out.write(value.length);
        } else {
            int skip = length[0] == 0 ? 1 : 0;
            out.write(0x80 | (length.length - skip));
            out.write(length, skip, length.length - skip);
        }
        out.writeBytes(value);
        return out.toByteArray();
    }
}
