package starling.link;

import java.time.Duration;

/**
 * How long a transport waits.
 *
 * @param connectDeadline for the first connection, all attempts together
 * @param operationDeadline for one attempt to connect, one acknowledgement, one good-bye
 * @param keepAlive silence after which a sign of life is sent; a dead connection is noticed after about twice that
 * @param firstPause pause before the first new attempt; each further one doubles it, and each is drawn between half and all of it
 * @param longestPause where the doubling ends
 */
public record Timing(
        Duration connectDeadline,
        Duration operationDeadline,
        Duration keepAlive,
        Duration firstPause,
        Duration longestPause) {

    /** 30 s, 10 s, 5 s, 100 ms, 5 s. */
    public static final Timing DEFAULT = new Timing(
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ofMillis(100),
            Duration.ofSeconds(5));

    public Timing {
        requirePositive("connectDeadline", connectDeadline);
        requirePositive("operationDeadline", operationDeadline);
        requirePositive("firstPause", firstPause);
        requirePositive("longestPause", longestPause);
        if (keepAlive.toSeconds() < 1 || keepAlive.toSeconds() > 65535) {
            throw new IllegalArgumentException("keepAlive must be 1 to 65535 seconds: it is " + keepAlive);
        }
    }

    /** The same timing with another deadline for the first connection. */
    public Timing withConnectDeadline(Duration deadline) {
        return new Timing(deadline, operationDeadline, keepAlive, firstPause, longestPause);
    }

    /** The same timing with another deadline for each operation. */
    public Timing withOperationDeadline(Duration deadline) {
        return new Timing(connectDeadline, deadline, keepAlive, firstPause, longestPause);
    }

    /** The same timing with another keep-alive. */
    public Timing withKeepAlive(Duration silence) {
        return new Timing(connectDeadline, operationDeadline, silence, firstPause, longestPause);
    }

    /** The same timing with other pauses between attempts. */
    public Timing withPauses(Duration first, Duration longest) {
        return new Timing(connectDeadline, operationDeadline, keepAlive, first, longest);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(name + " must be at least 1 ms: it is " + value);
        }
    }
}
