package starling.link.contract;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import starling.link.LinkException;

/** Waiting with a deadline that is far beyond what is expected, so that a slow machine fails no test. */
public final class Await {

    /** How long anything is waited for. */
    public static final Duration LONGEST = Duration.ofSeconds(40);

    private Await() {}

    /** Waits until something holds. */
    public static void until(String what, BooleanSupplier holds) {
        if (!perhaps(LONGEST, holds)) {
            throw new AssertionError("not within " + LONGEST.toSeconds() + " s: " + what);
        }
    }

    /** Waits until something holds, or for so long. */
    public static boolean perhaps(Duration longest, BooleanSupplier holds) {
        long deadline = System.nanoTime() + longest.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(2_000_000);
        }
        return true;
    }

    /** The next element of a queue. */
    public static <T> T next(BlockingQueue<T> queue) {
        try {
            T element = queue.poll(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
            if (element == null) {
                throw new AssertionError("nothing came within " + LONGEST.toSeconds() + " s");
            }
            return element;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for a future that must complete normally. */
    public static void done(CompletableFuture<Void> future) {
        try {
            future.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("not completed normally: " + e, e);
        }
    }

    /** Waits for a future that must fail with a {@link LinkException}. */
    public static LinkException failure(CompletableFuture<Void> future) {
        try {
            future.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LinkException why) {
                return why;
            }
            throw new AssertionError("failed with something else: " + e, e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("not completed: " + e, e);
        }
        throw new AssertionError("completed normally");
    }
}
