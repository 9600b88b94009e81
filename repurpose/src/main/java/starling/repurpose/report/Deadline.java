package starling.repurpose.report;

import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;

/** Interrupts the thread that made it once its time is over, unless it is closed before; closing takes the interrupt back. */
final class Deadline implements AutoCloseable {
    private final Thread thread = Thread.currentThread();
    private final Timer timer = new Timer("deadline", true);
    private boolean closed;

    Deadline(Duration time) {
        TimerTask task = new TimerTask() {
            @Override
            public void run() {
                end();
            }
        };
        timer.schedule(task, Math.max(1, time.toMillis()));
    }

    private synchronized void end() {
        if (!closed) {
            thread.interrupt();
        }
    }

    /** Whether the time is over. */
    boolean isOver() {
        return thread.isInterrupted();
    }

    @Override
    public synchronized void close() {
        closed = true;
        timer.cancel();
        Thread.interrupted();
    }
}
