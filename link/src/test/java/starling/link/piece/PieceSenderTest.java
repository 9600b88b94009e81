package starling.link.piece;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import starling.link.LinkException;
import starling.link.LinkState;
import starling.link.MessageHandler;
import starling.link.Patience;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.StateListener;
import starling.link.Transport;

@Timeout(60)
class PieceSenderTest {
    private static final int WINDOW = 16;

    /** Takes pieces, and acknowledges them when it is told to. */
    private static final class Slow implements Transport {
        private final BlockingQueue<CompletableFuture<Void>> pieces = new LinkedBlockingQueue<>();

        @Override
        public CompletableFuture<Void> publish(String topic, byte[] payload, Qos qos, boolean retained) {
            CompletableFuture<Void> taken = new CompletableFuture<>();
            pieces.add(taken);
            return taken;
        }

        @Override
        public void connect(SessionSettings settings) {}

        @Override
        public CompletableFuture<Void> subscribe(String filter, MessageHandler handler) {
            return new CompletableFuture<>();
        }

        @Override
        public void addStateListener(StateListener listener) {}

        @Override
        public LinkState state() {
            return LinkState.CONNECTED;
        }

        @Override
        public void close() {}
    }

    private static List<Thread> senders(PieceSender sender, int count, int pieces) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Piece.Key key = new Piece.Key(1, i, 1, 1);
            Thread thread = new Thread(() -> sender.send("topic", key, new byte[pieces * Piece.BYTES]));
            thread.start();
            threads.add(thread);
        }
        return threads;
    }

    @Test
    void noMoreThanTheWindowWaitsForTheBrokerWhoeverSends() throws InterruptedException {
        Slow transport = new Slow();
        List<Thread> threads = senders(new PieceSender(transport, new Patience(Duration.ofSeconds(30))), 3, 20);
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int acknowledged = 0; acknowledged < 60; acknowledged++) {
            while (waiting.size() < Math.min(WINDOW, 60 - acknowledged)) {
                CompletableFuture<Void> piece = transport.pieces.poll(20, TimeUnit.SECONDS);
                assertTrue(piece != null, "a piece comes where there is room");
                waiting.add(piece);
            }
            TimeUnit.MILLISECONDS.sleep(acknowledged == 0 ? 300 : 2);
            assertEquals(0, transport.pieces.size(), "no piece comes where there is none");
            waiting.remove(0).complete(null);
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Test
    void aBrokerThatTakesNothingIsWaitedForNoLongerThanPatienceLasts() {
        PieceSender sender = new PieceSender(new Slow(), new Patience(Duration.ofMillis(100)));
        Piece.Key key = new Piece.Key(1, 0, 1, 1);
        LinkException late =
                assertThrows(LinkException.class, () -> sender.send("topic", key, new byte[20 * Piece.BYTES]));
        assertEquals(LinkException.Reason.DEADLINE, late.reason());
    }
}
