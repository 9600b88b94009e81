package starling.router.meeting;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import starling.link.LinkException;
import starling.link.SessionSettings;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.PahoTransport;
import starling.link.mqtt.TlsSettings;
import starling.link.presence.Instance;
import starling.link.topic.Role;
import starling.link.topic.Topics;

/** Where a router meets agents at a broker that is not its own. */
public final class MeetingOptions {
    private static final int MOST_SECONDS = 86_400;

    @Option(
            names = "--broker",
            paramLabel = "URI",
            description = "Where the router and its agents meet: mqtt://host:port or mqtts://host:port.")
    private @Nullable String broker;

    @Mixin
    private AccessOptions access = new AccessOptions();

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
            if (access.isGiven()) {
                throw new ParameterException(line, "--credentials and --tls are for a broker: --broker is missing");
            }
            return null;
        }
        try {
            Topics topics = new Topics(access.fleet());
            BrokerAddress address = address(line, broker);
            TlsSettings trust = access.trust();
            String instance = Instance.fresh().name();
            SessionSettings session =
                    SessionSettings.of(topics, new Role.Router(), instance).withCredentials(access.credentials());
            return new Meeting(access.fleet(), instance, session, address, trust);
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
