package starling.router.product;

import java.time.Duration;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import starling.codes.MalformedMessageException;
import starling.learning.product.ProductOrder;
import starling.learning.product.ProductReply;
import starling.link.InboundMessage;
import starling.link.LinkException;
import starling.link.LinkState;
import starling.link.Patience;
import starling.link.Transport;
import starling.link.frame.FrameDescriptor;
import starling.link.frame.MalformedFrameException;
import starling.link.frame.PlanHash;
import starling.link.piece.Piece;
import starling.link.piece.PieceAssembler;
import starling.link.piece.PieceSender;
import starling.link.presence.Presence;
import starling.link.presence.PresenceAnnouncer;
import starling.link.presence.PresenceBoard;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.UnfitException;
import starling.models.command.Program;
import starling.router.fleet.NewEpoch;

/**
 * The agents that multiply, over MQTT: worker k of a code is {@code worker-k}. Orders to an agent leave in their order, those to different agents
 * side by side; what an agent says in this run of the router is handed on.
 *
 * <p>Memory: for each agent at most one reply that is being put together, and {@value #MOST_ORDERS} orders that have not left.
 */
final class ComputeFleet implements AutoCloseable {
    private static final int MOST_ORDERS = 1 << 10;
    private static final long LOOK_MILLIS = 100;
    /** Why an order has not left that may leave later. */
    private static final Set<LinkException.Reason> PASSING = EnumSet.of(
            LinkException.Reason.LOST,
            LinkException.Reason.NOT_CONNECTED,
            LinkException.Reason.DEADLINE,
            LinkException.Reason.QUEUE_FULL);

    private static final long FAREWELL_SECONDS = 5;

    private final ProductTerms terms;
    private final Transport transport;
    private final Topics topics;
    private final PresenceBoard board;
    private final PresenceAnnouncer announcer;
    private final PieceSender sender;
    private final Ear ear;
    private final Consumer<String> warnings;
    private final Map<Integer, ThreadPoolExecutor> lanes = new HashMap<>();
    /** Of the transport's thread. Messages of an agent have growing numbers, whichever run of it says them. */
    private final Map<Integer, PieceAssembler> assemblers = new HashMap<>();
    /** Which run of an agent was there last. */
    private final Map<Integer, String> instances = new ConcurrentHashMap<>();

    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong connections = new AtomicLong();
    private final Object lock = new Object();
    private long epoch = Presence.NO_EPOCH;

    /** Whom replies are told to, one at a time. */
    @FunctionalInterface
    interface Ear {
        /**
         * Something was said.
         *
         * @param worker who said it
         * @param instance which run of it is there
         * @param bytes of the message
         */
        void heard(int worker, String instance, ProductReply reply, int bytes);
    }

    /** What became of an order. */
    interface Sent {
        /** So many bytes have left. */
        void left(long bytes);

        /** It has not left whole, but may later. */
        void lost();

        /** It cannot leave. */
        void failed();

        /** Whether it is to leave at all. */
        default boolean isWanted() {
            return true;
        }

        /** Of no interest. */
        Sent IGNORED = new Sent() {
            @Override
            public void left(long bytes) {}

            @Override
            public void lost() {}

            @Override
            public void failed() {}
        };
    }

    private ComputeFleet(ProductTerms terms, Transport transport, Ear ear, Consumer<String> warnings) {
        this.terms = terms;
        this.transport = transport;
        this.ear = ear;
        this.warnings = warnings;
        this.topics = new Topics(terms.fleet());
        this.board = new PresenceBoard(
                IntStream.range(0, terms.workers())
                        .mapToObj(k -> new Role.Worker(k).user())
                        .toList(),
                ProductOrder.HEARTBEAT,
                System::nanoTime);
        this.announcer = new PresenceAnnouncer(
                topics,
                new Role.Router(),
                Presence.starting(new Role.Router(), terms.instance(), PlanHash.NONE, Program.Version.text(), false));
        this.sender =
                new PieceSender(transport, new Patience(terms.session().timing().operationDeadline()));
    }

    /**
     * Connects and says that a run of the router begins.
     *
     * @param transport not connected yet; closed with the fleet
     * @throws LinkException when the broker cannot be reached or refuses
     */
    static ComputeFleet start(ProductTerms terms, Transport transport, Ear ear, Consumer<String> warnings) {
        ComputeFleet fleet = new ComputeFleet(terms, transport, ear, warnings);
        try {
            fleet.connect();
            return fleet;
        } catch (RuntimeException e) {
            fleet.close();
            throw e;
        }
    }

    private void connect() {
        long found = NewEpoch.connect(transport, topics, announcer.settings(terms.session()), announcer.presence());
        synchronized (lock) {
            epoch = found;
        }
        Patience patience = new Patience(terms.session().timing().connectDeadline());
        patience.await(
                "the subscription to presences",
                board.listen(transport, topics.everyPresence(), topics.everyHeartbeat()));
        patience.await("the subscription to products", transport.subscribe(topics.everyProduct(), this::piece));
        announcer.update(presence -> presence.withEpoch(found).withStatus(Presence.Status.READY));
        announcer.begin(transport, ProductOrder.HEARTBEAT);
        transport.addStateListener((state, sentence) -> {
            if (state == LinkState.CONNECTED) {
                connections.incrementAndGet();
            } else if (state == LinkState.LOST) {
                warnings.accept(sentence);
            }
        });
    }

    private long epoch() {
        synchronized (lock) {
            return epoch;
        }
    }

    /** Who is there and follows this run of the router. */
    BitSet present() {
        BitSet present = new BitSet();
        for (int worker = 0; worker < terms.workers(); worker++) {
            present.set(worker, line(worker).isThere());
        }
        return present;
    }

    /** By what an agent is reached now. */
    Line line(int worker) {
        Line line = board.find(new Role.Worker(worker).user())
                .filter(presence -> presence.status() == Presence.Status.READY
                        && presence.epoch() == epoch()
                        && presence.plan().equals(PlanHash.NONE))
                .map(presence -> new Line(presence.instance(), presence.connection() + connections.get()))
                .orElse(Line.NONE);
        if (line.isThere()) {
            instances.put(worker, line.instance());
        }
        return line;
    }

    /** Whether the router itself can hear anybody. */
    boolean isConnected() {
        return transport.state() == LinkState.CONNECTED;
    }

    /** One line for people: who is there, and who is missing. */
    String describe() {
        return board.describe();
    }

    /**
     * Sends an order, on a thread of its own, if it is wanted yet when its turn comes.
     *
     * @param outcome is told how many bytes have left, or that they have not
     */
    void send(int worker, ProductOrder order, Sent outcome) {
        try {
            lane(worker).execute(() -> {
                if (!outcome.isWanted()) {
                    return;
                }
                try {
                    Piece.Key key = new Piece.Key(
                            ProductOrder.KIND, FrameDescriptor.ROUTER, epoch(), messages.incrementAndGet());
                    outcome.left(sender.send(topics.orders(new Role.Worker(worker)), key, order.encode()));
                } catch (LinkException e) {
                    if (PASSING.contains(e.reason())) {
                        outcome.lost();
                    } else {
                        fail(worker, outcome, String.valueOf(e.getMessage()));
                    }
                } catch (IllegalArgumentException | OutOfMemoryError e) {
                    fail(worker, outcome, "an order to it cannot be made: " + e.getMessage());
                }
            });
        } catch (RejectedExecutionException e) {
            fail(worker, outcome, MOST_ORDERS + " orders to it have not left");
        }
    }

    private void fail(int worker, Sent outcome, String why) {
        warnings.accept("agent " + worker + " was not told: " + why);
        outcome.failed();
        wake();
    }

    private ThreadPoolExecutor lane(int worker) {
        synchronized (lock) {
            return lanes.computeIfAbsent(
                    worker,
                    one -> new ThreadPoolExecutor(
                            1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_ORDERS), work -> {
                                Thread thread = new Thread(work, "product-orders-" + one);
                                thread.setDaemon(true);
                                return thread;
                            }));
        }
    }

    /** On the transport's thread, one at a time. */
    private void piece(InboundMessage message) {
        int worker = topics.workerOf(message.topic()).orElse(Integer.MAX_VALUE);
        if (worker >= terms.workers() || message.retained()) {
            return;
        }
        try {
            Piece piece = Piece.decode(message.payload());
            if (piece.key().source() != worker) {
                warnings.accept("agent " + worker + " must speak for itself: a piece of it is from "
                        + piece.key().source());
                return;
            }
            // Its heartbeats may be late, behind what it sends.
            Line line = line(worker);
            String instance = line.isThere() ? line.instance() : instances.getOrDefault(worker, "");
            if (piece.key().epoch() != epoch() || piece.key().kind() != ProductOrder.KIND || instance.isEmpty()) {
                return;
            }
            Optional<byte[]> whole = assemblers
                    .computeIfAbsent(worker, one -> new PieceAssembler(ProductReply.longest(terms.longest())))
                    .accept(piece);
            if (whole.isPresent()) {
                ear.heard(worker, instance, ProductReply.decode(whole.get()), whole.get().length);
                wake();
            }
        } catch (MalformedFrameException | MalformedMessageException e) {
            warnings.accept("agent " + worker + ": " + e.getMessage());
        }
    }

    private void wake() {
        synchronized (lock) {
            lock.notifyAll();
        }
    }

    /**
     * Waits until something holds, looking whenever something was said, every now and then, and when it may have become true by itself.
     *
     * @param tend is done before each look
     * @param soon milliseconds until it may have become true by itself
     * @return whether it holds
     * @throws LinkException when the connection has ended for good
     */
    boolean await(Duration longest, Runnable tend, BooleanSupplier holds, LongSupplier soon) {
        long end = System.nanoTime() + longest.toNanos();
        try {
            while (true) {
                tend.run();
                synchronized (lock) {
                    if (holds.getAsBoolean()) {
                        return true;
                    }
                    long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                    if (left <= 0) {
                        return false;
                    }
                    lock.wait(Math.max(1, Math.min(soon.getAsLong(), Math.min(LOOK_MILLIS, left))));
                }
                if (transport.state().isFinal()) {
                    throw new LinkException(
                            LinkException.Reason.CLOSED,
                            "a product needs its broker: the connection is " + transport.state());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnfitException("the product was interrupted", e);
        }
    }

    @Override
    public void close() {
        List<ThreadPoolExecutor> all;
        synchronized (lock) {
            all = List.copyOf(lanes.values());
        }
        all.forEach(ThreadPoolExecutor::shutdown);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(FAREWELL_SECONDS);
        try {
            for (ThreadPoolExecutor lane : all) {
                if (!lane.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    lane.shutdownNow();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        announcer.close();
        transport.close();
    }
}
