package starling.router.serve;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import starling.link.Credentials;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.TlsSettings;
import starling.link.topic.Rights;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.router.acl.AccessRules;
import starling.router.broker.BrokerLimits;
import starling.router.broker.BrokerSettings;
import starling.router.broker.BrokerTls;
import starling.router.broker.EmbeddedBroker;
import starling.router.broker.PasswordFile;
import starling.router.broker.Passwords;

/**
 * The broker inside the router's process, and how the router itself enters it: with a password that is drawn at each start and known to
 * nobody else.
 */
final class OwnBroker implements AutoCloseable {
    private static final String ROUTER = new Role.Router().user();
    private static final long PACKETS_PER_QUEUE = 16;

    private final EmbeddedBroker broker;
    private final BrokerAddress address;
    private final Credentials credentials;
    private final @Nullable TlsSettings trust;

    private OwnBroker(
            EmbeddedBroker broker, BrokerAddress address, Credentials credentials, @Nullable TlsSettings trust) {
        this.broker = broker;
        this.address = address;
        this.credentials = credentials;
        this.trust = trust;
    }

    /**
     * Starts the broker.
     *
     * @param config its keys
     * @param listen where to listen
     * @param fleet name of the fleet
     * @param workers how many there are
     * @param packet the longest packet it must take
     * @throws starling.models.UnfitException when a file is unfit, the settings are unsafe, or the address is in use
     */
    static OwnBroker start(RouterConfig config, HostAndPort listen, String fleet, int workers, int packet) {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        String secret = HexFormat.of().formatHex(random);
        Path users = config.users();
        Passwords known = Passwords.nobody();
        List<String> clients = List.of();
        if (users != null) {
            PasswordFile file = PasswordFile.read(users);
            known = file;
            clients = file.users().stream()
                    .filter(user -> !user.equals(ROUTER) && !user.startsWith("worker-"))
                    .toList();
        }
        boolean anonymous = Boolean.TRUE.equals(config.anonymous());
        AccessRules rules = config.rules() != null
                ? AccessRules.read(config.rules())
                : users != null || config.tlsClientAuthority() != null
                        ? AccessRules.ofFleet(fleet, workers, clients)
                        : AccessRules.none();
        if (anonymous) {
            rules = withRouter(rules, fleet);
        }
        BrokerSettings settings = BrokerSettings.closed()
                .withAddress(listen.host(), listen.port())
                .withPasswords(withRouter(known, secret))
                .withRules(rules)
                .withAnonymous(anonymous)
                .withLimits(limits(workers, packet));
        Path certificate = config.tlsCertificate();
        Path key = config.tlsKey();
        if (certificate != null && key != null) {
            settings =
                    settings.withTls(new BrokerTls(certificate, key, Optional.ofNullable(config.tlsClientAuthority())));
        }
        EmbeddedBroker broker = EmbeddedBroker.start(settings);
        BrokerAddress address = new BrokerAddress(listen.reachable(), broker.port(), certificate != null);
        return new OwnBroker(broker, address, new Credentials(ROUTER, secret), trust(config));
    }

    /** Clients without a user name are not known beforehand, so the router must be allowed to answer anybody. */
    private static AccessRules withRouter(AccessRules rules, String fleet) {
        Map<String, Rights> users = new TreeMap<>(rules.users());
        users.put(ROUTER, new Topics(fleet).rights(new Role.Router()));
        return new AccessRules(users);
    }

    /** The standard ones, widened where the plan needs more. */
    private static BrokerLimits limits(int workers, int packet) {
        BrokerLimits standard = BrokerLimits.standard();
        long queued = packet > standard.packetBytes() ? PACKETS_PER_QUEUE * packet : standard.queuedBytes();
        return new BrokerLimits(
                Math.max(standard.packetBytes(), packet),
                Math.max(standard.connections(), 2 * workers),
                standard.connectSeconds(),
                standard.keepAliveSeconds(),
                standard.stallSeconds(),
                standard.queuedMessages(),
                queued,
                standard.inFlight(),
                Math.max(standard.totalBytes(), 2 * queued));
    }

    /** Whom the router trusts: as told, else the broker's own certificate. */
    private static @Nullable TlsSettings trust(RouterConfig config) {
        Path certificate = config.tlsCertificate();
        if (certificate == null) {
            return null;
        }
        Path tls = config.tls();
        return tls == null ? new TlsSettings(certificate, null, null) : TlsSettings.read(tls);
    }

    private static Passwords withRouter(Passwords others, String secret) {
        byte[] right = secret.getBytes(StandardCharsets.US_ASCII);
        return new Passwords() {
            @Override
            public boolean admit(String user, byte[] password) {
                boolean self = MessageDigest.isEqual(right, password) && user.equals(ROUTER);
                return self || others.admit(user, password);
            }

            @Override
            public boolean knows(String user) {
                return user.equals(ROUTER) || others.knows(user);
            }
        };
    }

    BrokerAddress address() {
        return address;
    }

    Credentials credentials() {
        return credentials;
    }

    @Nullable
    TlsSettings trust() {
        return trust;
    }

    String uri() {
        return broker.uri();
    }

    @Override
    public void close() {
        broker.close();
    }
}
