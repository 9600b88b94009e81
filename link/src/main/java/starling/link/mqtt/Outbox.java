package starling.link.mqtt;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import starling.link.Limits;
import starling.link.LinkException;
import starling.link.LinkException.Reason;
import starling.link.Qos;

/**
 * What waits to be sent, and what was sent and waits for its acknowledgement. At most a window's worth is handed to the wire at a time (Paho throws when
 * the broker's receive maximum is reached, instead of waiting); the rest waits here, within the limits; beyond them the newest is refused.
 * Sending happens on the caller's thread when the window has room, and else on the thread that brings the acknowledgement.
 *
 * <p>Futures are completed without the lock, so what depends on them may publish again.
 */
final class Outbox {

    /** What messages are handed to. */
    interface Wire {
        /**
         * Sends one message.
         *
         * @param done called once, from any thread: with null when sent (QoS 0) or acknowledged, else with the reason
         * @throws LinkException if it cannot be sent; {@code done} is not called then
         */
        void send(Parcel parcel, Consumer<@Nullable LinkException> done);
    }

    /** One message on its way. */
    record Parcel(
            String topic,
            byte[] payload,
            Qos qos,
            boolean retained,
            long deadlineNanos,
            CompletableFuture<Void> future) {

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    private final Limits limits;
    private final long deadlineNanos;
    private final Deque<Parcel> waiting = new ArrayDeque<>();
    private final Set<Parcel> open = new LinkedHashSet<>();
    private @Nullable Wire wire;
    private @Nullable LinkException ended;
    private int window;
    private long maxPacketBytes;
    private int inFlight;
    private long bytes;

    Outbox(Limits limits, Duration deadline) {
        this.limits = limits;
        this.deadlineNanos = deadline.toNanos();
        this.maxPacketBytes = limits.maxPacketBytes();
    }

    /** Sends over a new connection from now on. */
    synchronized void open(Wire newWire, int receiveMaximum, long brokersMaxPacketBytes) {
        wire = newWire;
        inFlight = 0;
        // One below the broker's maximum: Paho counts a QoS 0 message a moment longer than it says.
        window = Math.min(limits.maxInFlight(), Math.max(1, receiveMaximum - 1));
        maxPacketBytes = Math.min(limits.maxPacketBytes(), brokersMaxPacketBytes);
    }

    /** Fails everything that is open; nothing is sent until a connection opens. */
    void fail(LinkException why) {
        List<Parcel> failed;
        synchronized (this) {
            wire = null;
            inFlight = 0;
            bytes = 0;
            waiting.clear();
            failed = new ArrayList<>(open);
            open.clear();
            notifyAll();
        }
        failed.forEach(parcel -> parcel.future.completeExceptionally(why));
    }

    /** Takes no more messages. */
    synchronized void end(LinkException why) {
        if (ended == null) {
            ended = why;
        }
    }

    /** Waits until nothing is open. */
    synchronized void awaitEmpty(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!open.isEmpty()) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return;
            }
            wait(left);
        }
    }

    /** Takes a message; the future completes as {@link starling.link.Transport#publish} says. */
    CompletableFuture<Void> submit(String topic, byte[] payload, Qos qos, boolean retained) {
        Parcel parcel =
                new Parcel(topic, payload, qos, retained, System.nanoTime() + deadlineNanos, new CompletableFuture<>());
        List<Runnable> outcomes = new ArrayList<>(0);
        synchronized (this) {
            LinkException refusal = refusal(parcel);
            if (refusal != null) {
                return CompletableFuture.failedFuture(refusal);
            }
            open.add(parcel);
            waiting.add(parcel);
            bytes += payload.length;
            drain(outcomes);
        }
        outcomes.forEach(Runnable::run);
        return parcel.future;
    }

    /** Fails what has waited past its deadline. */
    void expire(long nowNanos) {
        List<Parcel> late = new ArrayList<>(0);
        synchronized (this) {
            // All wait equally long, so the oldest are the first to be late.
            for (Iterator<Parcel> oldest = open.iterator(); oldest.hasNext(); ) {
                Parcel parcel = oldest.next();
                if (nowNanos - parcel.deadlineNanos < 0) {
                    break;
                }
                oldest.remove();
                waiting.remove(parcel);
                bytes -= parcel.payload.length;
                late.add(parcel);
            }
            notifyAll();
        }
        for (Parcel parcel : late) {
            parcel.future.completeExceptionally(new LinkException(
                    Reason.DEADLINE, "no acknowledgement for the message on " + parcel.topic + " came in time"));
        }
    }

    private @Nullable LinkException refusal(Parcel parcel) {
        if (ended != null) {
            return ended;
        }
        long length = packetLength(parcel);
        if (length > maxPacketBytes) {
            return new LinkException(
                    Reason.TOO_LARGE,
                    "a packet must have at most " + maxPacketBytes + " bytes: it would have " + length);
        }
        if (wire == null) {
            return new LinkException(
                    Reason.NOT_CONNECTED, "publishing on " + parcel.topic + " needs a connection: there is none");
        }
        if (open.size() >= limits.maxQueuedMessages() || bytes + parcel.payload.length > limits.maxQueuedBytes()) {
            return new LinkException(
                    Reason.QUEUE_FULL,
                    "at most " + limits.maxQueuedMessages() + " messages and " + limits.maxQueuedBytes()
                            + " bytes may wait to be sent: there are " + open.size() + " and " + bytes);
        }
        return null;
    }

    /** The whole MQTT packet, with room for a topic alias. */
    private static long packetLength(Parcel parcel) {
        long remaining = 2L
                + parcel.topic.getBytes(StandardCharsets.UTF_8).length
                + parcel.qos.level() * 2L
                + 1
                + 3
                + parcel.payload.length;
        int lengthBytes = remaining < 128 ? 1 : remaining < 16_384 ? 2 : remaining < 2_097_152 ? 3 : 4;
        return 1 + lengthBytes + remaining;
    }

    /** Hands over what the window has room for. Called with the lock held; outcomes are to be run without it. */
    private void drain(List<Runnable> outcomes) {
        while (wire != null && inFlight < window && !waiting.isEmpty()) {
            Parcel parcel = waiting.remove();
            Wire used = wire;
            inFlight++;
            try {
                used.send(parcel, why -> done(used, parcel, why));
            } catch (LinkException e) {
                inFlight--;
                settle(parcel, e, outcomes);
            }
        }
    }

    private void done(Wire used, Parcel parcel, @Nullable LinkException why) {
        List<Runnable> outcomes = new ArrayList<>(1);
        synchronized (this) {
            if (wire == used) {
                inFlight--;
                settle(parcel, why, outcomes);
                drain(outcomes);
            }
        }
        outcomes.forEach(Runnable::run);
    }

    private void settle(Parcel parcel, @Nullable LinkException why, List<Runnable> outcomes) {
        if (!open.remove(parcel)) {
            return;
        }
        bytes -= parcel.payload.length;
        if (open.isEmpty()) {
            notifyAll();
        }
        outcomes.add(why == null ? () -> parcel.future.complete(null) : () -> parcel.future.completeExceptionally(why));
    }
}
