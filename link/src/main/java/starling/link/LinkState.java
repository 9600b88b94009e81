package starling.link;

/** The states of a {@link Transport}. REFUSED, TAKEN_OVER and CLOSED are final: nothing reconnects from there. */
public enum LinkState {
    /** Not yet asked to connect. */
    IDLE,
    /** Trying to connect for the first time. */
    CONNECTING,
    /** Connected, and all subscriptions are made. */
    CONNECTED,
    /** The connection was lost; reconnecting. */
    LOST,
    /** The broker, or the lack of trust in it, forbids any further attempt. */
    REFUSED,
    /** Another program connected with the same identity. */
    TAKEN_OVER,
    /** Closed by its owner, or never connected by the deadline. */
    CLOSED;

    /** Whether nothing follows. */
    public boolean isFinal() {
        return this == REFUSED || this == TAKEN_OVER || this == CLOSED;
    }
}
