package starling.experiments.exchange;

import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import starling.link.InboundMessage;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.Transport;
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
import starling.models.UnfitException;
import starling.models.plan.Plan;

/** In the router's place towards two agents: sends the parts of one input and waits for all answers, one inference at a time. */
final class Asker implements AutoCloseable {
    private static final long EPOCH = 1;
    private static final long PATIENCE_SECONDS = 60;

    private final Plan plan;
    private final PlanHash hash;
    private final Topics topics;
    private final Transport transport;
    private final PresenceAnnouncer announcer;
    private final FrameGate gate;
    private final List<SequenceNumbers> numbers = new ArrayList<>();
    private final BlockingQueue<Frame> answers = new LinkedBlockingQueue<>();
    private long inference;

    Asker(Plan plan, PlanHash hash, Topics topics, Transport transport, Duration heartbeat) {
        this.plan = plan;
        this.hash = hash;
        this.topics = topics;
        this.transport = transport;
        Instance instance = Instance.fresh();
        for (int k = 0; k < plan.workers(); k++) {
            numbers.add(new SequenceNumbers(instance.incarnation()));
        }
        gate = new FrameGate(hash, () -> EPOCH, FrameLimits.DEFAULT, plan.workers());
        announcer = new PresenceAnnouncer(
                topics,
                new Role.Router(),
                new Presence(
                        "router",
                        instance.name(),
                        1,
                        0,
                        Presence.Status.READY,
                        0,
                        hash,
                        EPOCH,
                        "exchange-speed",
                        false));
        var unused = transport.subscribe(topics.everyAnswer(), this::answered);
        announcer.begin(transport, heartbeat);
        transport.connect(announcer.settings(SessionSettings.of(topics, new Role.Router(), instance.name())));
    }

    private void answered(InboundMessage message) {
        int worker = topics.workerOf(message.topic()).orElse(FrameDescriptor.CLIENT);
        Admission admission = gate.admit(
                message.topic(),
                message.payload(),
                message.retained(),
                FrameKind.ANSWER,
                worker,
                FrameDescriptor.ROUTER);
        if (admission instanceof Admission.Admitted admitted) {
            answers.add(admitted.frame());
        }
    }

    /**
     * One inference.
     *
     * @throws UnfitException unless all workers answer completely
     */
    List<Frame> ask(float[] sample) {
        long asked = ++inference;
        for (int k = 0; k < plan.workers(); k++) {
            FloatBuffer part = plan.parts().get(k).cut(sample, 0);
            FrameHeader header = FrameHeader.of(
                    FrameKind.INPUT,
                    hash,
                    EPOCH,
                    asked,
                    0,
                    FrameDescriptor.ROUTER,
                    k,
                    numbers.get(k).next());
            var unused = transport.publish(
                    topics.input(new Role.Worker(k)),
                    Frame.encode(header.withFlags(true, false, false), part, ""),
                    Qos.AT_LEAST_ONCE,
                    false);
        }
        List<Frame> come = new ArrayList<>();
        for (int k = 0; k < plan.workers(); k++) {
            Frame frame = next();
            if (frame.header().inference() != asked || !frame.header().complete()) {
                throw new UnfitException("every answer must be complete and in time: inference " + asked + " got "
                        + frame.header() + " " + frame.annex());
            }
            come.add(frame);
        }
        return come;
    }

    private Frame next() {
        try {
            Frame frame = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (frame == null) {
                throw new UnfitException(
                        "agents must answer within " + PATIENCE_SECONDS + " s: inference " + inference + " has none");
            }
            return frame;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnfitException("interrupted in inference " + inference, e);
        }
    }

    @Override
    public void close() {
        announcer.close();
        transport.close();
    }
}
