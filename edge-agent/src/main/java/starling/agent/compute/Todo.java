package starling.agent.compute;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.learning.product.ProductOrder;
import starling.link.piece.Piece;

/**
 * Orders that wait, in the order in which they came. There is one job at a time: when it is cancelled, or another comes, it leaves at once,
 * whether it waits or is being done; when it comes again, because answers may be lost, it is done again after the task that is being
 * done. Thread-safe.
 */
final class Todo {
    private static final Logger LOG = LoggerFactory.getLogger(Todo.class);
    private static final int MOST = 1 << 10;

    private final long bound;
    private final Deque<Entry> waiting = new ArrayDeque<>();
    private long bytes;
    private long epoch;
    private @Nullable Entry current;
    private boolean stopped;
    private boolean again;
    private boolean ended;

    /**
     * An order.
     *
     * @param key of the message that it came in
     * @param number of the factor or the job that it is about
     * @param order what is to be done; null where it is too much
     * @param refusal why it is too much
     * @param bytes that wait
     */
    record Entry(Piece.Key key, long number, @Nullable ProductOrder order, String refusal, int bytes) {}

    /**
     * Nothing waits.
     *
     * @param bound bytes of all orders that wait, at most
     */
    Todo(long bound) {
        this.bound = bound;
    }

    /** Another run of the router begins: what an older one wanted is not done any more. */
    synchronized void begin(long newEpoch) {
        epoch = newEpoch;
        waiting.clear();
        bytes = 0;
        stopped = true;
        notifyAll();
    }

    /** Takes an order, or cancels; one beyond the bounds is refused when its turn comes. */
    synchronized void add(Piece.Key key, ProductOrder order, int length) {
        if (key.epoch() != epoch) {
            return;
        }
        if (order instanceof ProductOrder.Cancel cancel) {
            forget(job -> job == cancel.number());
            stop(job -> job == cancel.number());
        } else if (length > bound - bytes) {
            refuse(key, order.number(), length);
        } else {
            if (order instanceof ProductOrder.Multiply) {
                forget(job -> true);
                stop(job -> job != order.number());
                again = true;
            }
            queue(new Entry(key, order.number(), order, "", length));
        }
        notifyAll();
    }

    /** Refuses an order that is too long, when its turn comes. */
    synchronized void refuse(Piece.Key key, long number, int length) {
        String sentence = "orders that wait must have at most " + bound + " bytes together (--memory): there are "
                + bytes + ", and one more of " + length;
        queue(new Entry(key, number, null, sentence, 0));
        notifyAll();
    }

    private void queue(Entry entry) {
        if (waiting.size() == MOST) {
            LOG.warn("at most {} orders may wait: one more is not followed", MOST);
        } else {
            waiting.addLast(entry);
            bytes += entry.bytes();
        }
    }

    /** Jobs of these numbers wait no more. */
    private void forget(LongPredicate meant) {
        waiting.removeIf(entry -> {
            boolean leaves = isJob(entry, meant);
            bytes -= leaves ? entry.bytes() : 0;
            return leaves;
        });
    }

    private void stop(LongPredicate meant) {
        stopped |= current != null && isJob(current, meant);
    }

    private static boolean isJob(Entry entry, LongPredicate meant) {
        return entry.order() instanceof ProductOrder.Multiply job && meant.test(job.number());
    }

    /** Waits for the next order; null at the end. */
    synchronized @Nullable Entry take() throws InterruptedException {
        current = null;
        while (!ended && waiting.isEmpty()) {
            wait();
        }
        if (ended) {
            return null;
        }
        Entry next = waiting.removeFirst();
        bytes -= next.bytes();
        current = next;
        stopped = false;
        again = false;
        return next;
    }

    /** Whether what is being done was cancelled. */
    synchronized boolean isStopped() {
        return stopped || ended;
    }

    /** Whether another order for a job has come since what is being done was begun: it waits, and is the one that counts. */
    synchronized boolean isAgain() {
        return again;
    }

    /** Waits, less if what is being done is cancelled; returns the seconds that it took. */
    synchronized double pause(double seconds) throws InterruptedException {
        long begun = System.nanoTime();
        long end = begun + (long) Math.min(seconds * 1e9, (double) TimeUnit.DAYS.toNanos(1));
        for (long left = end - begun; left > 0 && !isStopped(); left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return (System.nanoTime() - begun) / 1e9;
    }

    /** Nothing more is done; whether that is news. */
    synchronized boolean end() {
        boolean news = !ended;
        ended = true;
        notifyAll();
        return news;
    }
}
