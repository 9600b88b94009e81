package starling.learning.uplink;

import java.util.Optional;

/** Where nodes keep what they could not send. */
public interface Residuals {
    /** What a node has left before a round, counted from 0; empty before its first. */
    Optional<byte[]> before(long node, long round);

    /** Keeps what a node has left after a round. */
    void after(long node, long round, byte[] state);
}
