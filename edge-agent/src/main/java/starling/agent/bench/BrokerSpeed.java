package starling.agent.bench;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import starling.link.LinkException;
import starling.link.Qos;
import starling.link.Transport;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.UnfitException;

/**
 * The way of a message over the broker and back to its sender, which is as long as that of a frame from worker to worker. Messages go one at a
 * time, at QoS 1 as frames do, on the topic of a worker's frames for itself: no other right is needed, and no frame is ever there.
 *
 * @param roundTripSeconds median of messages of {@value #SMALL} bytes
 * @param bytesPerSecond by which messages of {@value #LARGE} bytes take longer; null where these are refused or take no longer
 */
record BrokerSpeed(double roundTripSeconds, @Nullable Double bytesPerSecond) {
    private static final int SMALL = 256;
    private static final int LARGE = 256 << 10;
    private static final int WARM_UP = 20;
    private static final int SMALL_TRIPS = 200;
    private static final int LARGE_TRIPS = 20;
    private static final long PATIENCE_SECONDS = 10;

    /**
     * Measures.
     *
     * @param transport connected
     * @throws UnfitException when a message does not come back within {@value #PATIENCE_SECONDS} s
     * @throws LinkException when the broker refuses the topic
     */
    static BrokerSpeed over(Transport transport, Topics topics, Role.Worker self) throws InterruptedException {
        String topic = topics.frame(self, self);
        LinkedBlockingQueue<Integer> arrived = new LinkedBlockingQueue<>();
        done(transport.subscribe(
                topics.framesFor(self),
                message -> arrived.add(message.topic().equals(topic) ? message.payload().length : -1)));
        trips(transport, topic, arrived, SMALL, WARM_UP);
        double small = trips(transport, topic, arrived, SMALL, SMALL_TRIPS);
        Double throughput = null;
        try {
            trips(transport, topic, arrived, LARGE, 1);
            double large = trips(transport, topic, arrived, LARGE, LARGE_TRIPS);
            throughput = large > small ? Double.valueOf((LARGE - SMALL) / (large - small)) : null;
        } catch (LinkException refused) {
            if (refused.reason() != LinkException.Reason.TOO_LARGE) {
                throw refused;
            }
        }
        return new BrokerSpeed(small, throughput);
    }

    private static double trips(
            Transport transport, String topic, LinkedBlockingQueue<Integer> arrived, int bytes, int count)
            throws InterruptedException {
        long[] nanos = new long[count];
        for (int i = 0; i < count; i++) {
            long started = System.nanoTime();
            var sent = transport.publish(topic, new byte[bytes], Qos.AT_LEAST_ONCE, false);
            if (sent.isCompletedExceptionally()) {
                done(sent);
            }
            Integer came;
            do {
                came = arrived.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                if (came == null) {
                    done(sent);
                    throw new UnfitException("a message of " + bytes + " bytes must come back from the broker within "
                            + PATIENCE_SECONDS + " s: it did not");
                }
            } while (came != bytes);
            nanos[i] = Math.max(1, System.nanoTime() - started);
            done(sent);
        }
        Arrays.sort(nanos);
        return nanos[count / 2] / 1e9;
    }

    private static void done(CompletableFuture<Void> future) throws InterruptedException {
        try {
            future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LinkException why) {
                throw why;
            }
            throw new IllegalStateException("a message ended unexpectedly", e.getCause());
        } catch (TimeoutException e) {
            throw new UnfitException("the broker must answer within " + PATIENCE_SECONDS + " s: it did not", e);
        }
    }
}
