package starling.router.trial;

import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import starling.codes.MalformedMessageException;
import starling.learning.node.Answer;
import starling.learning.protocol.Order;
import starling.learning.protocol.Reply;
import starling.learning.protocol.TrialNotice;
import starling.learning.settings.TrialSettings;
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
import starling.models.command.Program;
import starling.router.fleet.NewEpoch;

/**
 * The nodes of a trial as agents over MQTT: node k is {@code worker-k}. The broker keeps which trial is on, so that an agent that comes late
 * takes part from the next round. Orders go to all at once, answers come in pieces.
 *
 * <p><b>Waiting.</b> A round waits for the agents that were there when it began, no longer than the deadline, and not for one that has gone.
 * Nobody there, at first or after the connection was lost, is waited for no longer than the time to gather.
 *
 * <p><b>What is refused.</b> Pieces of another round, epoch or sender, a second answer, and what is no answer: said once each, and never in the
 * sum. Memory: for each node at most one answer that is being put together.
 */
final class AgentFleet implements Fleet {
    private static final int UPDATE = 1;
    private static final int SEND = 2;
    private static final int REVEAL = 3;
    private static final long LOOK_MILLIS = 200;
    private static final long FAREWELL_SECONDS = 5;

    private final TrialSettings settings;
    private final AgentTerms terms;
    private final boolean own;
    private final Transport transport;
    private final Topics topics;
    private final Attendees attendees;
    private final PresenceAnnouncer announcer;
    private final PieceSender sender;
    private final Consumer<String> warnings;
    private final ExecutorService readers =
            Executors.newFixedThreadPool(Math.max(1, Runtime.getRuntime().availableProcessors()), work -> {
                Thread thread = new Thread(work, "trial-reader");
                thread.setDaemon(true);
                return thread;
            });
    private final Map<Integer, PieceAssembler> assemblers = new HashMap<>();
    private final int longest;

    private final Object lock = new Object();
    private TrialNotice notice;
    private @Nullable Asking asking;
    private BitSet expected = new BitSet();
    private BitSet heard = new BitSet();
    private boolean gathering = true;
    private double samples;
    private long up;
    private long down;

    private AgentFleet(
            TrialSettings settings,
            AgentTerms terms,
            int @Nullable [] dealt,
            int length,
            Transport transport,
            Consumer<String> warnings) {
        this.settings = settings;
        this.terms = terms;
        this.own = dealt == null;
        this.transport = transport;
        this.warnings = warnings;
        this.topics = new Topics(terms.fleet());
        this.longest = Reply.longest(length);
        int all = dealt == null ? 0 : Arrays.stream(dealt).sum();
        this.notice = TrialNotice.of(settings, 1, length, all);
        this.samples = all;
        this.attendees = new Attendees(settings, topics, dealt, notice, warnings);
        this.announcer = new PresenceAnnouncer(
                topics,
                new Role.Router(),
                Presence.starting(
                        new Role.Router(),
                        terms.instance(),
                        PlanHash.ofHex(notice.trial()),
                        Program.Version.text(),
                        false));
        this.sender =
                new PieceSender(transport, new Patience(terms.session().timing().operationDeadline()));
        expected.set(0, settings.nodes());
        heard.set(0, settings.nodes());
    }

    /**
     * Connects and says which trial is on.
     *
     * @param dealt samples of each node; null where nodes have samples of their own
     * @param length numbers of the model
     * @param transport not connected yet; closed with the fleet
     * @throws LinkException when the broker cannot be reached or refuses
     */
    static AgentFleet start(
            TrialSettings settings,
            AgentTerms terms,
            int @Nullable [] dealt,
            int length,
            Transport transport,
            Consumer<String> warnings) {
        if (settings.nodes() > FrameDescriptor.MAX_WORKER + 1) {
            throw new UnfitException("a fleet has at most " + (FrameDescriptor.MAX_WORKER + 1) + " agents: 'nodes' is "
                    + settings.nodes());
        }
        AgentFleet fleet = new AgentFleet(settings, terms, dealt, length, transport, warnings);
        try {
            fleet.connect();
            return fleet;
        } catch (RuntimeException e) {
            fleet.close();
            throw e;
        }
    }

    private void connect() {
        SessionSettings session = terms.session();
        long epoch = NewEpoch.connect(transport, topics, announcer.settings(session), announcer.presence());
        synchronized (lock) {
            notice = notice.withEpoch(epoch);
        }
        attendees.follow(notice());
        Patience patience = new Patience(session.timing().connectDeadline());
        patience.await("the subscription to presences", attendees.listen(transport));
        patience.await("the subscription to learners", transport.subscribe(topics.everyLearner(), this::learner));
        patience.await("the subscription to updates", transport.subscribe(topics.everyUpdate(), this::piece));
        announcer.update(presence -> presence.withEpoch(epoch).withStatus(Presence.Status.READY));
        announcer.begin(transport, TrialNotice.HEARTBEAT);
        transport.addStateListener(this::entered);
    }

    private TrialNotice notice() {
        synchronized (lock) {
            return notice;
        }
    }

    private void entered(LinkState state, String sentence) {
        if (state == LinkState.CONNECTED) {
            var unused = transport.publish(topics.trial(), notice().encode(), Qos.AT_LEAST_ONCE, true);
        }
        synchronized (lock) {
            if (state == LinkState.LOST) {
                warnings.accept(sentence);
                gathering = true;
                attendees.forget();
            }
            lock.notifyAll();
        }
    }

    private void learner(InboundMessage message) {
        attendees.heard(message);
        synchronized (lock) {
            lock.notifyAll();
        }
    }

    /** On the transport's thread, one at a time. */
    private void piece(InboundMessage message) {
        int node = topics.workerOf(message.topic()).orElse(Integer.MAX_VALUE);
        if (node >= settings.nodes() || message.retained()) {
            return;
        }
        Asking current;
        synchronized (lock) {
            up += message.payload().length;
            current = asking;
        }
        try {
            Piece piece = Piece.decode(message.payload());
            Piece.Key key = piece.key();
            if (key.source() != node) {
                warnings.accept("node " + node + " must speak for itself: a piece of it is from " + key.source());
            } else if (current != null
                    && key.equals(new Piece.Key(current.kind, node, notice().epoch(), current.round))
                    && current.places.containsKey(node)) {
                assemblers
                        .computeIfAbsent(node, one -> new PieceAssembler(longest))
                        .accept(piece)
                        .ifPresent(whole -> answered(current, node, whole));
            }
            // Everything else is of a round that is over.
        } catch (MalformedFrameException e) {
            warnings.accept("node " + node + ": " + e.getMessage());
        }
    }

    private void answered(Asking current, int node, byte[] whole) {
        int place = current.places.getOrDefault(node, -1);
        synchronized (lock) {
            if (asking != current || !current.waiting.get(node)) {
                return;
            }
            current.waiting.clear(node);
            current.reading++;
        }
        readers.execute(() -> {
            RuntimeException failure = null;
            boolean counts = false;
            try {
                Reply reply = read(whole);
                current.taker.take(place, reply.loss(), reply.answer());
                counts = !(reply.answer() instanceof Answer.Refused);
            } catch (RuntimeException e) {
                failure = e;
            }
            synchronized (lock) {
                current.reading--;
                heard.set(node, counts);
                current.failure = failure == null ? current.failure : failure;
                lock.notifyAll();
            }
        });
    }

    private static Reply read(byte[] whole) {
        try {
            return Reply.decode(whole);
        } catch (MalformedMessageException e) {
            return new Reply(Double.NaN, new Answer.Refused(String.valueOf(e.getMessage())));
        }
    }

    @Override
    public List<Node> there() {
        boolean first;
        BitSet wanted;
        synchronized (lock) {
            first = gathering;
            gathering = false;
            wanted = (BitSet) expected.clone();
        }
        if (first) {
            await(terms.gather(), () -> connected() && hasAll(wanted));
        }
        await(terms.gather(), () -> connected() && !attendees.present().isEmpty());
        List<Node> there = attendees.present();
        if (there.isEmpty() || !connected()) {
            throw new UnfitException("a round needs at least one node: none was there within "
                    + terms.gather().toSeconds() + " s; " + attendees.describe());
        }
        if (first && there.size() < wanted.cardinality()) {
            warnings.accept("the trial goes on with " + there.size() + " of " + settings.nodes() + " nodes; "
                    + attendees.describe());
        }
        synchronized (lock) {
            expected = new BitSet();
            there.forEach(node -> expected.set(node.number()));
            if (own) {
                samples = there.stream().mapToDouble(Node::samples).sum();
            }
        }
        return there;
    }

    private boolean connected() {
        LinkState state = transport.state();
        if (state.isFinal()) {
            throw new LinkException(
                    LinkException.Reason.CLOSED, "the trial needs its broker: the connection is " + state);
        }
        return state == LinkState.CONNECTED;
    }

    private boolean hasAll(BitSet wanted) {
        BitSet left = (BitSet) wanted.clone();
        attendees.present().forEach(node -> left.clear(node.number()));
        return left.isEmpty();
    }

    @Override
    public double samples() {
        synchronized (lock) {
            return samples;
        }
    }

    @Override
    public void update(List<Node> some, long round, float[] weights, Taker taker) {
        BitSet counted;
        synchronized (lock) {
            counted = heard;
            heard = new BitSet();
        }
        ask(
                new Order.Update(numbers(some), counted, samples(), weights),
                new Asking(UPDATE, round, some, taker, attendees::instance));
    }

    @Override
    public void send(List<Node> some, long round, double scale, Taker taker) {
        synchronized (lock) {
            heard.andNot(numbers(some));
        }
        ask(new Order.Send(numbers(some), scale), new Asking(SEND, round, some, taker, attendees::instance));
    }

    @Override
    public void reveal(List<Node> some, BitSet missing, long round, Taker taker) {
        ask(new Order.Reveal(numbers(some), missing), new Asking(REVEAL, round, some, taker, attendees::instance));
    }

    private static BitSet numbers(List<Node> some) {
        BitSet numbers = new BitSet();
        some.forEach(node -> numbers.set(node.number()));
        return numbers;
    }

    private void ask(Order order, Asking what) {
        if (what.waiting.isEmpty()) {
            return;
        }
        synchronized (lock) {
            asking = what;
        }
        try {
            Piece.Key key = new Piece.Key(what.kind, FrameDescriptor.ROUTER, notice().epoch(), what.round);
            long published = sender.send(topics.round(), key, order.encode());
            synchronized (lock) {
                down += published * what.places.size();
            }
            await(terms.deadline(), () -> nobodyLeft(what));
        } catch (LinkException e) {
            warnings.accept("round " + (what.round + 1) + " could not be told to all nodes: " + e.getMessage());
        }
        RuntimeException failure;
        synchronized (lock) {
            asking = null;
            failure = what.failure;
        }
        // What has come in time is read to the end, however long that takes.
        await(Duration.ofDays(1), () -> isRead(what));
        what.waiting.stream()
                .forEach(node -> warnings.accept("node " + node + " is missing in round " + (what.round + 1)
                        + ": it did not answer within "
                        + terms.deadline().toSeconds() + " s, or has gone"));
        if (failure != null) {
            throw failure;
        }
    }

    private boolean isRead(Asking what) {
        synchronized (lock) {
            return what.reading == 0;
        }
    }

    private boolean nobodyLeft(Asking what) {
        BitSet left;
        synchronized (lock) {
            if (what.reading > 0) {
                return false;
            }
            left = (BitSet) what.waiting.clone();
        }
        return left.stream().noneMatch(node -> what.isAsked(node, attendees.instance(node)));
    }

    /** Waits until something holds, looking whenever something has come and every now and then, or until it is too late. */
    private void await(Duration longestWait, BooleanSupplier holds) {
        long end = System.nanoTime() + longestWait.toNanos();
        try {
            while (!holds.getAsBoolean() && System.nanoTime() - end < 0) {
                synchronized (lock) {
                    lock.wait(LOOK_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnfitException("the trial was interrupted", e);
        }
    }

    @Override
    public Traffic traffic(Round round, int length) {
        synchronized (lock) {
            Traffic traffic = new Traffic(up, down);
            up = 0;
            down = 0;
            return traffic;
        }
    }

    @Override
    public void finish() {
        TrialNotice last = notice().over();
        new Patience(terms.session().timing().operationDeadline())
                .await(
                        "the end of the trial",
                        transport.publish(topics.trial(), last.encode(), Qos.AT_LEAST_ONCE, true));
    }

    @Override
    public void close() {
        announcer.close();
        transport.close();
        readers.shutdown();
        try {
            if (!readers.awaitTermination(FAREWELL_SECONDS, TimeUnit.SECONDS)) {
                readers.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
