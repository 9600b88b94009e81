package starling.agent.compute;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.agent.fleet.ConnectionWatch;
import starling.agent.fleet.Member;
import starling.codes.MalformedMessageException;
import starling.learning.product.ProductOrder;
import starling.learning.product.ProductReply;
import starling.link.InboundMessage;
import starling.link.LinkException;
import starling.link.Patience;
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

/**
 * One agent that multiplies for the router of its fleet.
 *
 * <p><b>Walk.</b> {@link #start} connects. When the router is there the agent says that it follows its run, and from then on does what it is
 * told, one order after the other, on a thread of its own; a job is cancelled between two tasks, and while the agent waits on purpose. With
 * another run of the router nothing is kept any more.
 *
 * <p><b>Bounds.</b> Shares that are kept, orders that wait, an order that is coming, and a product have at most {@code memory} bytes
 * each; an order beyond is refused.
 *
 * <p><b>End.</b> {@link #ended} completes when the agent is closed, and with a {@link LinkException} when another program takes its identity
 * or the broker refuses it.
 */
public final class ComputeAgent implements Member {
    private static final Logger LOG = LoggerFactory.getLogger(ComputeAgent.class);
    private static final long FAREWELL_MILLIS = TimeUnit.SECONDS.toMillis(5);

    private final ComputeSettings settings;
    private final Transport transport;
    private final Topics topics;
    private final Role.Worker role;
    private final PresenceAnnouncer announcer;
    private final Todo todo;
    private final Thread thread;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final AtomicLong done = new AtomicLong();

    /** Of the transport's thread. */
    private final PieceAssembler assembler;

    private volatile Duration acknowledgement = Duration.ZERO;
    private volatile long epoch = Presence.NO_EPOCH;

    /**
     * An agent that is not connected yet.
     *
     * @param instance this run of the program, unlike all others
     * @param transport closed with the agent
     */
    public ComputeAgent(ComputeSettings settings, String instance, Transport transport) {
        this.settings = settings;
        this.transport = transport;
        this.topics = new Topics(settings.fleet());
        this.role = new Role.Worker(settings.node());
        this.todo = new Todo(settings.memory());
        this.assembler = new PieceAssembler((int) Math.min(Integer.MAX_VALUE - 8, settings.memory()));
        this.announcer = new PresenceAnnouncer(
                topics, role, Presence.starting(role, instance, PlanHash.NONE, settings.version(), false));
        this.thread = new Thread(this::drive, "starling-compute-" + settings.node());
        thread.setDaemon(true);
    }

    /**
     * Connects and waits for orders.
     *
     * @throws LinkException when the broker cannot be reached by the connect deadline, does not grant a subscription by then, or refuses
     *     the agent
     */
    @Override
    public void start(SessionSettings session) {
        acknowledgement = session.timing().operationDeadline();
        transport.addStateListener(new ConnectionWatch(LOG, ended));
        List<CompletableFuture<Void>> granted = new ArrayList<>();
        granted.add(transport.subscribe(topics.orders(role), this::piece));
        granted.add(transport.subscribe(topics.routerPresence(), this::router));
        announcer.begin(transport, ProductOrder.HEARTBEAT);
        thread.start();
        transport.connect(announcer.settings(session));
        Patience patience = new Patience(session.timing().connectDeadline());
        granted.forEach(subscription -> patience.await("every subscription", subscription));
    }

    @Override
    public CompletableFuture<Void> ended() {
        return ended;
    }

    @Override
    public String status() {
        return done + " tasks done";
    }

    /** The router says which run of it is on. On the transport's thread. */
    private void router(InboundMessage message) {
        try {
            Presence router = Presence.parse(message.payload());
            if (router.status() == Presence.Status.READY && router.epoch() > epoch) {
                epoch = router.epoch();
                todo.begin(epoch);
                announcer.update(
                        presence -> presence.withStatus(Presence.Status.READY).withEpoch(router.epoch()));
                LOG.info("node {} multiplies for the router's run {}", settings.node(), epoch);
            }
        } catch (IllegalArgumentException e) {
            LOG.warn("a presence on {} is not followed: {}", message.topic(), e.getMessage());
        }
    }

    /** On the transport's thread, one at a time. */
    private void piece(InboundMessage message) {
        try {
            Piece piece = Piece.decode(message.payload());
            if (message.retained()
                    || piece.key().kind() != ProductOrder.KIND
                    || piece.key().source() != FrameDescriptor.ROUTER
                    || piece.key().epoch() != epoch) {
                return;
            }
            if (piece.length() > assembler.longest()) {
                if (piece.index() == 0) {
                    todo.refuse(piece.key(), ProductOrder.number(piece.bytes()), piece.length());
                }
                return;
            }
            Optional<byte[]> whole = assembler.accept(piece);
            if (whole.isPresent()) {
                add(piece.key(), whole.get());
            }
        } catch (MalformedFrameException | MalformedMessageException e) {
            LOG.warn("an order is not followed: {}", e.getMessage());
        }
    }

    private void add(Piece.Key key, byte[] order) {
        try {
            todo.add(key, ProductOrder.decode(order), order.length);
        } catch (OutOfMemoryError e) {
            todo.refuse(key, ProductOrder.number(order), order.length);
        }
    }

    /** The agent's thread. */
    private void drive() {
        try (Multiplier multiplier = new Multiplier(settings.threads(), settings.memory());
                Shelf shelf = new Shelf(multiplier, settings.memory())) {
            Hand hand = new Hand(settings, multiplier, shelf, todo);
            long following = Presence.NO_EPOCH;
            for (Todo.Entry entry = todo.take(); entry != null; entry = todo.take()) {
                if (entry.key().epoch() != following) {
                    following = entry.key().epoch();
                    shelf.clear();
                }
                follow(hand, entry);
            }
            ended.complete(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            ended.completeExceptionally(e);
        }
    }

    private void follow(Hand hand, Todo.Entry entry) throws InterruptedException {
        PieceSender sender = new PieceSender(transport, new Patience(acknowledgement));
        try {
            hand.follow(entry, (number, reply) -> {
                say(
                        sender,
                        new Piece.Key(
                                ProductOrder.KIND, settings.node(), entry.key().epoch(), number),
                        reply.encode());
                if (reply instanceof ProductReply.Result) {
                    done.incrementAndGet();
                }
            });
        } catch (LinkException e) {
            LOG.warn("an answer was not sent: {}", e.getMessage());
        }
    }

    /**
     * As often as it takes while the connection stands: its end is seen by the router, which then asks again; a broker that is slow is not.
     */
    private void say(PieceSender sender, Piece.Key key, byte[] message) {
        while (true) {
            try {
                sender.send(topics.products(role), key, message);
                return;
            } catch (LinkException e) {
                boolean slow =
                        e.reason() == LinkException.Reason.DEADLINE || e.reason() == LinkException.Reason.QUEUE_FULL;
                if (!slow || todo.isStopped()) {
                    throw e;
                }
            }
        }
    }

    /** Says good-bye and ends everything. Later calls do nothing. */
    @Override
    public void close() {
        if (!todo.end()) {
            return;
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
