package starling.router.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;
import starling.models.data.Dataset;

/**
 * Sends the first samples of a data set to a router, a few at a time, and keeps what comes back. Requests that are refused because the fleet
 * is not ready or busy, or that were never sent because the router was away, are repeated until no answer has come for a while.
 */
final class InferRun {
    private static final long PAUSE_MILLIS = 50;

    private final Function<float[], CompletableFuture<Reply>> asking;
    private final Dataset data;
    private final int samples;
    private final int inFlight;
    private final long patienceNanos;
    private volatile long answeredNanos;
    private final LinkedBlockingQueue<Done> done = new LinkedBlockingQueue<>();

    /** A sample's reply, or the fault that kept it from being asked for. */
    private record Done(
            int sample, @Nullable Reply reply, @Nullable Throwable fault) {}

    /**
     * A run.
     *
     * @param asking asks for one inference
     * @param samples how many of the data set's, from the first
     * @param inFlight requests at once
     * @param patience how long refused requests are repeated without any answer in between
     */
    InferRun(
            Function<float[], CompletableFuture<Reply>> asking,
            Dataset data,
            int samples,
            int inFlight,
            Duration patience) {
        this.asking = asking;
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
     * @throws UnfitException when a sample cannot be read
     */
    List<Reply> run(IntConsumer progress) throws InterruptedException {
        answeredNanos = System.nanoTime();
        List<@Nullable Reply> replies = new ArrayList<>();
        int asked = 0;
        for (int finished = 0; finished < samples; finished++) {
            while (asked < samples && asked - finished < inFlight) {
                replies.add(null);
                ask(asked++);
            }
            Done next = done.take();
            if (next.fault() != null) {
                throw next.fault() instanceof UnfitException unfit
                        ? unfit
                        : new IllegalStateException(
                                "sample " + next.sample() + " could not be asked for", next.fault());
            }
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

    /** Ends in one {@link Done}, whatever happens on whatever thread. */
    private void ask(int sample) {
        try {
            float[] input = new float[data.elements()];
            data.read(sample, input, 0);
            var unused = asking.apply(input).whenComplete((reply, error) -> {
                if (error != null) {
                    done.add(new Done(sample, null, error));
                } else if (reply.again() && System.nanoTime() - answeredNanos < patienceNanos) {
                    CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)
                            .execute(() -> ask(sample));
                } else {
                    if (reply.outputs() != null) {
                        answeredNanos = System.nanoTime();
                    }
                    done.add(new Done(sample, reply, null));
                }
            });
        } catch (RuntimeException | Error e) {
            done.add(new Done(sample, null, e));
        }
    }
}
