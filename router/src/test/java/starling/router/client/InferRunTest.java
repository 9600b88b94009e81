package starling.router.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import starling.models.UnfitException;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.router.request.ReplyNote;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InferRunTest {
    private static final Reply BUSY = new Reply(
            null, false, new ReplyNote(null, List.of(), null, null, null, null, null, null, "busy", "one more"), 1);
    private static final Reply ANSWER = new Reply(new float[1], true, ReplyNote.error(""), 1);

    private final Dataset data = DataSpec.parse("builtin:mnist,limit=5").open(Split.TEST, 0);

    private List<Reply> run(Function<float[], CompletableFuture<Reply>> asking) throws InterruptedException {
        return new InferRun(asking, data, 1, 1, Duration.ofSeconds(30)).run(done -> {});
    }

    /** Busy at first; afterwards, on another thread, what {@code then} does. */
    private static Function<float[], CompletableFuture<Reply>> busyThen(
            Function<float[], CompletableFuture<Reply>> then) {
        AtomicInteger asked = new AtomicInteger();
        return input -> asked.getAndIncrement() == 0 ? CompletableFuture.completedFuture(BUSY) : then.apply(input);
    }

    @Test
    void aRefusedRequestIsRepeated() throws InterruptedException {
        assertEquals(List.of(ANSWER), run(busyThen(input -> CompletableFuture.completedFuture(ANSWER))));
    }

    /** Every fourth request finds the router away for a while; none is lost, however long the run. */
    @Test
    void aRouterThatComesBackLosesNoSample() throws InterruptedException {
        AtomicInteger asked = new AtomicInteger();
        Reply away = new Reply(null, false, ReplyNote.unsent("the router is not there"), 1);
        List<Reply> replies = new InferRun(
                        input -> CompletableFuture.completedFuture(asked.getAndIncrement() % 4 == 0 ? ANSWER : away),
                        data,
                        5,
                        1,
                        Duration.ofSeconds(30))
                .run(done -> {});
        assertEquals(List.of(ANSWER, ANSWER, ANSWER, ANSWER, ANSWER), replies);
        assertEquals(17, asked.get());
    }

    /** Once nothing has come for as long as is waited, the rest fails at once. */
    @Test
    void aRouterThatStaysAwayIsWaitedForOnce() throws InterruptedException {
        Reply away = new Reply(null, false, ReplyNote.unsent("the router is not there"), 1);
        AtomicInteger asked = new AtomicInteger();
        List<Reply> replies = new InferRun(
                        input -> {
                            asked.incrementAndGet();
                            return CompletableFuture.completedFuture(away);
                        },
                        data,
                        5,
                        1,
                        Duration.ofMillis(1))
                .run(done -> {});
        assertEquals(List.of(away, away, away, away, away), replies);
        assertTrue(asked.get() <= 6, asked + " requests");
    }

    @Test
    void aFaultInARepeatedRequestEndsTheRun() {
        UnfitException unfit = new UnfitException("row 7 is not finite");
        assertEquals(
                unfit,
                assertThrows(
                        UnfitException.class,
                        () -> run(busyThen(input -> {
                            throw unfit;
                        }))));
    }

    @Test
    void aFutureThatFailsEndsTheRun() {
        IllegalStateException ended = assertThrows(
                IllegalStateException.class,
                () -> run(input -> CompletableFuture.failedFuture(new IllegalArgumentException("odd"))));
        assertInstanceOf(IllegalArgumentException.class, ended.getCause());
    }
}
