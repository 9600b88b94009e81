package starling.router.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.link.InboundMessage;
import starling.link.Qos;
import starling.link.Transport;
import starling.link.frame.Frame;
import starling.link.frame.FrameDescriptor;
import starling.link.frame.FrameHeader;
import starling.link.frame.FrameKind;
import starling.link.frame.FrameLimits;
import starling.link.frame.MalformedFrameException;
import starling.link.frame.PlanHash;
import starling.link.frame.SequenceGuard;
import starling.link.frame.SequenceNumbers;
import starling.link.presence.Presence;
import starling.link.presence.PresenceBoard;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.UnfitException;
import starling.router.request.ReplyNote;

/**
 * Asks a router for inferences over MQTT. It follows the router's presence, so that each request names the plan and epoch it is meant for. Any number of requests may be in flight; the router limits them. Thread-safe.
 */
public final class FleetClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FleetClient.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);
    private static final String STOPPED = "the client has stopped";
    private static final String ROUTER = new Role.Router().user();

    private final Transport transport;
    private final Topics topics;
    private final Role.Client self;
    private final FrameLimits limits;
    private final long deadlineMillis;
    private final PresenceBoard board;
    private final SequenceNumbers stream;
    private final SequenceGuard<Long> guard = new SequenceGuard<>(8, 1024);
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, Asked> asked = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor timer;

    private record Asked(long startedNanos, CompletableFuture<Reply> reply) {}

    /**
     * A client that has not begun.
     *
     * @param deadlineMillis how long a reply is waited for
     * @param heartbeat the period of the router's heartbeat
     * @param incarnation of this client's stream of requests, drawn at random
     */
    public FleetClient(
            Transport transport,
            Topics topics,
            Role.Client self,
            FrameLimits limits,
            long deadlineMillis,
            Duration heartbeat,
            int incarnation) {
        this.transport = transport;
        this.topics = topics;
        this.self = self;
        this.limits = limits;
        this.deadlineMillis = deadlineMillis;
        board = new PresenceBoard(List.of(ROUTER), heartbeat, System::nanoTime);
        stream = new SequenceNumbers(incarnation);
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "starling-client-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Listens for the router and its replies; completes as {@link Transport#subscribe} does. */
    public CompletableFuture<Void> begin() {
        return CompletableFuture.allOf(
                board.listen(transport, topics.routerPresence(), topics.routerHeartbeat()),
                transport.subscribe(topics.reply(self), this::replied));
    }

    /**
     * Waits until the router is there.
     *
     * @throws UnfitException when it is not there in time
     */
    public Presence awaitRouter(Duration longest) throws InterruptedException {
        long end = System.nanoTime() + longest.toNanos();
        while (true) {
            Optional<Presence> router = board.find(ROUTER);
            if (router.isPresent()) {
                return router.get();
            }
            if (System.nanoTime() > end) {
                throw new UnfitException("the router of fleet " + topics.fleet() + " must be there within "
                        + longest.toMillis() + " ms: " + board.describe());
            }
            TimeUnit.NANOSECONDS.sleep(LOOK_AGAIN.toNanos());
        }
    }

    /**
     * Asks for one inference.
     *
     * @param input all the model's inputs, flattened, one after the other; null when the workers take their own sources
     * @return completes normally, always: at the latest at the deadline, and at once after {@link #close}
     */
    public CompletableFuture<Reply> ask(float @Nullable [] input) {
        long id = ids.incrementAndGet();
        Asked question = new Asked(System.nanoTime(), new CompletableFuture<>());
        Optional<Presence> router = board.find(ROUTER);
        if (router.isEmpty()) {
            return CompletableFuture.completedFuture(
                    failed(question, ReplyNote.unsent("the router is not there: " + board.describe())));
        }
        PlanHash plan = router.get().plan();
        FrameHeader header = FrameHeader.of(
                        FrameKind.REQUEST,
                        plan,
                        router.get().epoch(),
                        id,
                        0,
                        FrameDescriptor.CLIENT,
                        FrameDescriptor.ROUTER,
                        stream.next())
                .withFlags(true, false, input == null);
        byte[] frame = Frame.encode(header, input == null ? new float[0] : input, "");
        asked.put(id, question);
        try {
            var late = timer.schedule(
                    () -> give(id, ReplyNote.error("no reply came within " + deadlineMillis + " ms")),
                    deadlineMillis,
                    TimeUnit.MILLISECONDS);
            // Both continuations run whatever becomes of the futures.
            var unused = question.reply().whenComplete((reply, error) -> late.cancel(false));
        } catch (RejectedExecutionException e) {
            give(id, ReplyNote.error(STOPPED));
            return question.reply();
        }
        var unusedToo = transport
                .publish(topics.request(self), frame, Qos.AT_LEAST_ONCE, false)
                .whenComplete((done, error) -> {
                    if (error != null) {
                        give(id, ReplyNote.unsent("the request was not sent: " + error.getMessage()));
                    }
                });
        return question.reply();
    }

    private void give(long id, ReplyNote note) {
        Asked question = asked.remove(id);
        if (question != null) {
            question.reply().complete(failed(question, note));
        }
    }

    private static Reply failed(Asked question, ReplyNote note) {
        return new Reply(null, false, note, System.nanoTime() - question.startedNanos());
    }

    private void replied(InboundMessage message) {
        Frame frame;
        try {
            frame = Frame.decode(message.payload(), limits);
        } catch (MalformedFrameException e) {
            LOG.warn("a reply was dropped: {}", e.getMessage());
            return;
        }
        FrameHeader header = frame.header();
        if (message.retained()
                || header.kind() != FrameKind.REPLY
                || !guard.arrived(header.epoch(), header.sequence()).fresh()) {
            return;
        }
        Asked question = asked.remove(header.inference());
        if (question == null) {
            return;
        }
        long nanos = System.nanoTime() - question.startedNanos();
        ReplyNote read = ReplyNote.read(frame.annex());
        ReplyNote note = read == null ? ReplyNote.error("the reply does not say anything that can be read") : read;
        question.reply().complete(new Reply(header.failed() ? null : frame.values(), header.complete(), note, nanos));
    }

    /** Gives up what is asked; the transport stays open. */
    @Override
    public void close() {
        timer.shutdownNow();
        for (Long id : asked.keySet()) {
            give(id, ReplyNote.error(STOPPED));
        }
    }
}
