package starling.link.mqtt;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import starling.link.LinkException;
import starling.link.LinkException.Reason;

/** Turns {@link TlsSettings} into what Java's TLS wants. */
final class TlsContext {

    private TlsContext() {}

    /**
     * Reads all files.
     *
     * @throws LinkException with reason UNFIT if one of them is not what it should be
     */
    static SSLContext of(TlsSettings settings) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(ownIdentity(settings), trust(settings.authority()), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new LinkException(Reason.UNFIT, "the TLS files do not fit together: " + e.getMessage(), e);
        }
    }

    private static TrustManager @Nullable [] trust(@Nullable Path authority)
            throws GeneralSecurityException, IOException {
        if (authority == null) {
            return null;
        }
        KeyStore store = emptyStore();
        int number = 0;
        for (X509Certificate certificate : Pem.certificates(authority)) {
            store.setCertificateEntry("authority-" + number++, certificate);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager @Nullable [] ownIdentity(TlsSettings settings)
            throws GeneralSecurityException, IOException {
        Path certificate = settings.certificate();
        Path key = settings.key();
        if (certificate == null || key == null) {
            return null;
        }
        List<X509Certificate> chain = Pem.certificates(certificate);
        KeyStore store = emptyStore();
        store.setKeyEntry("own", Pem.privateKey(key), new char[0], chain.toArray(new X509Certificate[0]));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
