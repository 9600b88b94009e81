package starling.router.broker;

import io.netty.channel.Channel;
import java.util.Objects;
import java.util.Set;
import javax.security.auth.Subject;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyConnection;
import org.apache.activemq.artemis.core.security.CheckType;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;
import org.apache.activemq.artemis.spi.core.security.ActiveMQSecurityManager5;
import org.apache.activemq.artemis.spi.core.security.jaas.UserPrincipal;
import org.jspecify.annotations.Nullable;
import starling.link.topic.TopicFilter;

/**
 * Answers the engine's questions about rights. Who a client is was settled at the door: a connection that did not come
 * through it has no user and may do nothing, whatever name and password it shows.
 *
 * <p>The engine asks per message, and nothing is cached: an answer costs a walk through the user's few filters.
 */
final class TopicSecurity implements ActiveMQSecurityManager5 {

    private static final String QUEUE = "::";

    /** The principal that carries what the door found out. */
    private static final class Entrant extends UserPrincipal {
        private static final long serialVersionUID = 1L;

        private final transient BrokerUser user;
        private final String clientId;

        Entrant(BrokerUser user, String clientId) {
            super(user.name());
            this.user = user;
            this.clientId = clientId;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    @Override
    public @Nullable Subject authenticate(
            @Nullable String name, @Nullable String password, RemotingConnection connection, @Nullable String domain) {
        if (!(connection.getTransportConnection() instanceof NettyConnection transport)) {
            return null;
        }
        Channel channel = transport.getChannel();
        BrokerUser user = channel.attr(BrokerUser.OF_CONNECTION).get();
        if (user == null) {
            return null;
        }
        Subject subject = new Subject();
        subject.getPrincipals().add(new Entrant(user, Objects.requireNonNullElse(connection.getClientID(), "")));
        return subject;
    }

    @Override
    public boolean authorize(@Nullable Subject subject, @Nullable Set<Role> roles, CheckType check, String address) {
        if (subject == null) {
            return false;
        }
        for (Entrant entrant : subject.getPrincipals(Entrant.class)) {
            return mayUse(entrant, check, address);
        }
        return false;
    }

    /** An address is a topic or a filter, and for rights on queues the queue's name after {@code ::}. */
    private static boolean mayUse(Entrant entrant, CheckType check, String address) {
        int colons = address.indexOf(QUEUE);
        String topic = colons < 0 ? address : address.substring(0, colons);
        String own = entrant.clientId + "." + topic;
        if (colons >= 0 && !address.substring(colons + QUEUE.length()).equals(own)) {
            return false; // somebody else's subscription
        }
        return switch (check) {
            case SEND -> mayPublish(entrant, topic);
            case CONSUME,
                    CREATE_DURABLE_QUEUE,
                    DELETE_DURABLE_QUEUE,
                    CREATE_NON_DURABLE_QUEUE,
                    DELETE_NON_DURABLE_QUEUE -> maySubscribe(entrant, topic);
            case CREATE_ADDRESS -> mayPublish(entrant, topic) || maySubscribe(entrant, topic);
            default -> false;
        };
    }

    private static boolean mayPublish(Entrant entrant, String topic) {
        try {
            return entrant.user.rights().mayPublish(TopicFilter.requireTopic(topic));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean maySubscribe(Entrant entrant, String filter) {
        try {
            return entrant.user.rights().maySubscribe(TopicFilter.requireFilter(filter));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public @Nullable String getUserFromSubject(@Nullable Subject subject) {
        if (subject == null) {
            return null;
        }
        for (Entrant entrant : subject.getPrincipals(Entrant.class)) {
            return entrant.getName();
        }
        return null;
    }

    /** Not asked any more by the engine: {@link #authenticate} is. */
    @Override
    public boolean validateUser(@Nullable String user, @Nullable String password) {
        return false;
    }

    /** Not asked any more by the engine: {@link #authorize} is. */
    @Override
    public boolean validateUserAndRole(
            @Nullable String user, @Nullable String password, @Nullable Set<Role> roles, CheckType check) {
        return false;
    }
}
