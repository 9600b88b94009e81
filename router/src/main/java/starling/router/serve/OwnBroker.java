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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.link.Credentials;
import starling.link.Limits;
import starling.link.frame.FrameDescriptor;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.TlsSettings;
import starling.link.topic.Rights;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.plan.Plan;
import starling.models.plan.Traffic;
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
    private static final Logger LOG = LoggerFactory.getLogger(OwnBroker.class);

    private static final int MOST_QUEUED = 10_000_000;

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
     * @param plan what its frames must have room for
     * @param maxInFlight inferences at once
     * @throws starling.models.UnfitException when a file is unfit, the settings are unsafe, or the address is in use
     * @throws starling.link.LinkException when a frame of the plan fits into no packet
     */
    static OwnBroker start(RouterConfig config, HostAndPort listen, String fleet, Plan plan, int maxInFlight) {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        String secret = HexFormat.of().formatHex(random);
        Path users = config.users();
        Passwords known = Passwords.nobody();
        List<String> clients = List.of();
        if (users != null) {
            PasswordFile file = PasswordFile.read(users);
            known = file;
            clients = file.users().stream().filter(Role.Client::mayBe).toList();
        }
        boolean anonymous = Boolean.TRUE.equals(config.anonymous());
        AccessRules rules = config.rules() != null
                ? AccessRules.read(config.rules())
                : users != null || config.tlsClientAuthority() != null
                        ? AccessRules.ofFleet(fleet, plan.workers(), clients)
                        : AccessRules.none();
        if (anonymous) {
            rules = withRouter(rules, fleet);
        }
        BrokerSettings settings = BrokerSettings.closed()
                .withAddress(listen.host(), listen.port())
                .withPasswords(withRouter(known, secret))
                .withRules(rules)
                .withAnonymous(anonymous)
                .withLimits(limits(BrokerLimits.standard(), plan, maxInFlight));
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

    /**
     * Limits, widened where a plan needs more: every subscription has room for all that may wait for it at once, and the broker for all of them
     * together.
     */
    static BrokerLimits limits(BrokerLimits standard, Plan plan, int maxInFlight) {
        Traffic widest = Traffic.NONE;
        Traffic all = Traffic.NONE;
        for (Traffic one : Traffic.perSubscription(plan)) {
            Traffic atOnce = one.atOnce(maxInFlight);
            widest = widest.or(atOnce);
            all = all.plus(atOnce);
        }
        long total = FrameDescriptor.mostBytes(all.frames(), all.notes(), all.values());
        long heap = Runtime.getRuntime().maxMemory();
        if (total > heap / 2) {
            LOG.warn(
                    "up to {} MiB may wait in the broker at once, and this Java has {} MiB: give it more (-Xmx), or allow"
                            + " less in flight (--max-in-flight, now {})",
                    total >> 20,
                    heap >> 20,
                    maxInFlight);
        }
        int packet = Math.max(standard.packetBytes(), Limits.packetFor(widest.longest()));
        long queued = Math.max(
                Math.max(standard.queuedBytes(), packet),
                FrameDescriptor.mostBytes(widest.frames(), widest.notes(), widest.values()));
        return new BrokerLimits(
                packet,
                Math.max(standard.connections(), 2 * plan.workers()),
                standard.connectSeconds(),
                standard.keepAliveSeconds(),
                standard.stallSeconds(),
                (int) Math.min(MOST_QUEUED, Math.max(standard.queuedMessages(), widest.frames())),
                queued,
                standard.inFlight(),
                Math.max(Math.max(standard.totalBytes(), queued), total));
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
