package starling.router.broker;

import java.io.ByteArrayInputStream;
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
import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Authorities and certificates (X.509 version 3, P-256) for one test run, written in DER by hand: the platform has no API. */
final class TestCertificates {

    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final Duration DAY = Duration.ofDays(1);

    // Object identifiers, encoded.
    private static final byte[] ECDSA_WITH_SHA256 = {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 4, 3, 2};
    private static final byte[] COMMON_NAME = {0x55, 4, 3};
    private static final byte[] BASIC_CONSTRAINTS = {0x55, 0x1d, 0x13};
    private static final byte[] ALTERNATIVE_NAME = {0x55, 0x1d, 0x11};

    private record Identity(KeyPair keys, X509Certificate certificate, String signer) {}

    private final Path folder;
    private final Map<String, Identity> identities = new HashMap<>();

    TestCertificates(Path folder) {
        this.folder = folder;
    }

    /** An authority of its own. */
    TestCertificates authority(String alias) throws GeneralSecurityException {
        byte[] constraints = der(0x30, der(1, (byte) 0xff));
        issue(alias, alias, alias, Instant.now(), extension(BASIC_CONSTRAINTS, constraints));
        return this;
    }

    /** A certificate for 127.0.0.1 with that common name, signed by the authority, valid today. */
    TestCertificates certificate(String alias, String commonName, String signer) throws GeneralSecurityException {
        issue(alias, commonName, signer, Instant.now(), loopback());
        return this;
    }

    /** The same, but valid ten days ago. */
    TestCertificates expired(String alias, String commonName, String signer) throws GeneralSecurityException {
        issue(alias, commonName, signer, Instant.now().minus(DAY.multipliedBy(10)), loopback());
        return this;
    }

    private static byte[] loopback() {
        return extension(ALTERNATIVE_NAME, der(0x30, der(0x87, new byte[] {127, 0, 0, 1})));
    }

    private void issue(String alias, String commonName, String signer, Instant middle, byte[] extension)
            throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        Identity authority = identities.get(signer);
        byte[] algorithm = der(0x30, der(6, ECDSA_WITH_SHA256));
        byte[] content = der(
                0x30,
                der(0xa0, der(2, (byte) 2)), // version 3
                der(2, BigInteger.valueOf(identities.size() + 1L).toByteArray()),
                algorithm,
                name(signer),
                der(0x30, time(middle.minus(DAY)), time(middle.plus(DAY))),
                name(commonName),
                keys.getPublic().getEncoded(),
                der(0xa3, der(0x30, extension)));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign((authority == null ? keys : authority.keys()).getPrivate());
        signature.update(content);
        byte[] whole = der(0x30, content, algorithm, der(3, new byte[] {0}, signature.sign()));
        X509Certificate certificate = (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(whole));
        identities.put(alias, new Identity(keys, certificate, signer));
    }

    private static byte[] name(String commonName) {
        byte[] text = der(0x0c, commonName.getBytes(StandardCharsets.UTF_8));
        return der(0x30, der(0x31, der(0x30, der(6, COMMON_NAME), text)));
    }

    private static byte[] time(Instant instant) {
        DateTimeFormatter format =
                DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
        return der(0x18, format.format(instant).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] extension(byte[] identifier, byte[] value) {
        return der(0x30, der(6, identifier), der(1, (byte) 0xff), der(4, value));
    }

    private static byte[] der(int tag, byte single) {
        return der(tag, new byte[] {single});
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            body.writeBytes(part);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(tag);
        int length = body.size();
        if (length < 128) {
            all.write(length);
        } else {
            all.write(length < 256 ? 0x81 : 0x82);
            if (length >= 256) {
                all.write(length >> 8);
            }
            all.write(length);
        }
        all.writeBytes(body.toByteArray());
        return all.toByteArray();
    }

    private Identity identity(String alias) {
        return Objects.requireNonNull(identities.get(alias), alias);
    }

    private X509Certificate[] certificates(String alias) {
        Identity own = identity(alias);
        return own.signer().equals(alias)
                ? new X509Certificate[] {own.certificate()}
                : new X509Certificate[] {
                    own.certificate(), identity(own.signer()).certificate()
                };
    }

    /** The certificate with its authority's, as PEM. */
    Path chain(String alias) throws IOException, GeneralSecurityException {
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : certificates(alias)) {
            text.append(pem("CERTIFICATE", certificate.getEncoded()));
        }
        return Files.writeString(folder.resolve(alias + ".crt"), text);
    }

    /** The private key as PEM, for its owner only. */
    Path key(String alias) throws IOException {
        byte[] encoded = identity(alias).keys().getPrivate().getEncoded();
        Path file = Files.writeString(folder.resolve(alias + ".key"), pem("PRIVATE KEY", encoded));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private static String pem(String what, byte[] content) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
                + "\n-----END " + what + "-----\n";
    }

    /** What a client uses that trusts an authority and, perhaps, shows a certificate. */
    SSLSocketFactory client(String authority, @Nullable String alias) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", identity(authority).certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyStore shown = KeyStore.getInstance("PKCS12");
        shown.load(null, null);
        if (alias != null) {
            shown.setKeyEntry("own", identity(alias).keys().getPrivate(), PASSWORD, certificates(alias));
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(shown, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return context.getSocketFactory();
    }
}
