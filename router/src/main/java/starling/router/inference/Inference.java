package starling.router.inference;

import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import starling.link.frame.ElementType;
import starling.link.frame.WorkerReport;

/**
 * One inference in flight: which parts have come, whom it still waits for. The methods that say "over" return true exactly once, to the
 * caller who must then finish it; afterwards nothing changes any more. A worker that was given up and answers nevertheless, while others are
 * still waited for, is heard.
 */
final class Inference {
    /** Why an inference fails when the router stops. */
    static final String STOPPING = "the router is stopping";

    private final long id;
    private final long started = System.nanoTime();
    private final int workers;
    private final List<Integer> deliverers;
    private final FillPolicy policy;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private final float[] @Nullable [] parts;
    private final BitSet waiting = new BitSet();
    private final BitSet answered = new BitSet();
    private final TreeSet<Integer> missing = new TreeSet<>();
    private final SortedMap<Integer, WorkerReport> reports = new TreeMap<>();
    private long sentValues;
    private boolean complete = true;
    private boolean over;
    private @Nullable String failure;
    private @Nullable Future<?> deadline;

    Inference(long id, int workers, List<Integer> deliverers, FillPolicy policy) {
        this.id = id;
        this.workers = workers;
        this.deliverers = deliverers;
        this.policy = policy;
        this.parts = new float[workers][];
        deliverers.forEach(waiting::set);
    }

    long id() {
        return id;
    }

    CompletableFuture<Outcome> outcome() {
        return outcome;
    }

    long latencyNanos() {
        return System.nanoTime() - started;
    }

    synchronized void setDeadline(Future<?> task) {
        deadline = task;
        if (over) {
            task.cancel(false);
        }
    }

    /** Whether the worker has answered before; remembers that it has now. */
    synchronized boolean answeredBefore(int worker) {
        boolean before = answered.get(worker);
        answered.set(worker);
        return before;
    }

    synchronized boolean isOver() {
        return over;
    }

    /** A part came; {@code elements} is how its worker writes numbers. */
    synchronized boolean delivered(
            int worker, float[] values, boolean isComplete, @Nullable WorkerReport report, ElementType elements) {
        if (over) {
            return false;
        }
        note(worker, report, elements);
        if (deliverers.contains(worker)) {
            parts[worker] = values;
            waiting.clear(worker);
            complete &= isComplete;
        }
        return endWhenDone();
    }

    /** A worker said that it failed. */
    synchronized boolean failed(int worker, String sentence, @Nullable WorkerReport report, ElementType elements) {
        if (over) {
            return false;
        }
        note(worker, report, elements);
        missing.add(worker);
        return give(worker, "worker " + worker + " failed: " + sentence);
    }

    /** A worker was not told of the inference. */
    synchronized boolean unsent(int worker, String sentence) {
        if (over || answered.get(worker)) {
            return false;
        }
        missing.add(worker);
        return give(worker, sentence);
    }

    /** A worker is not there. */
    synchronized boolean away(int worker, String sentence) {
        return !over && waiting.get(worker) && give(worker, sentence);
    }

    /** The deadline has passed. */
    synchronized boolean expired(long millis) {
        if (over) {
            return false;
        }
        if (failure == null) {
            failure = "worker " + waiting.nextSetBit(0) + " did not answer within " + millis + " ms";
        }
        waiting.clear();
        return end();
    }

    /** The router stops. */
    synchronized boolean stopped() {
        if (over) {
            return false;
        }
        failure = STOPPING;
        return end();
    }

    private void note(int worker, @Nullable WorkerReport report, ElementType elements) {
        if (report != null) {
            reports.put(worker, report);
            missing.addAll(report.missing());
            sentValues += report.sentValues(elements);
        }
    }

    private boolean give(int worker, String sentence) {
        if (failure == null) {
            failure = sentence;
        }
        waiting.clear(worker);
        return endWhenDone();
    }

    private boolean endWhenDone() {
        boolean done = waiting.isEmpty() || (policy == FillPolicy.FAIL && failure != null);
        return done && end();
    }

    private boolean end() {
        if (over) {
            return false;
        }
        over = true;
        Future<?> task = deadline;
        if (task != null) {
            task.cancel(false);
        }
        return true;
    }

    /** What happened first that made it incomplete or failed, or null. */
    synchronized @Nullable String failure() {
        return failure;
    }

    /** A worker's part, or null. */
    synchronized float @Nullable [] part(int worker) {
        return parts[worker];
    }

    /** Whether every part is there and was made from complete frames. */
    synchronized boolean complete() {
        return complete && unheard().isEmpty();
    }

    /** Workers whose contribution was missing, here or where another worker waited for it. */
    synchronized List<Integer> missing() {
        TreeSet<Integer> all = new TreeSet<>(missing);
        all.addAll(unheard());
        return List.copyOf(all);
    }

    private List<Integer> unheard() {
        return deliverers.stream().filter(worker -> parts[worker] == null).toList();
    }

    synchronized SortedMap<Integer, WorkerReport> reports() {
        return new TreeMap<>(reports);
    }

    /** What it cost as reported; null unless all workers have. */
    synchronized @Nullable Cost cost() {
        if (reports.size() < workers) {
            return null;
        }
        long bytes = 0;
        long rounds = 0;
        for (WorkerReport report : reports.values()) {
            bytes += report.sentBytes();
            rounds = Math.max(rounds, report.rounds());
        }
        return new Cost(sentValues, bytes, rounds);
    }
}
