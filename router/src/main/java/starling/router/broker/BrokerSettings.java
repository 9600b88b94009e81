package starling.router.broker;

import java.util.Optional;
import starling.router.acl.AccessRules;

/**
 * How an {@link EmbeddedBroker} is to run.
 *
 * @param host the address to listen on: loopback unless another one is asked for
 * @param port the port, 0 for any free one
 * @param passwords who may enter
 * @param rules what each user may publish and subscribe to; a user without rules is refused
 * @param allowAnonymous whether clients without a user name may enter and use every topic below {@code starling/}
 * @param tls the files for TLS; without, everything crosses the network in the clear
 * @param limits what the broker gives away at most
 */
public record BrokerSettings(
        String host,
        int port,
        Passwords passwords,
        AccessRules rules,
        boolean allowAnonymous,
        Optional<BrokerTls> tls,
        BrokerLimits limits) {

    /** On loopback at any free port, without TLS, with the standard limits, and closed to everybody. */
    public static BrokerSettings closed() {
        return new BrokerSettings(
                "127.0.0.1",
                0,
                Passwords.nobody(),
                AccessRules.none(),
                false,
                Optional.empty(),
                BrokerLimits.standard());
    }

    public BrokerSettings withAddress(String otherHost, int otherPort) {
        return new BrokerSettings(otherHost, otherPort, passwords, rules, allowAnonymous, tls, limits);
    }

    public BrokerSettings withPasswords(Passwords others) {
        return new BrokerSettings(host, port, others, rules, allowAnonymous, tls, limits);
    }

    public BrokerSettings withRules(AccessRules others) {
        return new BrokerSettings(host, port, passwords, others, allowAnonymous, tls, limits);
    }

    public BrokerSettings withAnonymous(boolean allow) {
        return new BrokerSettings(host, port, passwords, rules, allow, tls, limits);
    }

    public BrokerSettings withTls(BrokerTls files) {
        return new BrokerSettings(host, port, passwords, rules, allowAnonymous, Optional.of(files), limits);
    }

    public BrokerSettings withLimits(BrokerLimits others) {
        return new BrokerSettings(host, port, passwords, rules, allowAnonymous, tls, others);
    }
}
