package starling.router.broker;

import starling.models.UnfitException;

/**
 * What one broker gives away at most. Together these bound its memory: no client, whether known or not, can make it grow
 * much beyond {@link #totalBytes} plus a few packets per connection.
 *
 * @param packetBytes the largest MQTT packet after CONNECT, header included; a larger one ends its connection with reason
 *     code 149 (packet too large)
 * @param connections how many clients may be connected at once; one more is refused with reason code 151 (quota exceeded)
 * @param connectSeconds how long a socket may take to send a whole CONNECT packet, TLS handshake included, before it is
 *     closed
 * @param keepAliveSeconds the longest keep-alive; a client that asks for none or for more is told this one, and a client
 *     that is silent for one and a half times as long is disconnected
 * @param stallSeconds how long a client may leave unread or unacknowledged what the broker has for it before it is
 *     disconnected with reason code 151
 * @param queuedMessages how many messages may wait for one subscription; when one more comes, the oldest is dropped
 * @param queuedBytes how many bytes may wait for one subscription, unacknowledged ones included; when that is exceeded, the
 *     oldest waiting messages are dropped
 * @param inFlight how many messages of QoS 1 and 2 may be on the way to one client without its acknowledgement; they may
 *     take {@link #queuedBytes} and one packet at most
 * @param totalBytes how many bytes may wait in the whole broker, retained messages included; what is published beyond is
 *     acknowledged and dropped, for everybody
 */
public record BrokerLimits(
        int packetBytes,
        int connections,
        int connectSeconds,
        int keepAliveSeconds,
        int stallSeconds,
        int queuedMessages,
        long queuedBytes,
        int inFlight,
        long totalBytes) {

    /** The largest CONNECT packet: it is read from strangers, so it is small whatever {@link #packetBytes} says. */
    static final int CONNECT_BYTES = 16 * 1024;

    /** How many sockets may be between accept and a successful CONNECT at once; further ones are closed. */
    static final int UNKNOWN_CONNECTIONS = 64;

    /** How many subscriptions one connection may hold. */
    static final int SUBSCRIPTIONS = 64;

    private static final int MIB = 1024 * 1024;

    /**
     * The limits of a fleet of small devices: packets to 1 MiB, 256 clients, 5 s for CONNECT, keep-alive to 60 s, 10 s of
     * stalling, 1 000 messages and 2 MiB per subscription, 256 messages in flight, and in all 128 MiB or a quarter of the
     * heap, whichever is less.
     */
    public static BrokerLimits standard() {
        long quarter = Runtime.getRuntime().maxMemory() / 4;
        return new BrokerLimits(
                MIB, 256, 5, 60, 10, 1000, 2L * MIB, 256, Math.max(4L * MIB, Math.min(128L * MIB, quarter)));
    }

    public BrokerLimits {
        require("packetBytes", packetBytes, 1024, 256 * MIB - 1);
        require("connections", connections, 1, 100_000);
        require("connectSeconds", connectSeconds, 1, 3600);
        require("keepAliveSeconds", keepAliveSeconds, 1, 65_535);
        require("stallSeconds", stallSeconds, 1, 3600);
        require("queuedMessages", queuedMessages, 1, 10_000_000);
        require("queuedBytes", queuedBytes, packetBytes, Long.MAX_VALUE);
        require("inFlight", inFlight, 1, 65_535);
        require("totalBytes", totalBytes, queuedBytes, Long.MAX_VALUE);
    }

    private static void require(String name, long value, long lowest, long highest) {
        if (value < lowest || value > highest) {
            throw new UnfitException(
                    "the broker's " + name + " must be " + lowest + " to " + highest + ": it is " + value);
        }
    }
}
