package starling.agent.run;

import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import starling.link.InboundMessage;
import starling.link.MessageHandler;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.Transport;
import starling.link.contract.Await;
import starling.link.frame.Admission;
import starling.link.frame.Frame;
import starling.link.frame.FrameDescriptor;
import starling.link.frame.FrameGate;
import starling.link.frame.FrameHeader;
import starling.link.frame.FrameKind;
import starling.link.frame.FrameLimits;
import starling.link.frame.PlanHash;
import starling.link.frame.SequenceNumbers;
import starling.link.presence.Instance;
import starling.link.presence.Presence;
import starling.link.presence.PresenceAnnouncer;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.plan.Bundle;
import starling.models.plan.FinalRunner;
import starling.models.plan.Plan;

/** What a router does towards agents, and no more: announces an epoch, sends inputs, collects answers. */
final class Requester implements AutoCloseable {
    private final Bundle bundle;
    private final Plan plan;
    private final PlanHash hash;
    private final long epoch;
    private final Transport transport;
    private final Topics topics;
    private final PresenceAnnouncer announcer;
    private final FrameGate gate;
    private final SequenceNumbers[] numbers;
    private final Map<Long, Map<Integer, Frame>> answers = new ConcurrentHashMap<>();

    Requester(
            Bundle bundle, String fleet, Transport transport, SessionSettings session, long epoch, Duration heartbeat) {
        this.bundle = bundle;
        this.plan = bundle.plan();
        this.hash = PlanHash.ofDigest(bundle.planHash());
        this.epoch = epoch;
        this.transport = transport;
        this.topics = new Topics(fleet);
        this.gate = new FrameGate(hash, () -> epoch, FrameLimits.DEFAULT, 100);
        this.numbers = new SequenceNumbers[plan.workers()];
        Instance instance = Instance.fresh();
        for (int k = 0; k < numbers.length; k++) {
            numbers[k] = new SequenceNumbers(instance.incarnation());
        }
        this.announcer = new PresenceAnnouncer(
                topics,
                new Role.Router(),
                new Presence("router", instance.name(), 1, 0, Presence.Status.READY, 0, hash, epoch, "test", false));
        var unused = transport.subscribe(topics.everyAnswer(), this::answered);
        announcer.begin(transport, heartbeat);
        transport.connect(announcer.settings(session));
        // The birth message may still be on its way to the wire: no input may overtake it.
        announcer.update(presence -> presence);
    }

    private void answered(InboundMessage message) {
        int worker = topics.workerOf(message.topic()).orElseThrow();
        Admission admission = gate.admit(
                message.topic(),
                message.payload(),
                message.retained(),
                FrameKind.ANSWER,
                worker,
                FrameDescriptor.ROUTER);
        if (admission instanceof Admission.Admitted admitted) {
            Frame frame = admitted.frame();
            Frame before = answers.computeIfAbsent(frame.header().inference(), id -> new ConcurrentHashMap<>())
                    .put(worker, frame);
            if (before != null) {
                throw new IllegalStateException("worker " + worker + " answered twice");
            }
        }
    }

    /** Sends a sample's parts to all workers; null: they take their own sources. */
    void ask(long inference, float @Nullable [] sample) {
        for (int k = 0; k < plan.workers(); k++) {
            FloatBuffer part = FloatBuffer.allocate(
                    sample == null ? 0 : plan.parts().get(k).inputValues());
            if (sample != null) {
                for (Plan.Range range : plan.parts().get(k).input()) {
                    part.put(sample, range.from(), range.size());
                }
            }
            FrameHeader header = FrameHeader.of(
                            FrameKind.INPUT, hash, epoch, inference, 0, FrameDescriptor.ROUTER, k, numbers[k].next())
                    .withFlags(true, false, sample == null);
            var unused = transport.publish(
                    topics.input(new Role.Worker(k)), Frame.encode(header, part.flip(), ""), Qos.AT_LEAST_ONCE, false);
        }
    }

    /** The answers to an inference so far, by worker. */
    Map<Integer, Frame> answers(long inference) {
        return new TreeMap<>(answers.getOrDefault(inference, Map.of()));
    }

    /** What workers have answered, for people. */
    String describe(long inference) {
        StringBuilder text = new StringBuilder();
        answers(inference).forEach((worker, frame) -> text.append(worker)
                .append(frame.header().complete() ? " complete " : " incomplete ")
                .append(frame.annex())
                .append("; "));
        return text.toString();
    }

    /** Waits until all workers have answered. */
    Map<Integer, Frame> await(long inference) {
        Await.until(
                "all workers answer inference " + inference,
                () -> answers(inference).size() == plan.workers());
        return answers(inference);
    }

    /** One worker's answer. */
    Frame answer(long inference, int worker) {
        Frame answer = answers(inference).get(worker);
        if (answer == null) {
            throw new AssertionError("worker " + worker + " has not answered inference " + inference);
        }
        return answer;
    }

    /** Whether all workers have answered, completely. */
    boolean isComplete(long inference) {
        Map<Integer, Frame> all = answers(inference);
        return all.size() == plan.workers()
                && all.values().stream().allMatch(frame -> frame.header().complete());
    }

    /** The model's outputs from complete answers. */
    Map<String, float[]> outputs(long inference) {
        Map<Integer, float[]> parts = new HashMap<>();
        answers(inference).forEach((worker, frame) -> parts.put(worker, frame.values()));
        try (FinalRunner last = new FinalRunner(bundle, 1)) {
            return last.run(parts, 1);
        }
    }

    /** Listens to something else too. */
    void listen(String filter, MessageHandler handler) {
        Await.done(transport.subscribe(filter, handler));
    }

    /** Publishes anything as the router would. */
    void publish(String topic, byte[] payload, boolean retained) {
        Await.done(transport.publish(topic, payload, Qos.AT_LEAST_ONCE, retained));
    }

    @Override
    public void close() {
        announcer.close();
        transport.close();
    }
}
