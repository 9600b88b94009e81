package starling.agent.run;

import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.agent.inference.Outlet;
import starling.link.LinkException;
import starling.link.Qos;
import starling.link.Transport;
import starling.link.frame.ElementType;
import starling.link.frame.Frame;
import starling.link.frame.FrameDescriptor;
import starling.link.frame.FrameHeader;
import starling.link.frame.FrameKind;
import starling.link.frame.PlanHash;
import starling.link.frame.SequenceNumbers;
import starling.link.topic.Role;
import starling.link.topic.Topics;

/**
 * Publishes one worker's frames, each stream with its own sequence numbers. A frame that cannot be sent is counted and not sent again: its receiver's
 * deadline deals with it.
 */
final class FrameOutlet implements Outlet {
    private static final Logger LOG = LoggerFactory.getLogger(FrameOutlet.class);
    private static final FloatBuffer NOTHING = FloatBuffer.allocate(0);

    private record Stream(String topic, SequenceNumbers numbers) {}

    private final Transport transport;
    private final PlanHash plan;
    private final int self;
    private final ElementType elements;
    private final Map<Integer, Stream> receivers = new HashMap<>();
    private final Stream answers;
    private final AtomicLong unsent = new AtomicLong();

    FrameOutlet(
            Transport transport,
            Topics topics,
            PlanHash plan,
            int self,
            Iterable<Integer> peers,
            ElementType elements,
            int incarnation) {
        this.transport = transport;
        this.plan = plan;
        this.self = self;
        this.elements = elements;
        Role.Worker worker = new Role.Worker(self);
        for (int peer : peers) {
            receivers.put(
                    peer, new Stream(topics.frame(worker, new Role.Worker(peer)), new SequenceNumbers(incarnation)));
        }
        answers = new Stream(topics.answer(worker), new SequenceNumbers(incarnation));
    }

    @Override
    public void exchange(long epoch, long inference, int step, int receiver, FloatBuffer values, boolean complete) {
        toPeer(epoch, inference, step, receiver, values, complete, false, "");
    }

    @Override
    public void failure(long epoch, long inference, int step, int receiver, String why) {
        toPeer(epoch, inference, step, receiver, NOTHING, false, true, why);
    }

    @Override
    public void answer(long epoch, long inference, int step, FloatBuffer values, boolean complete, String account) {
        toRouter(epoch, inference, step, values, complete, false, account);
    }

    @Override
    public void failedAnswer(long epoch, long inference, int step, String account) {
        toRouter(epoch, inference, step, NOTHING, false, true, account);
    }

    private void toPeer(
            long epoch,
            long inference,
            int step,
            int receiver,
            FloatBuffer values,
            boolean complete,
            boolean failed,
            String annex) {
        Stream stream = receivers.get(receiver);
        if (stream == null) {
            throw new IllegalArgumentException("worker " + self + " sends nothing to worker " + receiver);
        }
        send(stream, FrameKind.EXCHANGE, epoch, inference, step, receiver, values, complete, failed, annex);
    }

    private void toRouter(
            long epoch, long inference, int step, FloatBuffer values, boolean complete, boolean failed, String annex) {
        send(
                answers,
                FrameKind.ANSWER,
                epoch,
                inference,
                step,
                FrameDescriptor.ROUTER,
                values,
                complete,
                failed,
                annex);
    }

    private void send(
            Stream stream,
            FrameKind kind,
            long epoch,
            long inference,
            int step,
            int receiver,
            FloatBuffer values,
            boolean complete,
            boolean failed,
            String annex) {
        FrameHeader header = new FrameHeader(
                kind,
                elements,
                complete,
                failed,
                false,
                plan,
                epoch,
                inference,
                step,
                self,
                receiver,
                stream.numbers.next());
        var unused = transport
                .publish(stream.topic, Frame.encode(header, values, annex), Qos.AT_LEAST_ONCE, false)
                .whenComplete((sent, error) -> {
                    if (error != null) {
                        unsent(stream.topic, error);
                    }
                });
    }

    private void unsent(String topic, Throwable error) {
        boolean first = unsent.getAndIncrement() == 0;
        boolean forbidden = error instanceof LinkException link && link.reason() == LinkException.Reason.NOT_AUTHORISED;
        if (first || forbidden) {
            LOG.warn("a frame on {} could not be sent: {}", topic, error.getMessage());
        } else {
            LOG.debug("a frame on {} could not be sent: {}", topic, error.getMessage());
        }
    }

    /** Frames that could not be sent. */
    long unsent() {
        return unsent.get();
    }
}
