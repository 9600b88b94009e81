package starling.router.request;

import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.link.InboundMessage;
import starling.link.Qos;
import starling.link.Transport;
import starling.link.frame.Admission;
import starling.link.frame.ElementType;
import starling.link.frame.Frame;
import starling.link.frame.FrameDescriptor;
import starling.link.frame.FrameGate;
import starling.link.frame.FrameHeader;
import starling.link.frame.FrameKind;
import starling.link.frame.FrameLimits;
import starling.link.frame.MalformedFrameException;
import starling.link.frame.PlanHash;
import starling.link.frame.SequenceNumbers;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.router.inference.Dispatcher;
import starling.router.inference.Drop;
import starling.router.inference.Outcome;
import starling.router.metrics.RouterMetrics;

/**
 * Serves clients over MQTT: every REQUEST frame is answered by one REPLY frame with the client's own number in {@code inference}, on the
 * topic of that client. A reply without an answer has the flag "failed", no numbers, and the sentence in its {@linkplain ReplyNote annex}.
 * A request of another
 * plan or epoch is answered so too. What is no frame, comes twice, or names a client that cannot be is dropped and counted. Thread-safe.
 */
public final class RequestDesk {
    private static final Logger LOG = LoggerFactory.getLogger(RequestDesk.class);
    private static final int MOST_CLIENTS = 1024;

    private final Dispatcher dispatcher;
    private final PlanHash hash;
    private final long epoch;
    private final Transport transport;
    private final Topics topics;
    private final FrameLimits limits;
    private final ElementType elements;
    private final RouterMetrics metrics;
    private final SplittableRandom incarnations;
    private final FrameGate gate;
    private final Map<String, SequenceNumbers> streams = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, SequenceNumbers> eldest) {
            return size() > MOST_CLIENTS;
        }
    };

    /**
     * A desk; {@link #request} must be subscribed to the topic of every request.
     *
     * @param elements how replies' numbers are written
     * @param seed of the incarnations of the streams of replies
     */
    public RequestDesk(
            Dispatcher dispatcher,
            PlanHash hash,
            long epoch,
            Transport transport,
            Topics topics,
            FrameLimits limits,
            ElementType elements,
            RouterMetrics metrics,
            long seed) {
        this.dispatcher = dispatcher;
        this.hash = hash;
        this.epoch = epoch;
        this.transport = transport;
        this.topics = topics;
        this.limits = limits;
        this.gate = new FrameGate(hash, () -> epoch, limits, MOST_CLIENTS);
        this.elements = elements;
        this.metrics = metrics;
        this.incarnations = new SplittableRandom(seed);
    }

    /** Takes what came on the topic of a client's requests. */
    public void request(InboundMessage message) {
        Role.Client client;
        try {
            client = topics.clientOf(message.topic());
        } catch (IllegalArgumentException e) {
            LOG.debug("a request was dropped: {}", e.getMessage());
            metrics.dropped(Drop.UNKNOWN);
            return;
        }
        Admission admission = gate.admit(
                message.topic(),
                message.payload(),
                message.retained(),
                FrameKind.REQUEST,
                FrameDescriptor.CLIENT,
                FrameDescriptor.ROUTER);
        if (admission instanceof Admission.Admitted admitted) {
            metrics.requested("mqtt");
            Frame frame = admitted.frame();
            CompletableFuture<Outcome> outcome = dispatcher.submit(frame.count() == 0 ? null : frame.values());
            // The future completes normally, always.
            var unused = outcome.thenAccept(made -> reply(client, frame.header(), made));
        } else if (admission instanceof Admission.Refused refused) {
            metrics.dropped(Drop.of(refused.cause()));
            LOG.debug("a request of client {} was dropped: {}", client.name(), refused.sentence());
            boolean outdated = refused.cause() == Admission.Cause.PLAN || refused.cause() == Admission.Cause.EPOCH;
            if (outdated) {
                tellOutdated(client, message.payload(), refused.sentence());
            }
        }
    }

    /** Whoever asks for another plan or epoch is told, rather than left waiting. */
    private void tellOutdated(Role.Client client, byte[] payload, String sentence) {
        try {
            FrameHeader request = Frame.decode(payload, limits).header();
            reply(client, request, new float[0], false, true, ReplyNote.error(sentence));
        } catch (MalformedFrameException e) {
            throw new IllegalStateException("the gate has decoded it before", e);
        }
    }

    private void reply(Role.Client client, FrameHeader request, Outcome outcome) {
        ReplyNote note = ReplyNote.of(outcome, dispatcher.plan());
        if (outcome instanceof Outcome.Answer answer) {
            int count = answer.outputs().values().stream()
                    .mapToInt(values -> values.length)
                    .sum();
            FloatBuffer all = FloatBuffer.allocate(count);
            answer.outputs().values().forEach(all::put);
            reply(client, request, all.array(), answer.complete(), false, note);
        } else {
            reply(client, request, new float[0], false, true, note);
        }
    }

    private void reply(
            Role.Client client, FrameHeader request, float[] values, boolean complete, boolean failed, ReplyNote note) {
        SequenceNumbers stream;
        synchronized (streams) {
            stream = streams.computeIfAbsent(
                    client.name(), name -> new SequenceNumbers(incarnations.nextInt(SequenceNumbers.INCARNATIONS)));
        }
        FrameHeader header = FrameHeader.of(
                        FrameKind.REPLY,
                        hash,
                        epoch,
                        request.inference(),
                        0,
                        FrameDescriptor.ROUTER,
                        FrameDescriptor.CLIENT,
                        stream.next())
                .withElementType(elements)
                .withFlags(complete, failed, false);
        // Whatever becomes of it is dealt with in the continuation.
        var unused = transport
                .publish(topics.reply(client), Frame.encode(header, values, note.write()), Qos.AT_LEAST_ONCE, false)
                .whenComplete((sent, error) -> {
                    if (error != null) {
                        metrics.unsent();
                        LOG.warn("a reply to client {} was not sent: {}", client.name(), error.getMessage());
                    }
                });
    }
}
