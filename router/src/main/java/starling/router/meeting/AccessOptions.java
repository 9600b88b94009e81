package starling.router.meeting;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import starling.link.Credentials;
import starling.link.mqtt.CredentialsFile;
import starling.link.mqtt.TlsSettings;
import starling.router.serve.ServeSettings;

/** How a program enters a fleet at a broker that is not its own. */
public final class AccessOptions {
    @Option(
            names = "--credentials",
            paramLabel = "FILE",
            description = "User name and password: lines user= and password=, mode 0600.")
    private @Nullable Path credentials;

    @Option(
            names = "--tls",
            paramLabel = "FILE",
            description =
                    "Whom to trust, and an own certificate: lines authority=, certificate=, key=; or a PEM file of"
                            + " authorities.")
    private @Nullable Path tls;

    @Option(
            names = "--fleet",
            paramLabel = "NAME",
            defaultValue = ServeSettings.FLEET,
            description = "The fleet's name (default: ${DEFAULT-VALUE}).")
    private String fleet = ServeSettings.FLEET;

    public String fleet() {
        return fleet;
    }

    /** Whether a user or trust is named. */
    boolean isGiven() {
        return credentials != null || tls != null;
    }

    /**
     * Who enters; null for somebody without a name.
     *
     * @throws starling.link.LinkException if the file is unfit
     */
    public @Nullable Credentials credentials() {
        return credentials == null ? null : CredentialsFile.read(credentials);
    }

    /**
     * Whom to trust; null for those whom Java trusts.
     *
     * @throws starling.link.LinkException if the file is unfit
     */
    public @Nullable TlsSettings trust() {
        return tls == null ? null : TlsSettings.read(tls);
    }
}
