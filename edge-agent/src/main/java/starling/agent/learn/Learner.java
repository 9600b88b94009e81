package starling.agent.learn;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.agent.fleet.ConnectionWatch;
import starling.agent.fleet.Member;
import starling.codes.MalformedMessageException;
import starling.learning.protocol.LearnerNotice;
import starling.learning.protocol.Order;
import starling.learning.protocol.Reply;
import starling.learning.protocol.TrialNotice;
import starling.link.InboundMessage;
import starling.link.LinkException;
import starling.link.LinkState;
import starling.link.Patience;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.Transport;
import starling.link.frame.FrameDescriptor;
import starling.link.frame.MalformedFrameException;
import starling.link.frame.PlanHash;
import starling.link.piece.Piece;
import starling.link.piece.PieceAssembler;
import starling.link.piece.PieceSender;
import starling.link.presence.Presence;
import starling.link.presence.PresenceAnnouncer;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.UnfitException;

/**
 * One node of trials on the network.
 *
 * <p><b>Walk.</b> {@link #start} connects. The broker has kept which trial is on, or tells when one begins; the learner opens data and model, says that it
 * takes part, and from then on follows orders, on a thread of its own. A newer order takes the place of one that has not been begun. When the
 * trial that it took part in is over, it ends.
 *
 * <p><b>End.</b> {@link #ended} completes normally when the trial is over or the learner is closed, exceptionally with an {@link UnfitException} when it
 * cannot take part in the trial (which the router is told), and with a {@link LinkException} when another program takes its identity or
 * the broker refuses it.
 */
public final class Learner implements Member {
    private static final Logger LOG = LoggerFactory.getLogger(Learner.class);
    private static final long FAREWELL_MILLIS = TimeUnit.SECONDS.toMillis(5);

    private final LearnerSettings settings;
    private final Transport transport;
    private final Topics topics;
    private final Role.Worker role;
    private final PresenceAnnouncer announcer;
    private final Masking masking;
    private final Thread thread;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final AtomicLong sent = new AtomicLong();

    private final Object lock = new Object();
    private @Nullable TrialNotice notice;
    private @Nullable Todo todo;
    private @Nullable LearnerNotice said;
    private int length;
    private boolean stopping;

    /** Of the transport's thread. */
    private PieceAssembler assembler = new PieceAssembler(0);

    /** An order that has come whole. */
    private record Todo(Piece.Key key, byte[] order) {}

    /**
     * A learner that is not connected yet.
     *
     * @param instance this run of the program, unlike all others
     * @param transport closed with the learner
     */
    public Learner(LearnerSettings settings, String instance, Transport transport) {
        this.settings = settings;
        this.transport = transport;
        this.topics = new Topics(settings.fleet());
        this.role = new Role.Worker(settings.node());
        this.masking = new Masking(settings.node());
        this.announcer = new PresenceAnnouncer(
                topics, role, Presence.starting(role, instance, PlanHash.NONE, settings.version(), true));
        this.thread = new Thread(this::drive, "starling-learner-" + settings.node());
        thread.setDaemon(true);
    }

    /**
     * Connects and waits for a trial.
     *
     * @throws LinkException when the broker cannot be reached by the connect deadline, does not grant a subscription by then, or refuses
     *     the learner
     */
    @Override
    public void start(SessionSettings session) {
        transport.addStateListener(new ConnectionWatch(LOG, ended));
        transport.addStateListener((state, sentence) -> entered(state));
        List<CompletableFuture<Void>> granted = new ArrayList<>();
        granted.add(transport.subscribe(topics.trial(), this::trial));
        granted.add(transport.subscribe(topics.round(), this::piece));
        granted.add(transport.subscribe(topics.everyLearner(), this::other));
        announcer.begin(transport, TrialNotice.HEARTBEAT);
        thread.start();
        transport.connect(announcer.settings(session));
        Patience patience = new Patience(session.timing().connectDeadline());
        granted.forEach(subscription -> patience.await("every subscription", subscription));
    }

    /** Completes when the learner has ended; see the class. */
    @Override
    public CompletableFuture<Void> ended() {
        return ended;
    }

    @Override
    public String status() {
        return sent + " answers sent";
    }

    /** The router is told again who takes part. */
    private void entered(LinkState state) {
        LearnerNotice last;
        synchronized (lock) {
            last = said;
        }
        if (state == LinkState.CONNECTED && last != null) {
            var unused = publish(last);
        }
    }

    private CompletableFuture<Void> publish(LearnerNotice what) {
        return transport
                .publish(topics.learner(role), what.encode(), Qos.AT_LEAST_ONCE, true)
                .exceptionally(e -> {
                    LOG.warn("the router was not told: {}", e.getMessage());
                    return null;
                });
    }

    private void trial(InboundMessage message) {
        if (message.payload().length == 0) {
            return;
        }
        try {
            TrialNotice came = TrialNotice.decode(message.payload());
            synchronized (lock) {
                if (notice != null && came.epoch() < notice.epoch()) {
                    return;
                }
                notice = came;
                lock.notifyAll();
            }
        } catch (MalformedMessageException e) {
            LOG.warn("a notice on {} is not followed: {}", message.topic(), e.getMessage());
        }
    }

    /** What another node says of itself: its key. */
    private void other(InboundMessage message) {
        int node = topics.workerOf(message.topic()).orElse(settings.node());
        if (message.payload().length == 0 || node == settings.node()) {
            return;
        }
        try {
            LearnerNotice learner = LearnerNotice.decode(message.payload());
            masking.heard(node, learner);
        } catch (MalformedMessageException e) {
            LOG.warn("a notice on {} is not used: {}", message.topic(), e.getMessage());
        }
    }

    /** On the transport's thread, one at a time. */
    private void piece(InboundMessage message) {
        int longest;
        long epoch;
        synchronized (lock) {
            if (length == 0 || notice == null || message.retained()) {
                return;
            }
            longest = Order.longest(length);
            epoch = notice.epoch();
        }
        try {
            Piece piece = Piece.decode(message.payload());
            if (piece.key().source() != FrameDescriptor.ROUTER || piece.key().epoch() != epoch) {
                return;
            }
            if (assembler.longest() != longest) {
                assembler = new PieceAssembler(longest);
            }
            Optional<byte[]> whole = assembler.accept(piece);
            if (whole.isPresent()) {
                synchronized (lock) {
                    todo = new Todo(piece.key(), whole.get());
                    lock.notifyAll();
                }
            }
        } catch (MalformedFrameException e) {
            LOG.warn("a piece on {} is not used: {}", message.topic(), e.getMessage());
        }
    }

    /** The learner's thread. */
    private void drive() {
        try (Following following = new Following()) {
            while (following.once()) {
                // As long as there may be more.
            }
            ended.complete(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            ended.completeExceptionally(e);
        }
    }

    /** The trial that is followed. */
    private final class Following implements AutoCloseable {
        private @Nullable TrialNotice on;
        private @Nullable Part part;

        /** Waits for something to do and does it; false when nothing will come any more. */
        boolean once() throws InterruptedException {
            TrialNotice came;
            Todo next;
            synchronized (lock) {
                while (!stopping && (notice == null || notice.equals(on)) && todo == null) {
                    lock.wait();
                }
                if (stopping) {
                    return false;
                }
                came = notice;
                next = todo;
                todo = null;
            }
            if (came != null && !came.equals(on)) {
                return begin(came);
            }
            if (next != null && part != null) {
                follow(part, next);
            }
            return true;
        }

        private boolean begin(TrialNotice came) {
            TrialNotice before = on;
            on = came;
            if (came.ended()) {
                boolean mine = before != null && part != null && before.trial().equals(came.trial());
                if (mine) {
                    LOG.info("trial {} is over", came.trial());
                }
                return !mine;
            }
            if (before == null || part == null || !before.trial().equals(came.trial())) {
                close();
                part = opened(came);
            }
            LOG.info("node {} takes part in trial {} with {} samples", settings.node(), came.trial(), part.samples());
            announcer.update(
                    presence -> presence.withStatus(Presence.Status.READY).withEpoch(came.epoch()));
            masking.begin(came.trial(), came.epoch());
            LearnerNotice now = LearnerNotice.of(came, part.samples(), part.isMasked() ? masking.key() : null);
            synchronized (lock) {
                said = now;
                length = part.length();
            }
            var unused = publish(now);
            return true;
        }

        private Part opened(TrialNotice came) {
            try {
                return new Part(came, settings, masking);
            } catch (UnfitException e) {
                var told = publish(LearnerNotice.refused(came, String.valueOf(e.getMessage())));
                new Patience(Duration.ofMillis(FAREWELL_MILLIS)).await("the refusal", told);
                throw e;
            }
        }

        private void follow(Part mine, Todo next) {
            try {
                Order order = Order.decode(next.order(), mine.length());
                Optional<Reply> reply = mine.follow(next.key().round(), order);
                if (reply.isPresent() && !isOverdue(next)) {
                    send(next.key(), reply.get());
                }
            } catch (MalformedMessageException e) {
                LOG.warn("an order is not followed: {}", e.getMessage());
            } catch (LinkException e) {
                LOG.warn("the answer of round {} was not sent: {}", next.key().round() + 1, e.getMessage());
            }
        }

        /** Whether the router has gone on meanwhile. */
        private boolean isOverdue(Todo done) {
            synchronized (lock) {
                return (todo != null && todo.key().round() != done.key().round())
                        || (notice != null && notice.epoch() != done.key().epoch());
            }
        }

        private void send(Piece.Key order, Reply reply) {
            PieceSender sender = new PieceSender(transport, new Patience(Duration.ofMillis(FAREWELL_MILLIS)));
            sender.send(
                    topics.update(role),
                    new Piece.Key(order.kind(), settings.node(), order.epoch(), order.round()),
                    reply.encode());
            sent.incrementAndGet();
        }

        @Override
        public void close() {
            if (part != null) {
                part.close();
                part = null;
            }
        }
    }

    /** Says good-bye and ends everything. Later calls do nothing. */
    @Override
    public void close() {
        synchronized (lock) {
            if (stopping) {
                return;
            }
            stopping = true;
            lock.notifyAll();
        }
        try {
            if (thread.isAlive()) {
                thread.join(FAREWELL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        announcer.close();
        transport.close();
        ended.complete(null);
    }
}
