package starling.router.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import starling.models.data.Dataset;

/**
 * Sends the first samples of a data set to a router, a few at a time, and keeps what comes back. Requests that are refused because the fleet
 * is not ready or busy are repeated for a while.
 */
final class InferRun {
    private static final long PAUSE_MILLIS = 50;

    private final FleetClient client;
    private final Dataset data;
    private final int samples;
    private final int inFlight;
    private final long patienceNanos;
    private final LinkedBlockingQueue<Done> done = new LinkedBlockingQueue<>();

    private record Done(int sample, Reply reply) {}

    /**
     * A run.
     *
     * @param samples how many of the data set's, from the first
     * @param inFlight requests at once
     * @param patience how long after the beginning refused requests are repeated
     */
    InferRun(FleetClient client, Dataset data, int samples, int inFlight, Duration patience) {
        this.client = client;
        this.data = data;
        this.samples = samples;
        this.inFlight = inFlight;
        this.patienceNanos = patience.toNanos();
    }

    /**
     * Runs.
     *
     * @param progress is told how many are done
     * @return the replies in the order of the samples
     */
    List<Reply> run(IntConsumer progress) throws InterruptedException {
        long end = System.nanoTime() + patienceNanos;
        List<@Nullable Reply> replies = new ArrayList<>();
        int asked = 0;
        for (int finished = 0; finished < samples; finished++) {
            while (asked < samples && asked - finished < inFlight) {
                replies.add(null);
                ask(asked++, end);
            }
            Done next = done.take();
            replies.set(next.sample(), next.reply());
            progress.accept(finished + 1);
        }
        List<Reply> all = new ArrayList<>();
        for (Reply reply : replies) {
            if (reply != null) {
                all.add(reply);
            }
        }
        return all;
    }

    private void ask(int sample, long end) {
        float[] input = new float[data.elements()];
        data.read(sample, input, 0);
        // The client's futures complete normally, always.
        var unused = client.ask(input).thenAccept(reply -> {
            if (reply.again() && System.nanoTime() < end) {
                CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)
                        .execute(() -> ask(sample, end));
            } else {
                done.add(new Done(sample, reply));
            }
        });
    }
}
