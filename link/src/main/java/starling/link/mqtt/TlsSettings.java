package starling.link.mqtt;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import starling.link.LinkException;
import starling.link.LinkException.Reason;

/**
 * Whom to trust, and how to prove one's own identity; all files are PEM. The host name in the broker's certificate is always compared.
 *
 * @param authority certificates of the authorities to trust, or null for those of the Java installation
 * @param certificate one's own certificate (and those between it and the authority), or null for none
 * @param key its private key, unencrypted, mode 0600: PKCS#8, or the older forms of RSA and EC keys; null exactly if the certificate is
 */
public record TlsSettings(
        @Nullable Path authority,
        @Nullable Path certificate,
        @Nullable Path key) {

    /** Trusts the authorities of the Java installation, and shows no certificate. */
    public static final TlsSettings SYSTEM = new TlsSettings(null, null, null);

    private static final Set<String> KEYS = Set.of("authority", "certificate", "key");

    public TlsSettings {
        if ((certificate == null) != (key == null)) {
            throw new LinkException(
                    Reason.UNFIT,
                    "a certificate and its key must be given together: the "
                            + (certificate == null ? "certificate" : "key") + " is missing");
        }
    }

    /**
     * Reads a file with lines {@code authority=FILE}, {@code certificate=FILE}, {@code key=FILE} (relative to its own folder). A PEM
     * file of certificates is taken as the authorities to trust.
     *
     * @throws LinkException with reason UNFIT if it is anything else
     */
    public static TlsSettings read(Path file) {
        String text = PrivateFile.read("a TLS file", file);
        if (text.contains("-----BEGIN CERTIFICATE-----")) {
            return new TlsSettings(file, null, null);
        }
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IOException | IllegalArgumentException e) {
            throw new LinkException(Reason.UNFIT, "a TLS file must have lines of key=value: " + file + " has not", e);
        }
        for (String key : properties.stringPropertyNames()) {
            if (!KEYS.contains(key)) {
                throw new LinkException(
                        Reason.UNFIT,
                        "a TLS file must have the keys authority, certificate and key only: " + file + " has others");
            }
        }
        return new TlsSettings(
                resolve(file, properties, "authority"),
                resolve(file, properties, "certificate"),
                resolve(file, properties, "key"));
    }

    private static @Nullable Path resolve(Path file, Properties properties, String key) {
        String value = properties.getProperty(key);
        return value == null ? null : file.resolveSibling(value);
    }
}
