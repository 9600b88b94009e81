package starling.agent.inference;

import java.util.Locale;

/** What the inferences of a run cost this worker. Written by the loop's thread, read by any. */
public final class Statistics {
    private final Quantiles compute = new Quantiles();
    private final Quantiles wait = new Quantiles();
    private long ended;
    private long incomplete;
    private long failed;
    private long sentBytes;
    private long receivedBytes;
    private long rounds;

    synchronized void ended(Flight flight) {
        ended++;
        incomplete += flight.complete ? 0 : 1;
        compute.add(flight.computeNanos);
        wait.add(flight.waitNanos);
        sentBytes += flight.sentBytes;
        receivedBytes += flight.receivedBytes;
        rounds += flight.rounds;
    }

    synchronized void failed() {
        failed++;
    }

    /** Inferences that ended with an answer. */
    public synchronized long answered() {
        return ended;
    }

    /** Of those, the ones marked incomplete. */
    public synchronized long incomplete() {
        return incomplete;
    }

    /** Inferences that failed. */
    public synchronized long failures() {
        return failed;
    }

    /** One line for people; times of the last {@value Quantiles#KEPT} inferences, amounts per inference over the whole run. */
    public synchronized String describe() {
        double each = Math.max(1, ended);
        return String.format(
                Locale.ROOT,
                "%d answers (%d incomplete), %d failures; compute %.2f / %.2f ms, wait %.2f / %.2f ms (p50 / p95); per inference"
                        + " sent %.0f bytes, received %.0f bytes, %.1f rounds",
                ended,
                incomplete,
                failed,
                compute.at(0.5) / 1e6,
                compute.at(0.95) / 1e6,
                wait.at(0.5) / 1e6,
                wait.at(0.95) / 1e6,
                sentBytes / each,
                receivedBytes / each,
                rounds / each);
    }
}
