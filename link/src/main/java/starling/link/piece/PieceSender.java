package starling.link.piece;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import starling.link.Patience;
import starling.link.Qos;
import starling.link.Transport;

/**
 * Publishes long messages piece by piece, at QoS 1: never more than {@value #WINDOW} pieces wait for the broker, whatever is sent at the same
 * time by several threads. Holds its thread, so never to be used on a thread of the transport.
 */
public final class PieceSender {
    private static final int WINDOW = 16;

    private final Transport transport;
    private final Patience patience;
    private final Semaphore window = new Semaphore(WINDOW, true);

    /**
     * Sends over a transport.
     *
     * @param patience for each piece
     */
    public PieceSender(Transport transport, Patience patience) {
        this.transport = transport;
        this.patience = patience;
    }

    /**
     * Sends a message.
     *
     * @return the bytes that were published
     * @throws starling.link.LinkException when a piece is not taken by the broker; those after it are not sent
     */
    public long send(String topic, Piece.Key key, byte[] message) {
        long published = 0;
        Deque<CompletableFuture<Void>> waiting = new ArrayDeque<>();
        for (Piece piece : Piece.of(key, message, Piece.BYTES)) {
            while (!waiting.isEmpty() && waiting.getFirst().isDone()) {
                patience.await("a piece on " + topic, waiting.removeFirst());
            }
            patience.acquire("room for a piece on " + topic, window);
            byte[] bytes = piece.encode();
            published += bytes.length;
            waiting.addLast(transport
                    .publish(topic, bytes, Qos.AT_LEAST_ONCE, false)
                    .whenComplete((done, failure) -> window.release()));
        }
        while (!waiting.isEmpty()) {
            patience.await("a piece on " + topic, waiting.removeFirst());
        }
        return published;
    }
}
