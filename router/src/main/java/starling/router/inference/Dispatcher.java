package starling.router.inference;

import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.link.InboundMessage;
import starling.link.Qos;
import starling.link.Transport;
import starling.link.frame.Admission;
import starling.link.frame.Arrival;
import starling.link.frame.ElementType;
import starling.link.frame.Frame;
import starling.link.frame.FrameDescriptor;
import starling.link.frame.FrameGate;
import starling.link.frame.FrameHeader;
import starling.link.frame.FrameKind;
import starling.link.frame.FrameLimits;
import starling.link.frame.PlanHash;
import starling.link.frame.SequenceNumbers;
import starling.link.frame.WorkerReport;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.plan.FinalRunner;
import starling.models.plan.Plan;

/**
 * Runs inferences on the fleet, any number at once up to a limit.
 *
 * <p>Each gets the next number of the router's epoch. Every worker is sent an INPUT frame with its part of the input (or the word that it
 * takes its own source). The answer is made when every worker that delivers a part has answered, has failed, or is known to be away, at the latest
 * at the deadline. A missing part is filled by the {@linkplain FillPolicy policy} and makes the answer incomplete; so does a part
 * that its worker made from incomplete frames. When no part came at all the inference fails under every policy: an answer made of
 * fillings alone is none. Frames that are late, seen before, of another plan or epoch are dropped and counted.
 *
 * <p>Cost per inference: P frames out, at least one in per deliverer, one run of the final model. No thread waits: everything
 * happens on the thread that asked, on the transport's, or on one timer thread. Thread-safe.
 */
public final class Dispatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    /**
     * How inferences are run.
     *
     * @param deadlineMillis how long an answer is waited for
     * @param policy what becomes of missing parts
     * @param maxInFlight inferences at once
     * @param elements how numbers travel
     */
    public record Settings(long deadlineMillis, FillPolicy policy, int maxInFlight, ElementType elements) {}

    private final Plan plan;
    private final PlanHash hash;
    private final long epoch;
    private final FinalRunner last;
    private final List<Integer> deliverers;
    private final Transport transport;
    private final Topics topics;
    private final FrameGate gate;
    private final Settings settings;
    private final Attendance attendance;
    private final InferenceListener listener;

    private final AtomicLong ids = new AtomicLong();
    private final Semaphore free;
    private final Map<Long, Inference> running = new ConcurrentHashMap<>();
    private final SequenceNumbers[] streams;
    private final AtomicReferenceArray<float @Nullable []> lastParts;
    private final Set<String> said = ConcurrentHashMap.newKeySet();
    private final Object finishing = new Object();
    private final ScheduledThreadPoolExecutor timer;
    private volatile boolean stopping;

    /**
     * A dispatcher that has asked for nothing yet; {@link #answer} must be subscribed to the topic of every answer.
     *
     * @param hash names the plan in frames
     * @param epoch of this router, in every frame
     * @param last runs the final steps; closed by its owner, after this
     * @param limits what is taken for a frame
     * @param incarnation of the router's streams of frames
     */
    public Dispatcher(
            Plan plan,
            PlanHash hash,
            long epoch,
            FinalRunner last,
            Transport transport,
            Topics topics,
            FrameLimits limits,
            Settings settings,
            Attendance attendance,
            InferenceListener listener,
            int incarnation) {
        this.plan = plan;
        this.hash = hash;
        this.epoch = epoch;
        this.last = last;
        this.deliverers = last.deliverers();
        this.transport = transport;
        this.topics = topics;
        this.gate = new FrameGate(hash, () -> epoch, limits, plan.workers());
        this.settings = settings;
        this.attendance = attendance;
        this.listener = listener;
        this.free = new Semaphore(settings.maxInFlight());
        this.streams = new SequenceNumbers[plan.workers()];
        for (int k = 0; k < streams.length; k++) {
            streams[k] = new SequenceNumbers(incarnation);
        }
        this.lastParts = new AtomicReferenceArray<>(plan.workers());
        this.timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "starling-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    public Plan plan() {
        return plan;
    }

    /** Inferences in flight. */
    public int inFlight() {
        return running.size();
    }

    /**
     * Takes on an inference.
     *
     * @param input all the model's inputs, flattened, one after the other; null when the workers take their own sources
     * @return completes normally, always, at the latest at the deadline; at once with a {@link Outcome.Refusal} when it is not taken on
     */
    public CompletableFuture<Outcome> submit(float @Nullable [] input) {
        Outcome.Refusal refusal = refuse(input);
        if (refusal == null && !free.tryAcquire()) {
            refusal = new Outcome.Refusal(
                    Outcome.Why.BUSY,
                    "at most " + settings.maxInFlight() + " inferences may be in flight: one more was asked for");
        }
        if (refusal != null) {
            listener.ended(refusal);
            return CompletableFuture.completedFuture(refusal);
        }
        Inference inference = new Inference(ids.incrementAndGet(), plan.workers(), deliverers, settings.policy());
        running.put(inference.id(), inference);
        try {
            inference.setDeadline(timer.schedule(
                    () -> {
                        if (inference.expired(settings.deadlineMillis())) {
                            finish(inference);
                        }
                    },
                    settings.deadlineMillis(),
                    TimeUnit.MILLISECONDS));
        } catch (RejectedExecutionException e) {
            // The timer has been stopped since the refusal was considered.
            if (inference.stopped()) {
                finish(inference);
            }
            return inference.outcome();
        }
        for (int k = 0; k < plan.workers(); k++) {
            send(inference, k, input);
        }
        for (int k : deliverers) {
            if (attendance.away(k)) {
                away(inference, k);
            }
        }
        if (stopping && inference.stopped()) {
            finish(inference);
        }
        return inference.outcome();
    }

    private Outcome.@Nullable Refusal refuse(float @Nullable [] input) {
        if (stopping) {
            return new Outcome.Refusal(Outcome.Why.STOPPING, Inference.STOPPING);
        }
        if (input != null) {
            int elements = plan.inputElements();
            if (input.length != elements) {
                return new Outcome.Refusal(
                        Outcome.Why.UNFIT,
                        "the input must have " + elements + " numbers (" + InputShapes.text(plan) + "): it has "
                                + input.length);
            }
            for (int i = 0; i < input.length; i++) {
                if (!Float.isFinite(input[i])) {
                    return new Outcome.Refusal(
                            Outcome.Why.UNFIT,
                            "the input must be finite float32 numbers: number " + i + " is " + input[i]);
                }
            }
        }
        String sentence = attendance.refusal();
        return sentence == null ? null : new Outcome.Refusal(Outcome.Why.NOT_READY, sentence);
    }

    private void send(Inference inference, int k, float @Nullable [] input) {
        FrameHeader header = FrameHeader.of(
                        FrameKind.INPUT, hash, epoch, inference.id(), 0, FrameDescriptor.ROUTER, k, streams[k].next())
                .withElementType(settings.elements())
                .withFlags(true, false, input == null);
        FloatBuffer part =
                input == null ? FloatBuffer.allocate(0) : plan.parts().get(k).cut(input, 0);
        byte[] frame = Frame.encode(header, part, "");
        // Whatever becomes of it is dealt with in the continuation.
        var unused = transport
                .publish(topics.input(new Role.Worker(k)), frame, Qos.AT_LEAST_ONCE, false)
                .whenComplete((sent, error) -> {
                    if (error != null
                            && inference.unsent(
                                    k, "worker " + k + " could not be sent its input: " + error.getMessage())) {
                        finish(inference);
                    }
                });
    }

    /** Takes what came on the topic of a worker's answers. */
    public void answer(InboundMessage message) {
        int worker = topics.workerOf(message.topic()).orElse(-1);
        if (worker < 0 || worker >= plan.workers()) {
            drop(
                    -1,
                    Drop.UNKNOWN,
                    "answers must come from workers 0 to " + (plan.workers() - 1) + ": one is of " + worker);
            return;
        }
        Admission admission = gate.admit(
                message.topic(),
                message.payload(),
                message.retained(),
                FrameKind.ANSWER,
                worker,
                FrameDescriptor.ROUTER);
        if (admission instanceof Admission.Refused refused) {
            drop(worker, Drop.of(refused.cause()), refused.sentence());
        } else if (admission instanceof Admission.Admitted admitted) {
            accept(worker, admitted.frame(), admitted.arrival());
        }
    }

    private void accept(int worker, Frame frame, Arrival arrival) {
        FrameHeader header = frame.header();
        if (arrival.missing() > 0) {
            listener.lost(worker, arrival.missing());
            warnOnce(worker, "lost", arrival.missing() + " of its answers were lost on the way");
        }
        int expected = header.failed() ? 0 : plan.parts().get(worker).outputValues();
        if (frame.count() != expected) {
            drop(worker, Drop.MISFIT, "answers must have " + expected + " values: one has " + frame.count());
            return;
        }
        if (header.inference() < 1 || header.inference() > ids.get()) {
            drop(worker, Drop.UNKNOWN, "inference " + header.inference() + " was never asked for");
            return;
        }
        Inference inference = running.get(header.inference());
        if (inference != null && inference.answeredBefore(worker)) {
            drop(worker, Drop.REPEATED, "inference " + header.inference() + " was answered twice");
            return;
        }
        WorkerReport report = WorkerReport.read(frame.annex(), plan.workers());
        if (report != null) {
            listener.reported(worker, report);
        }
        if (inference == null || inference.isOver()) {
            if (deliverers.contains(worker)) {
                drop(worker, Drop.LATE, "an answer came after the end of its inference");
            }
            return;
        }
        boolean over;
        if (header.failed()) {
            String why = report == null || report.error() == null ? "it does not say why" : report.error();
            over = inference.failed(worker, why, report, header.elementType());
        } else {
            float[] values = frame.values();
            if (header.complete()) {
                lastParts.set(worker, values);
            }
            over = inference.delivered(worker, values, header.complete(), report, header.elementType());
        }
        if (over) {
            finish(inference);
        }
    }

    /** A worker has left, or can no longer answer: nobody waits for it any more. */
    public void workerAway(int worker) {
        for (Inference inference : running.values()) {
            away(inference, worker);
        }
    }

    private void away(Inference inference, int worker) {
        if (inference.away(worker, "worker " + worker + " is not there")) {
            finish(inference);
        }
    }

    private void finish(Inference inference) {
        Outcome outcome = outcome(inference);
        running.remove(inference.id());
        free.release();
        listener.ended(outcome);
        inference.outcome().complete(outcome);
    }

    private Outcome outcome(Inference inference) {
        String failure = inference.failure();
        Map<Integer, float[]> parts = new HashMap<>();
        for (int k : deliverers) {
            float[] part = inference.part(k);
            if (part != null) {
                parts.put(k, part);
            }
        }
        if (failure != null && (settings.policy() == FillPolicy.FAIL || stopping || parts.isEmpty())) {
            return failure(inference, failure);
        }
        for (int k : deliverers) {
            parts.computeIfAbsent(k, this::filling);
        }
        try {
            Map<String, float[]> outputs;
            synchronized (finishing) {
                if (stopping) {
                    return failure(inference, Inference.STOPPING);
                }
                outputs = last.run(parts, 1);
            }
            return new Outcome.Answer(
                    outputs,
                    inference.complete(),
                    inference.missing(),
                    inference.latencyNanos(),
                    inference.cost(),
                    inference.reports());
        } catch (RuntimeException e) {
            LOG.warn("the final steps of inference {} failed", inference.id(), e);
            return failure(inference, "the final steps failed: " + e.getMessage());
        }
    }

    private float[] filling(int worker) {
        float[] known = settings.policy() == FillPolicy.LAST ? lastParts.get(worker) : null;
        return known == null ? new float[plan.parts().get(worker).outputValues()] : known;
    }

    private static Outcome.Failure failure(Inference inference, String sentence) {
        return new Outcome.Failure(sentence, inference.missing(), inference.latencyNanos(), inference.reports());
    }

    private void drop(int worker, Drop why, String sentence) {
        listener.dropped(why);
        warnOnce(worker, why.word(), sentence);
    }

    /** Says each thing about each worker once. */
    private void warnOnce(int worker, String key, String sentence) {
        int who = worker < plan.workers() ? worker : -1;
        if (said.add(who + key)) {
            LOG.warn("{}: {} (said once)", who < 0 ? "somebody" : "worker " + who, sentence);
        }
    }

    /** Fails what is in flight and refuses what comes; the transport stays open. The final steps are not run any more when this returns. */
    @Override
    public void close() {
        stopping = true;
        synchronized (finishing) {
            timer.shutdownNow();
        }
        for (Inference inference : running.values()) {
            if (inference.stopped()) {
                finish(inference);
            }
        }
    }
}
