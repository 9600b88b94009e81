package starling.link;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import starling.link.LinkException.Reason;

/**
 * How long somebody waits, with the thread held, for what a {@link Transport} has promised. A subscription that is asked for while there is no
 * connection is made with the next one, and that may never come: so nobody waits without an end.
 *
 * @param longest for each thing that is waited for
 */
public record Patience(Duration longest) {

    /**
     * Waits for a permit.
     *
     * @param what it stands for, for the sentence
     * @throws LinkException with reason DEADLINE when there is none in time, and CLOSED when this thread is interrupted
     */
    public void acquire(String what, Semaphore permits) {
        try {
            if (!permits.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new LinkException(
                        Reason.DEADLINE, what + " must be there within " + longest.toMillis() + " ms: it is not");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LinkException(Reason.CLOSED, "interrupted while waiting for " + what, e);
        }
    }

    /**
     * Waits.
     *
     * @param what is promised, for the sentence: "the subscription to replies"
     * @throws LinkException the one that the promise was broken with; with reason DEADLINE when it is neither kept nor broken in time, and CLOSED
     *     when this thread is interrupted
     */
    public void await(String what, CompletableFuture<?> promise) {
        try {
            promise.get(longest.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new LinkException(
                    Reason.DEADLINE, what + " must be there within " + longest.toMillis() + " ms: it is not", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LinkException why) {
                throw why;
            }
            throw new IllegalStateException("a transport breaks its promises with a LinkException", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LinkException(Reason.CLOSED, "interrupted while waiting for " + what, e);
        }
    }
}
