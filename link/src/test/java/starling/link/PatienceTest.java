package starling.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PatienceTest {
    private final Patience patience = new Patience(Duration.ofMillis(20));

    @Test
    void aPromiseThatIsKeptIsKept() {
        patience.await("it", CompletableFuture.completedFuture(1));
    }

    @Test
    void aPromiseThatNobodyKeepsIsWaitedForNoLongerThanSaid() {
        LinkException late =
                assertThrows(LinkException.class, () -> patience.await("the answer", new CompletableFuture<Void>()));
        assertEquals(LinkException.Reason.DEADLINE, late.reason());
        assertEquals("the answer must be there within 20 ms: it is not", late.getMessage());
    }

    @Test
    void aBrokenPromiseSaysWhy() {
        LinkException why = new LinkException(LinkException.Reason.NOT_AUTHORISED, "forbidden");
        CompletableFuture<Void> both = CompletableFuture.allOf(CompletableFuture.failedFuture(why));
        assertSame(why, assertThrows(LinkException.class, () -> patience.await("it", both)));
    }

    @Test
    void anInterruptedWaitEndsAndStaysInterrupted() {
        Thread.currentThread().interrupt();
        LinkException why =
                assertThrows(LinkException.class, () -> patience.await("it", new CompletableFuture<Void>()));
        assertEquals(LinkException.Reason.CLOSED, why.reason());
        assertTrue(Thread.interrupted());
    }
}
