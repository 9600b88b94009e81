package starling.router.product;

import java.time.Duration;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
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
    private static final int KIND = 1;
    private static final int MOST_ORDERS = 1 << 10;
    private static final long LOOK_MILLIS = 100;
    /** Why an order has not left that may be sent again, by another line. */
    private static final Set<LinkException.Reason> AWAY =
            EnumSet.of(LinkException.Reason.LOST, LinkException.Reason.NOT_CONNECTED);

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
    private final Map<Integer, Heard> assemblers = new HashMap<>();
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

        /** It has not left whole. */
        void failed();

        /** Of no interest. */
        Sent IGNORED = new Sent() {
            @Override
            public void left(long bytes) {}

            @Override
            public void failed() {}
        };
    }

    /** What is being put together of what one run of an agent says. */
    private record Heard(String instance, PieceAssembler assembler) {}

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
        return board.find(new Role.Worker(worker).user())
                .filter(presence -> presence.status() == Presence.Status.READY
                        && presence.epoch() == epoch()
                        && presence.plan().equals(PlanHash.NONE))
                .map(presence -> new Line(presence.instance(), presence.connection() + connections.get()))
                .orElse(Line.NONE);
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
     * Sends an order, on a thread of its own. When the connection is lost meanwhile the agent is reached by another line after it, and may
     * be told again.
     *
     * @param outcome is told how many bytes have left, or that they have not for another reason
     */
    void send(int worker, ProductOrder order, Sent outcome) {
        try {
            lane(worker).execute(() -> {
                try {
                    Piece.Key key = new Piece.Key(KIND, FrameDescriptor.ROUTER, epoch(), messages.incrementAndGet());
                    outcome.left(sender.send(topics.orders(new Role.Worker(worker)), key, order.encode()));
                } catch (LinkException e) {
                    if (!AWAY.contains(e.reason())) {
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
            String instance = line(worker).instance();
            if (piece.key().epoch() != epoch() || piece.key().kind() != KIND || instance.isEmpty()) {
                return;
            }
            Heard heard = assemblers.get(worker);
            if (heard == null || !heard.instance().equals(instance)) {
                heard = new Heard(instance, new PieceAssembler(ProductReply.longest(terms.longest())));
                assemblers.put(worker, heard);
            }
            byte[] whole = heard.assembler().accept(piece).orElse(null);
            if (whole != null) {
                ear.heard(worker, instance, ProductReply.decode(whole), whole.length);
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
        lanes.values().forEach(ThreadPoolExecutor::shutdown);
        try {
            for (ThreadPoolExecutor lane : lanes.values()) {
                if (!lane.awaitTermination(FAREWELL_SECONDS, TimeUnit.SECONDS)) {
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
