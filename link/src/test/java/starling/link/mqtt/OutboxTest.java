package starling.link.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import starling.link.Limits;
import starling.link.LinkException;
import starling.link.LinkException.Reason;
import starling.link.Qos;
import starling.link.contract.Await;

class OutboxTest {

    private static final Limits LIMITS =
            Limits.DEFAULT.withMaxInFlight(3).withQueue(10, 100).withMaxPacketBytes(60);
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    /** Remembers what it was given; acknowledges on demand. */
    private static final class TestWire implements Outbox.Wire {
        private final List<String> sent = new ArrayList<>();
        private final List<Consumer<@Nullable LinkException>> open = new ArrayList<>();
        private boolean broken;

        @Override
        public void send(Outbox.Parcel parcel, Consumer<@Nullable LinkException> done) {
            if (broken) {
                throw new LinkException(Reason.LOST, "broken");
            }
            sent.add(new String(parcel.payload(), StandardCharsets.UTF_8));
            open.add(done);
        }

        void acknowledge() {
            open.remove(0).accept(null);
        }
    }

    private final Outbox outbox = new Outbox(LIMITS, DEADLINE);
    private final TestWire wire = new TestWire();

    private CompletableFuture<Void> submit(String text) {
        return outbox.submit("t", text.getBytes(StandardCharsets.UTF_8), Qos.AT_LEAST_ONCE, false);
    }

    private static Reason reason(CompletableFuture<Void> future) {
        return Await.failure(future).reason();
    }

    @Test
    void theWindowIsTheSmallerOfOursAndOneBelowTheBrokers() {
        for (int[] pair : new int[][] {{65535, 3}, {4, 3}, {3, 2}, {2, 1}, {1, 1}}) {
            TestWire fresh = new TestWire();
            Outbox own = new Outbox(LIMITS, DEADLINE);
            own.open(fresh, pair[0], Long.MAX_VALUE);
            for (int i = 0; i < 5; i++) {
                var unused = own.submit("t", new byte[0], Qos.AT_LEAST_ONCE, false);
            }
            assertEquals(pair[1], fresh.sent.size(), "receive maximum " + pair[0]);
        }
    }

    @Test
    void orderIsKeptAndEachAcknowledgementLetsOneFollow() {
        outbox.open(wire, 65535, Long.MAX_VALUE);
        List<CompletableFuture<Void>> futures = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            futures.add(submit("" + i));
        }
        assertEquals(List.of("0", "1", "2"), wire.sent);
        assertFalse(futures.get(0).isDone());
        wire.acknowledge();
        assertTrue(futures.get(0).isDone());
        assertEquals(List.of("0", "1", "2", "3"), wire.sent);
        while (!wire.open.isEmpty()) {
            wire.acknowledge();
        }
        assertEquals(List.of("0", "1", "2", "3", "4", "5"), wire.sent);
        futures.forEach(Await::done);
    }

    @Test
    void countAndBytesAreBoundedAndFreedAgain() {
        outbox.open(wire, 65535, Long.MAX_VALUE);
        for (int i = 0; i < 10; i++) {
            var unused = submit("");
        }
        assertEquals(Reason.QUEUE_FULL, reason(submit("")));
        wire.acknowledge();
        assertFalse(submit("").isDone());
        while (!wire.open.isEmpty()) {
            wire.acknowledge();
        }
        assertFalse(submit("x".repeat(40)).isDone());
        assertFalse(submit("x".repeat(40)).isDone());
        assertEquals(Reason.QUEUE_FULL, reason(submit("x".repeat(21))));
        assertFalse(submit("x".repeat(20)).isDone());
        outbox.fail(new LinkException(Reason.LOST, "lost"));
        outbox.open(wire, 65535, Long.MAX_VALUE);
        assertFalse(submit("x".repeat(40)).isDone(), "the loss has freed the bytes");
    }

    @Test
    void lengthsAreThoseOfTheWholePacket() {
        outbox.open(wire, 65535, 50);
        // 2 bytes of fixed header, 2 + 1 topic, 2 identifier, 1 + 3 properties
        assertFalse(submit("x".repeat(39)).isDone());
        LinkException why = Await.failure(submit("x".repeat(40)));
        assertEquals("a packet must have at most 50 bytes: it would have 51", why.getMessage());
    }

    @Test
    void expiryFailsTheOldestAndKeepsTheirPlaceInTheWindow() {
        outbox.open(wire, 65535, Long.MAX_VALUE);
        List<CompletableFuture<Void>> futures = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            futures.add(submit("" + i));
        }
        outbox.expire(System.nanoTime());
        assertFalse(futures.get(0).isDone());
        outbox.expire(System.nanoTime() + DEADLINE.toNanos() + 1);
        futures.forEach(future -> assertEquals(Reason.DEADLINE, reason(future)));
        CompletableFuture<Void> next = submit("next");
        assertEquals(List.of("0", "1", "2"), wire.sent, "nothing was acknowledged, so nothing may follow");
        wire.acknowledge();
        assertEquals("next", wire.sent.get(3), "3 and 4 are not sent any more");
        wire.acknowledge();
        wire.acknowledge();
        wire.acknowledge();
        Await.done(next);
    }

    @Test
    void aLossFailsEverythingAndAnOldAcknowledgementIsIgnored() {
        outbox.open(wire, 65535, Long.MAX_VALUE);
        List<CompletableFuture<Void>> futures = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            futures.add(submit("" + i));
        }
        outbox.fail(new LinkException(Reason.LOST, "lost"));
        futures.forEach(future -> assertEquals(Reason.LOST, reason(future)));
        assertEquals(Reason.NOT_CONNECTED, reason(submit("x")));
        TestWire second = new TestWire();
        outbox.open(second, 2, Long.MAX_VALUE);
        CompletableFuture<Void> one = submit("one");
        CompletableFuture<Void> two = submit("two");
        while (!wire.open.isEmpty()) {
            wire.acknowledge();
        }
        assertFalse(one.isDone());
        assertEquals(List.of("one"), second.sent);
        second.acknowledge();
        second.acknowledge();
        Await.done(two);
    }

    @Test
    void aWireThatThrowsFailsThatMessageOnly() {
        outbox.open(wire, 65535, Long.MAX_VALUE);
        wire.broken = true;
        assertEquals(Reason.LOST, reason(submit("x")));
        wire.broken = false;
        CompletableFuture<Void> next = submit("y");
        wire.acknowledge();
        Await.done(next);
    }

    @Test
    void whatDependsOnAFutureMayPublish() {
        outbox.open(wire, 65535, Long.MAX_VALUE);
        CompletableFuture<Void> chained = submit("first").thenCompose(nothing -> submit("second"));
        wire.acknowledge();
        wire.acknowledge();
        Await.done(chained);
        assertEquals(List.of("first", "second"), wire.sent);
    }

    @Test
    void whenEndedNothingIsTaken() throws Exception {
        outbox.open(wire, 65535, Long.MAX_VALUE);
        CompletableFuture<Void> last = submit("last");
        outbox.end(new LinkException(Reason.CLOSED, "closed"));
        assertEquals(Reason.CLOSED, reason(submit("x")));
        outbox.awaitEmpty(1);
        assertFalse(last.isDone());
        wire.acknowledge();
        outbox.awaitEmpty(Await.LONGEST.toMillis());
        Await.done(last);
    }

    @Test
    void everyFutureCompletesOnceUnderRandomEvents() {
        SplittableRandom random = new SplittableRandom(11);
        List<CompletableFuture<Void>> all = new ArrayList<>();
        TestWire now = wire;
        outbox.open(now, 65535, Long.MAX_VALUE);
        for (int i = 0; i < 20_000; i++) {
            switch (random.nextInt(10)) {
                case 0 -> {
                    if (random.nextInt(20) == 0) {
                        outbox.fail(new LinkException(Reason.LOST, "lost"));
                        now = new TestWire();
                        outbox.open(now, 1 + random.nextInt(5), Long.MAX_VALUE);
                    }
                }
                case 1 -> now.broken = random.nextInt(10) == 0;
                case 2, 3, 4, 5 -> {
                    if (!now.open.isEmpty()) {
                        now.acknowledge();
                    }
                }
                default -> all.add(submit("" + i));
            }
            assertTrue(now.open.size() <= 3);
        }
        outbox.fail(new LinkException(Reason.LOST, "end"));
        all.forEach(future -> assertTrue(future.isDone()));
        assertTrue(all.stream().anyMatch(future -> !future.isCompletedExceptionally()));
    }
}
