package starling.link.mqtt;

import java.util.HashSet;
import java.util.Set;

/** The current connection of a session and how far it is. Used on the session's thread only. */
final class Line {

    final Connection connection;

    /** Filters asked for over this connection. */
    final Set<String> requested = new HashSet<>();

    /** Those without an answer yet. */
    final Set<String> awaited = new HashSet<>();

    /** Those that must be answered before the connection counts as made. */
    final Set<String> renewing = new HashSet<>();

    /** Whether the broker has accepted the connection. */
    boolean accepted;

    /** Whether the identity is held, and subscriptions may be made. */
    boolean established;

    int receiveMaximum;
    long maxPacketBytes;

    Line(Connection connection) {
        this.connection = connection;
    }
}
