package starling.agent.run;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.agent.fleet.ConnectionWatch;
import starling.agent.fleet.Member;
import starling.agent.inference.Drops;
import starling.agent.inference.Drops.Cause;
import starling.agent.inference.InferenceLoop;
import starling.agent.inference.Statistics;
import starling.agent.source.LocalSource;
import starling.link.InboundMessage;
import starling.link.Limits;
import starling.link.LinkException;
import starling.link.Patience;
import starling.link.SessionSettings;
import starling.link.Transport;
import starling.link.frame.Admission;
import starling.link.frame.Frame;
import starling.link.frame.FrameDescriptor;
import starling.link.frame.FrameGate;
import starling.link.frame.FrameKind;
import starling.link.frame.FrameLimits;
import starling.link.frame.PlanHash;
import starling.link.presence.Instance;
import starling.link.presence.Presence;
import starling.link.presence.PresenceAnnouncer;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.plan.Plan;
import starling.models.plan.Traffic;
import starling.models.plan.WorkerRunner;

/**
 * One worker on the network.
 *
 * <p><b>Walk.</b> {@link #start} subscribes, connects, and announces the worker as starting; when the router and all workers that it exchanges
 * frames with have been heard it is announced as ready. Inputs are served from the first moment. Frames are judged by a {@link FrameGate} on the
 * transport's thread and worked off by one thread of the agent's, which also watches the deadlines: all frames that have come are used before
 * any deadline is looked at. {@link #close} says good-bye.
 *
 * <p><b>Bounds.</b> The packet length and the queues, of what is to be sent and of what waits to be worked off, have room for what the
 * {@linkplain Traffic plan} puts on its way at once with as many inferences in flight as are allowed; more is dropped and counted.
 *
 * <p><b>End.</b> {@link #ended} completes normally when the agent is closed, and exceptionally with a {@link LinkException} when another program takes
 * this one's identity (this one stops; there is no reconnection) or the broker refuses the agent.
 */
public final class Agent implements Member {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
    /** Events that are no frames: signs of life, records of the source. */
    private static final int OTHER_EVENTS = 256;

    private static final int MOST_EVENTS = 1 << 20;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long STATUS_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Events worked off between two looks at the deadlines. */
    private static final int BATCH = 256;

    private final int self;
    private final String name;
    private final AgentSettings settings;
    private final Transport transport;
    private final @Nullable LocalSource source;
    private final Topics topics;
    private final Traffic sent;
    private final Traffic taken;
    private final Neighbours neighbours;
    private final PresenceAnnouncer announcer;
    private final FrameGate gate;
    private final FrameOutlet outlet;
    private final InferenceLoop loop;
    private final Drops drops = new Drops();
    private final Statistics statistics = new Statistics();
    private final List<String> streams = new ArrayList<>();
    private final boolean hasPeers;
    private final BlockingQueue<Runnable> events;
    private final Thread thread;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean stopping;
    private volatile boolean ready;
    private long saidAnswers;
    /** When the next deadline passes; of the agent's thread. */
    private long nextNanos = InferenceLoop.NEVER;

    /**
     * An agent that is not connected yet.
     *
     * @param hash of the plan, in every frame
     * @param runner the worker's part; closed by its owner, after this
     * @param source the local source, null for none; closed with the agent
     * @param transport closed with the agent
     */
    public Agent(
            AgentSettings settings,
            PlanHash hash,
            WorkerRunner runner,
            @Nullable LocalSource source,
            Transport transport,
            Instance instance) {
        this.settings = settings;
        this.source = source;
        this.transport = transport;
        this.self = runner.part().worker();
        this.topics = new Topics(settings.fleet());
        Role.Worker role = new Role.Worker(self);
        this.name = role.user();
        TreeSet<Integer> senders = new TreeSet<>();
        TreeSet<Integer> receivers = new TreeSet<>();
        for (Plan.Exchange exchange : runner.plan().exchanges()) {
            for (Plan.Link link : exchange.links()) {
                if (link.to() == self) {
                    senders.add(link.from());
                } else if (link.from() == self) {
                    receivers.add(link.to());
                }
            }
        }
        this.sent = Traffic.sentBy(runner.plan(), self).atOnce(settings.maxInFlight());
        this.taken = Traffic.inputFor(runner.plan(), self)
                .plus(Traffic.framesFor(runner.plan(), self))
                .atOnce(settings.maxInFlight());
        TreeSet<Integer> peers = new TreeSet<>(senders);
        peers.addAll(receivers);
        this.hasPeers = !peers.isEmpty();
        this.neighbours = new Neighbours(
                peers.stream().map(peer -> new Role.Worker(peer).user()).toList(),
                hash,
                settings.heartbeat(),
                System::nanoTime);
        this.announcer = new PresenceAnnouncer(
                topics,
                role,
                new Presence(
                        name,
                        instance.name(),
                        1,
                        0,
                        Presence.Status.STARTING,
                        System.currentTimeMillis(),
                        hash,
                        Presence.NO_EPOCH,
                        settings.version(),
                        source != null));
        this.gate = new FrameGate(
                hash,
                neighbours::epoch,
                new FrameLimits(Limits.packetFor(taken.longest()), (int) taken.longest()),
                2 * runner.plan().workers() + 2);
        this.outlet =
                new FrameOutlet(transport, topics, hash, self, receivers, settings.elements(), instance.incarnation());
        this.loop = new InferenceLoop(
                runner,
                new InferenceLoop.Settings(
                        settings.policy(), settings.deadline().toNanos(), settings.maxInFlight(), settings.elements()),
                outlet,
                source,
                drops,
                statistics,
                worker -> neighbours.isAway(new Role.Worker(worker).user()),
                System::nanoTime);
        streams.add(topics.input(role));
        senders.forEach(sender -> streams.add(topics.frame(new Role.Worker(sender), role)));
        this.events = new ArrayBlockingQueue<>((int) Math.min(MOST_EVENTS, OTHER_EVENTS + taken.frames()));
        this.thread = new Thread(this::drive, "starling-" + name);
        thread.setDaemon(true);
    }

    /**
     * Subscribes, connects and goes to work.
     *
     * @throws LinkException when the broker cannot be reached by the connect deadline, does not grant a subscription by then, or refuses
     *     the agent
     */
    @Override
    public void start(SessionSettings session) {
        Role.Worker role = new Role.Worker(self);
        transport.addStateListener(new ConnectionWatch(LOG, ended));
        List<CompletableFuture<Void>> granted = new ArrayList<>();
        granted.add(transport.subscribe(topics.input(role), this::input));
        granted.add(transport.subscribe(topics.routerPresence(), this::router));
        granted.add(transport.subscribe(topics.routerHeartbeat(), this::router));
        if (hasPeers) {
            granted.add(transport.subscribe(topics.framesFor(role), this::exchange));
            granted.add(transport.subscribe(topics.everyPresence(), this::peer));
            granted.add(transport.subscribe(topics.everyHeartbeat(), this::peer));
        }
        announcer.begin(transport, settings.heartbeat());
        if (source != null) {
            source.onRecord(() -> offer(loop::sourceReady));
        }
        thread.start();
        Limits limits = session.limits()
                .widenedFor(Math.max(sent.longest(), taken.longest()), sent.frames(), sent.notes(), sent.values());
        transport.connect(announcer.settings(session.withLimits(limits)));
        Patience patience = new Patience(session.timing().connectDeadline());
        granted.forEach(subscription -> patience.await("every subscription", subscription));
    }

    /** Completes when the agent has ended; see the class. */
    @Override
    public CompletableFuture<Void> ended() {
        return ended;
    }

    /** Whether the router and all workers that this one exchanges frames with have been there. */
    public boolean ready() {
        return ready;
    }

    /** What inferences cost. */
    public Statistics statistics() {
        return statistics;
    }

    /** What was not used. */
    public Drops drops() {
        return drops;
    }

    /** Frames that were sent to this agent and have not come, as sequence numbers tell. */
    public long lost() {
        return streams.stream().mapToLong(gate::missing).sum();
    }

    private void router(InboundMessage message) {
        neighbours.router(message);
        offer(this::look);
    }

    private void peer(InboundMessage message) {
        neighbours.worker(message);
        offer(this::look);
    }

    private void input(InboundMessage message) {
        Frame frame = admit(message, FrameKind.INPUT, FrameDescriptor.ROUTER);
        if (frame != null) {
            offer(() -> loop.input(frame));
        }
    }

    private void exchange(InboundMessage message) {
        int sender = topics.workerOf(message.topic()).orElse(FrameDescriptor.CLIENT);
        Frame frame = admit(message, FrameKind.EXCHANGE, sender);
        if (frame != null) {
            offer(() -> loop.exchange(frame));
        }
    }

    private @Nullable Frame admit(InboundMessage message, FrameKind kind, int sender) {
        Admission admission = gate.admit(message.topic(), message.payload(), message.retained(), kind, sender, self);
        if (admission instanceof Admission.Admitted admitted) {
            return admitted.frame();
        }
        if (admission instanceof Admission.Refused refused) {
            Cause cause =
                    switch (refused.cause()) {
                        case PLAN -> Cause.OTHER_PLAN;
                        case EPOCH -> Cause.OTHER_EPOCH;
                        case REPEATED -> Cause.REPEATED;
                        case RETAINED, MALFORMED, KIND, ADDRESS -> Cause.MALFORMED;
                    };
            drops.count(cause, message.topic(), refused.sentence());
        }
        return null;
    }

    private void offer(Runnable event) {
        if (!events.offer(event)) {
            drops.count(Cause.OVERFLOW, "here", "more came than could be worked off");
        }
    }

    /** The agent's thread. */
    private void drive() {
        try {
            long lookNanos = System.nanoTime();
            long statusNanos = lookNanos + STATUS_NANOS;
            while (!stopping) {
                long now = System.nanoTime();
                if (now - lookNanos >= 0) {
                    lookNanos = now + LOOK_NANOS;
                    work(this::look);
                }
                if (now - statusNanos >= 0) {
                    statusNanos = now + STATUS_NANOS;
                    sayStatus();
                }
                work(this::expire);
                long until = nextNanos == InferenceLoop.NEVER || nextNanos - lookNanos > 0 ? lookNanos : nextNanos;
                Runnable event = events.poll(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
                for (int i = 0; event != null; i++) {
                    work(this::followEpoch);
                    work(event);
                    event = i < BATCH ? events.poll() : null;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (!stopping) {
                ended.completeExceptionally(new IllegalStateException("the thread of " + name + " has ended"));
            }
        }
    }

    /** Does one thing; a fault of this program in it fails what is in flight, with a sentence, and no more. */
    private void work(Runnable thing) {
        try {
            thing.run();
        } catch (RuntimeException e) {
            LOG.error("a fault of this program: what is in flight fails", e);
            try {
                loop.failAll(name + " met a fault of its program: " + e);
            } catch (RuntimeException again) {
                LOG.error("the failure could not be told to everybody", again);
            }
        }
    }

    private void expire() {
        // After a fault the deadlines are looked at again with the next look.
        nextNanos = InferenceLoop.NEVER;
        nextNanos = loop.expire();
    }

    private void followEpoch() {
        long epoch = neighbours.epoch();
        if (epoch != loop.epoch()) {
            loop.epochIs(epoch);
            announcer.update(presence -> presence.withEpoch(epoch));
        }
    }

    private void look() {
        followEpoch();
        boolean complete = neighbours.look();
        if (complete && !ready) {
            announcer.update(presence -> presence.withStatus(Presence.Status.READY));
            ready = true;
        }
    }

    private void sayStatus() {
        long answers = statistics.answered() + statistics.failures();
        if (answers != saidAnswers) {
            saidAnswers = answers;
            LOG.info("{}", status());
        }
    }

    /** One line for people: what inferences cost, what was lost, dropped and could not be sent. */
    @Override
    public String status() {
        return statistics.describe() + "; lost " + lost() + " frames, dropped " + drops + ", unsent " + outlet.unsent();
    }

    /** Says good-bye and ends everything; inferences in flight are given up. Later calls do nothing. */
    @Override
    public synchronized void close() {
        if (stopping) {
            return;
        }
        stopping = true;
        var unused = events.offer(() -> {});
        long patience = TimeUnit.SECONDS.toMillis(5);
        try {
            if (thread.isAlive()) {
                thread.join(patience);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        announcer.close();
        transport.close();
        if (source != null) {
            source.close();
        }
        if (!thread.isAlive()) {
            // A stage that does not end keeps its tensors: taking them away would end the program.
            loop.close();
        }
        ended.complete(null);
    }
}
