package starling.router.broker;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.models.UnfitException;

/**
 * What must hold before a broker opens its door. A password file or a file of rules that is missing, empty, malformed or
 * open to others is refused already where it is read ({@link PasswordFile#read}, {@link
 * starling.router.acl.AccessRules#read}); here is what depends on several settings at once.
 */
final class BrokerPreflight {

    private static final Logger LOG = LoggerFactory.getLogger(BrokerPreflight.class);

    private BrokerPreflight() {}

    /**
     * Checks.
     *
     * @throws UnfitException with one sentence if the broker must not start
     */
    static void check(BrokerSettings settings) {
        if (settings.port() < 0 || settings.port() > 65_535) {
            throw new UnfitException("the broker's port must be 0 to 65535: it is " + settings.port());
        }
        InetAddress address;
        try {
            address = InetAddress.getByName(settings.host());
        } catch (UnknownHostException e) {
            throw new UnfitException(
                    "the broker's address must be one of this machine: " + settings.host() + " is unknown", e);
        }
        boolean reachable = !address.isLoopbackAddress();
        if (settings.allowAnonymous() && reachable) {
            throw new UnfitException("a broker for anonymous clients must listen on loopback only: it is to listen on "
                    + settings.host());
        }
        if (!settings.allowAnonymous() && settings.rules().users().isEmpty()) {
            throw new UnfitException(
                    "a broker needs rules for at least one user, or leave for anonymous clients: it has neither");
        }
        boolean byCertificate =
                settings.tls().flatMap(BrokerTls::clientAuthority).isPresent();
        if (!settings.allowAnonymous()
                && !byCertificate
                && settings.rules().users().keySet().stream().noneMatch(settings.passwords()::knows)) {
            throw new UnfitException(
                    "a broker needs the password of at least one user that it has rules for: it has none");
        }
        if (reachable && settings.tls().isEmpty()) {
            LOG.warn(
                    "the broker listens on {} without TLS: passwords and data cross the network in the clear",
                    settings.host());
        }
    }
}
