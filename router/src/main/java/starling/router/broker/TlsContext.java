package starling.router.broker;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import starling.models.UnfitException;

/** Makes a TLS context of PEM files. */
final class TlsContext {

    private static final long MAX_BYTES = 1L << 20;
    private static final Pattern KEY = Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

    private TlsContext() {}

    /**
     * Reads the files.
     *
     * @throws UnfitException if one is missing, is not what it should be, or the key is not that of the certificate
     */
    static SslContext of(BrokerTls files) {
        X509Certificate[] chain = certificates("the broker's certificate", files.certificate());
        PrivateKey key = key(files.key(), chain[0].getPublicKey());
        SslContextBuilder builder = SslContextBuilder.forServer(key, chain)
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2");
        files.clientAuthority()
                .ifPresent(authority -> builder.trustManager(certificates("the client authority", authority))
                        .clientAuth(ClientAuth.REQUIRE));
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new UnfitException("cannot use the broker's TLS files: " + e.getMessage(), e);
        }
    }

    private static X509Certificate[] certificates(String what, Path file) {
        try {
            X509Certificate[] found =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(read(what, file)))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toArray(X509Certificate[]::new);
            if (found.length > 0) {
                return found;
            }
        } catch (GeneralSecurityException e) {
            throw new UnfitException(what + " " + file + " must be a certificate in PEM: " + e.getMessage(), e);
        }
        throw new UnfitException(what + " " + file + " must be a certificate in PEM: there is none in it");
    }

    private static PrivateKey key(Path file, PublicKey counterpart) {
        String what = "the broker's private key";
        PasswordFile.requireOwnerOnly(what, file);
        Matcher pem = KEY.matcher(new String(read(what, file), StandardCharsets.US_ASCII));
        if (!pem.find()) {
            throw new UnfitException(
                    what + " " + file + " must be in PEM, PKCS #8 and not encrypted: it has no line BEGIN PRIVATE KEY");
        }
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(pem.group(1));
            String algorithm = counterpart.getAlgorithm();
            PrivateKey key = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
            if (belongTogether(key, counterpart)) {
                return key;
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new UnfitException(what + " " + file + " must be that of the certificate: it cannot be used", e);
        }
        throw new UnfitException(what + " " + file + " must be that of the certificate: it is another one");
    }

    /** What one signs the other verifies. */
    private static boolean belongTogether(PrivateKey key, PublicKey counterpart) throws GeneralSecurityException {
        String algorithm =
                switch (counterpart.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> counterpart.getAlgorithm();
                };
        byte[] text = "starling".getBytes(StandardCharsets.US_ASCII);
        Signature signing = Signature.getInstance(algorithm);
        signing.initSign(key);
        signing.update(text);
        Signature verifying = Signature.getInstance(algorithm);
        verifying.initVerify(counterpart);
        verifying.update(text);
        return verifying.verify(signing.sign());
    }

    private static byte[] read(String what, Path file) {
        try {
            if (!Files.isRegularFile(file) || !Files.isReadable(file) || Files.size(file) > MAX_BYTES) {
                throw new UnfitException(
                        what + " " + file + " must be a readable file of at most " + MAX_BYTES + " bytes: it is not");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UnfitException("cannot read " + what + " " + file + ": " + e.getMessage(), e);
        }
    }
}
