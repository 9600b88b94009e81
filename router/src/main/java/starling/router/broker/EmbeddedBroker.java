package starling.router.broker;

import io.netty.handler.ssl.SslContext;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.WildcardConfiguration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptor;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.core.settings.impl.SlowConsumerPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.models.UnfitException;

/**
 * An MQTT broker inside this process: Apache ActiveMQ Artemis, in memory only, behind a {@link Door} of our own. It speaks
 * MQTT 5 (and 3.1.1, for tools), writes nothing to disk, and registers nothing in JMX.
 *
 * <p><b>Sessions</b> end with their connection, whatever the client asks for: a session expiry interval is answered with 0.
 * A second connection of the same user takes over, the first is told so (reason code 142), and its last will is not sent.
 * Nor is that of a client whose DISCONNECT was read, whatever happens to its socket afterwards.
 *
 * <p><b>A subscriber that does not keep up</b> never holds a publisher up, and costs the other subscribers nothing. Its
 * messages wait, at most {@link BrokerLimits#queuedMessages} of them or {@link BrokerLimits#queuedBytes}, then the oldest are
 * dropped. When it neither reads nor acknowledges for {@link BrokerLimits#stallSeconds} it is disconnected. Only when all
 * that waits exceeds {@link BrokerLimits#totalBytes} are further messages dropped for everybody. A publisher gets its
 * acknowledgement in each case: it says that the broker took a message, not that anybody got it. So receivers must count.
 *
 * <p>Cost: about a second to start, some twenty threads, and tens of megabytes of heap before the first client.
 */
public final class EmbeddedBroker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);
    private static final String ACCEPTOR = "mqtt";

    private final ActiveMQServer engine;
    private final Door door;
    private final QueueBound bound;
    private final String uri;

    private EmbeddedBroker(ActiveMQServer engine, Door door, QueueBound bound, String uri) {
        this.engine = engine;
        this.door = door;
        this.bound = bound;
        this.uri = uri;
    }

    /**
     * Starts a broker; it accepts clients when this returns.
     *
     * @throws UnfitException if the settings fail the {@linkplain BrokerPreflight preflight}, or the address is in use
     */
    public static EmbeddedBroker start(BrokerSettings settings) {
        BrokerPreflight.check(settings);
        BrokerLogs.quieten();
        Optional<SslContext> tls = settings.tls().map(TlsContext::of);
        QueueBound bound = new QueueBound(settings.limits().queuedBytes());
        ActiveMQServer engine =
                new ActiveMQServerImpl(configuration(settings.limits(), bound), null, new TopicSecurity());
        boolean complete = false;
        try {
            engine.start();
            GoodByes.letCount(engine.getRemotingService());
            NettyAcceptor acceptor = (NettyAcceptor) Objects.requireNonNull(
                    engine.getRemotingService().getAcceptor(ACCEPTOR), "the engine has no MQTT support");
            Door door = new Door(settings, tls, acceptor);
            String uri = (tls.isPresent() ? "ssl://" : "tcp://") + settings.host() + ":" + door.port();
            LOG.info("broker listens on {}", uri);
            complete = true;
            return new EmbeddedBroker(engine, door, bound, uri);
        } catch (UnfitException e) {
            throw e;
        } catch (Exception e) {
            throw new UnfitException("the broker did not start: " + e.getMessage(), e);
        } finally {
            if (!complete) {
                stop(engine);
            }
        }
    }

    private static Configuration configuration(BrokerLimits limits, QueueBound bound) {
        ConfigurationImpl configuration = new ConfigurationImpl();
        configuration
                .setName("starling")
                .setPersistenceEnabled(false)
                .setJMXManagementEnabled(false)
                .setSecurityEnabled(true)
                .setAuthenticationCacheSize(0)
                .setAuthorizationCacheSize(0)
                // Whoever shows this user's password may do everything; nobody is to know it.
                .setClusterUser(secret())
                .setClusterPassword(secret())
                .setConnectionTtlCheckInterval(500)
                .setGlobalMaxSize(limits.totalBytes())
                .setMaxDiskUsage(-1)
                .setDiskScanPeriod(-1)
                .setIDCacheSize(1)
                .setPersistIDCache(false)
                .setWildCardConfiguration(new WildcardConfiguration()
                        .setDelimiter('/')
                        .setSingleWord('+')
                        .setAnyWords('#'))
                .addAddressSetting("#", queues(limits))
                .addAcceptorConfiguration(
                        new TransportConfiguration(NettyAcceptorFactory.class.getName(), acceptor(limits), ACCEPTOR));
        configuration.registerBrokerPlugin(bound);
        configuration.setMqttSubscriptionPersistenceEnabled(false);
        // Its answer to a long pause of the machine would be to end the process.
        configuration.setCriticalAnalyzer(false);
        return configuration;
    }

    private static AddressSettings queues(BrokerLimits limits) {
        return new AddressSettings()
                .setAddressFullMessagePolicy(AddressFullMessagePolicy.DROP)
                .setMaxSizeBytes(-1)
                .setDefaultRingSize(limits.queuedMessages())
                .setDefaultAddressRoutingType(RoutingType.MULTICAST)
                .setMaxDeliveryAttempts(-1)
                .setSlowConsumerPolicy(SlowConsumerPolicy.NOTIFY);
    }

    private static Map<String, Object> acceptor(BrokerLimits limits) {
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("protocols", "MQTT");
        parameters.put("tcpNoDelay", true);
        // It does not listen: the door does, and transfers connections to it.
        parameters.put("httpUpgradeEnabled", true);
        parameters.put("remotingThreads", 1);
        parameters.put("useEpoll", false);
        parameters.put("serverKeepAlive", limits.keepAliveSeconds());
        parameters.put("maximumPacketSize", limits.packetBytes());
        parameters.put("topicAliasMaximum", 0);
        parameters.put("defaultMqttSessionExpiryInterval", 0);
        parameters.put("defaultMaximumInFlightPublishMessages", limits.inFlight());
        return parameters;
    }

    private static String secret() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** The port it listens on. */
    public int port() {
        return door.port();
    }

    /** Where clients of this machine connect to: {@code tcp://host:port}, or {@code ssl://host:port} with TLS. */
    public String uri() {
        return uri;
    }

    /** How many clients are connected. */
    public int connections() {
        return door.connections();
    }

    /** How many connections and CONNECT packets were refused since the start. */
    public long refusals() {
        return door.refusals();
    }

    /** How many bytes wait for subscribers or are retained. */
    public long queuedBytes() {
        return engine.getPagingManager().getGlobalSize();
    }

    /** How many messages were dropped since the start because they took more bytes than may wait for a subscription. */
    public long droppedMessages() {
        return bound.dropped();
    }

    /** Tells every client (reason code 139, server shutting down) and stops. Messages that wait are lost. */
    @Override
    public void close() {
        door.close();
        stop(engine);
        door.release();
    }

    private static void stop(ActiveMQServer engine) {
        try {
            engine.stop();
        } catch (Exception e) {
            LOG.warn("the broker did not stop in order", e);
        }
    }
}
