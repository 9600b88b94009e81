package starling.agent.fleet;

import java.nio.file.Path;
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
import starling.link.topic.Name;
import starling.link.topic.Role;
import starling.link.topic.Topics;

/** Where a fleet meets, and how a device enters it. */
public final class FleetOptions {
    @Option(
            names = "--broker",
            paramLabel = "URI",
            required = true,
            description = "Where the fleet meets: mqtt://host:port, or mqtts://host:port with TLS.")
    private String broker = "";

    @Option(
            names = "--credentials",
            paramLabel = "FILE",
            description = "User name and password: lines user= and password=, mode 0600.")
    private @Nullable Path credentials;

    @Option(
            names = "--tls",
            paramLabel = "FILE",
            description =
                    "Whom to trust, and the own certificate: lines authority=, certificate=, key=; or a PEM file of"
                            + " authorities.")
    private @Nullable Path tls;

    @Option(
            names = "--fleet",
            paramLabel = "NAME",
            defaultValue = "starling",
            description = "The fleet's name, part of every topic (default: ${DEFAULT-VALUE}).")
    private String fleet = "starling";

    /** As it was given. */
    public String broker() {
        return broker;
    }

    public String fleet() {
        return fleet;
    }

    /**
     * Finds out whether broker and fleet can be.
     *
     * @throws ParameterException where not
     */
    public BrokerAddress address(CommandLine line) {
        try {
            Name.require("a fleet name", fleet);
            return BrokerAddress.parse(broker);
        } catch (LinkException | IllegalArgumentException e) {
            throw new ParameterException(line, String.valueOf(e.getMessage()), e);
        }
    }

    /** A transport to the broker that is not connected yet. */
    public PahoTransport transport(BrokerAddress address) {
        return new PahoTransport(address, tls == null ? null : TlsSettings.read(tls));
    }

    /** How a worker connects. */
    public SessionSettings session(Role.Worker worker, String instance, long seed) {
        return SessionSettings.of(new Topics(fleet), worker, instance)
                .withCredentials(credentials == null ? null : CredentialsFile.read(credentials))
                .withSeed(seed);
    }
}
