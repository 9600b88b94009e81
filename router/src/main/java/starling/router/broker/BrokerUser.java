package starling.router.broker;

import io.netty.util.AttributeKey;
import starling.link.topic.Rights;

/**
 * Who is at the other end of a connection, once the door has let it in.
 *
 * @param name the user name; {@link #ANONYMOUS} for a client without one
 * @param rights what it may publish and subscribe to
 */
record BrokerUser(String name, Rights rights) {

    /** Not a possible user name, so that nobody can be taken for it. */
    static final String ANONYMOUS = "(anonymous)";

    /** Where a connection carries its user. */
    static final AttributeKey<BrokerUser> OF_CONNECTION = AttributeKey.valueOf(BrokerUser.class, "user");
}
