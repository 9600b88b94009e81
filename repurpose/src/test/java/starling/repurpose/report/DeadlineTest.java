package starling.repurpose.report;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class DeadlineTest {
    @Test
    @Timeout(60)
    void interruptsItsThreadAndTakesItBack() {
        Deadline early = new Deadline(Duration.ofMillis(5));
        assertThrows(InterruptedException.class, () -> new CountDownLatch(1).await(60, TimeUnit.SECONDS));
        early.close();
        assertFalse(Thread.currentThread().isInterrupted());
        Deadline late = new Deadline(Duration.ofMillis(1));
        while (!late.isOver()) {
            Thread.onSpinWait();
        }
        late.close();
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    @Timeout(60)
    void leavesAThreadAloneThatWasFaster() throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            new Deadline(Duration.ofMillis(1)).close();
        }
        assertFalse(new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS));
    }
}
