package starling.router.meeting;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import starling.link.LinkException;
import starling.link.SessionSettings;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.CredentialsFile;
import starling.link.mqtt.PahoTransport;
import starling.link.mqtt.TlsSettings;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.router.serve.ServeSettings;

/** Where a router meets agents at a broker that is not its own. */
public final class MeetingOptions {
    private static final int INSTANCE_BYTES = 8;
    private static final int MOST_SECONDS = 86_400;

    @Option(
            names = "--broker",
            paramLabel = "URI",
            description = "Where the router and its agents meet: mqtt://host:port or mqtts://host:port.")
    private @Nullable String broker;

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

    /**
     * A meeting that can be.
     *
     * @param fleet its name
     * @param instance this run of the router, drawn at random
     * @param session who the router is to the broker
     * @param address of the broker
     * @param trust in it
     */
    public record Meeting(
            String fleet,
            String instance,
            SessionSettings session,
            BrokerAddress address,
            @Nullable TlsSettings trust) {
        /** A transport that is not connected yet. */
        public PahoTransport transport() {
            return new PahoTransport(address, trust);
        }
    }

    /**
     * What was given.
     *
     * @return null without a broker
     * @throws ParameterException where it cannot be
     */
    public @Nullable Meeting meeting(CommandLine line) {
        if (broker == null) {
            if (credentials != null || tls != null) {
                throw new ParameterException(line, "--credentials and --tls are for a broker: --broker is missing");
            }
            return null;
        }
        try {
            Topics topics = new Topics(fleet);
            BrokerAddress address = address(line, broker);
            TlsSettings trust = tls == null ? null : TlsSettings.read(tls);
            byte[] random = new byte[INSTANCE_BYTES];
            new SecureRandom().nextBytes(random);
            String instance = HexFormat.of().formatHex(random);
            SessionSettings session = SessionSettings.of(topics, new Role.Router(), instance)
                    .withCredentials(credentials == null ? null : CredentialsFile.read(credentials));
            return new Meeting(fleet, instance, session, address, trust);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line, String.valueOf(e.getMessage()), e);
        }
    }

    private static BrokerAddress address(CommandLine line, String text) {
        try {
            return BrokerAddress.parse(text);
        } catch (LinkException e) {
            throw new ParameterException(line, String.valueOf(e.getMessage()), e);
        }
    }

    /** Seconds of an option must be 1 to a day. */
    public static void requireSeconds(CommandLine line, String option, int value) {
        if (value < 1 || value > MOST_SECONDS) {
            throw new ParameterException(line, option + " must be 1 to " + MOST_SECONDS + " s: it is " + value);
        }
    }
}
