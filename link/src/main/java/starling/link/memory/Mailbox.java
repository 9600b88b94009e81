package starling.link.memory;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A bounded queue of messages, an unbounded one of the few state changes between them, and the thread that works them off in order. */
final class Mailbox {

    private record Item(Runnable task, boolean message) {}

    private final Deque<Item> items = new ArrayDeque<>();
    private @Nullable Thread thread;
    private int capacity;
    private int messages;
    private long dropped;
    private boolean ended;

    synchronized void start(String name, int maxMessages) {
        capacity = maxMessages;
        Thread worker = new Thread(this::work, "starling-memory-" + name);
        worker.setDaemon(true);
        worker.start();
        thread = worker;
    }

    /** Queues a message, or drops it when there are too many. */
    synchronized void offer(Runnable message) {
        if (ended) {
            return;
        }
        if (messages == capacity) {
            dropped++;
            return;
        }
        messages++;
        items.add(new Item(message, true));
        notifyAll();
    }

    /** Queues something that is never dropped; where no thread works (before the start, after the end) it is done at once. */
    void control(Runnable task) {
        synchronized (this) {
            if (thread != null && !ended) {
                items.add(new Item(task, false));
                notifyAll();
                return;
            }
        }
        task.run();
    }

    /** Drops what waits, but for state changes, and ends the thread after them. */
    synchronized void end() {
        ended = true;
        items.removeIf(Item::message);
        notifyAll();
    }

    void join(Duration longest) {
        Thread worker;
        synchronized (this) {
            worker = thread;
        }
        if (worker != null && worker != Thread.currentThread()) {
            try {
                worker.join(longest.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    synchronized long dropped() {
        return dropped;
    }

    private void work() {
        while (true) {
            Item item = take();
            if (item == null) {
                return;
            }
            item.task().run();
        }
    }

    private synchronized @Nullable Item take() {
        while (items.isEmpty() && !ended) {
            try {
                wait();
            } catch (InterruptedException e) {
                // Nobody interrupts this thread but by mistake: the end is said by end(), so wait on.
            }
        }
        Item item = items.poll();
        if (item != null && item.message()) {
            messages--;
        }
        return item;
    }
}
