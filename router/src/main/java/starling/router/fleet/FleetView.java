package starling.router.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.link.InboundMessage;
import starling.link.LinkState;
import starling.link.Transport;
import starling.link.frame.PlanHash;
import starling.link.presence.Presence;
import starling.link.presence.PresenceBoard;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.router.inference.Attendance;

/**
 * The router's view of its fleet: which workers the plan expects, and what is known of each.
 *
 * <p><b>Ready</b> is a fleet that is connected to the broker and all of whose workers are ready with the same plan. <b>Inferences are taken
 * on</b> when as many workers serve as the quorum says. Without one that is all workers, until the fleet was ready once; from then on, unless
 * the policy is to fail, one is enough: a fleet that loses a worker goes on and says that its answers are incomplete, but one
 * that was never whole is not mistaken for it.
 *
 * <p>Silence is noticed within {@link PresenceBoard#MISSED_BEATS} heartbeats and one more. A silent worker may only be slow, so its answers are waited
 * for until their deadline; one that has gone, or has another plan, is not waited for. Thread-safe.
 */
public final class FleetView implements Attendance, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FleetView.class);

    private final Transport transport;
    private final Topics topics;
    private final PlanHash plan;
    private final int quorum;
    private final boolean degrades;
    private final PresenceBoard board;
    private final List<WorkerStatus> workers = new ArrayList<>();
    private final ScheduledThreadPoolExecutor timer;
    private final Duration heartbeat;
    private volatile IntConsumer away = worker -> {};
    private boolean wasReady;

    /**
     * A view that has heard nobody.
     *
     * @param workers how many the plan expects
     * @param plan the plan they must have loaded
     * @param quorum how many must serve for an inference to be taken on; 0 for the rule above
     * @param degrades whether, without a quorum, a fleet that was ready once goes on when it loses workers
     * @param heartbeat the period all use
     * @param nanoClock a monotonic clock in ns
     */
    public FleetView(
            Transport transport,
            Topics topics,
            int workers,
            PlanHash plan,
            int quorum,
            boolean degrades,
            Duration heartbeat,
            LongSupplier nanoClock) {
        this.transport = transport;
        this.topics = topics;
        this.plan = plan;
        this.quorum = quorum;
        this.degrades = degrades;
        this.heartbeat = heartbeat;
        List<String> expected = IntStream.range(0, workers)
                .mapToObj(k -> new Role.Worker(k).user())
                .toList();
        board = new PresenceBoard(expected, heartbeat, nanoClock);
        for (int k = 0; k < workers; k++) {
            this.workers.add(new WorkerStatus(k, WorkerState.UNKNOWN, null));
        }
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "starling-fleet-view");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Begins to listen.
     *
     * @param epoch of the router: older retained announcements are ignored
     * @param whenAway is told each worker that can no longer be expected to answer
     * @return completes as {@link Transport#subscribe} does
     */
    public CompletableFuture<Void> begin(long epoch, IntConsumer whenAway) {
        away = whenAway;
        board.epochIs(epoch);
        var unused = timer.scheduleWithFixedDelay(
                this::look, heartbeat.toMillis(), heartbeat.toMillis(), TimeUnit.MILLISECONDS);
        return CompletableFuture.allOf(
                transport.subscribe(topics.everyPresence(), this::heard),
                transport.subscribe(topics.everyHeartbeat(), this::heard));
    }

    private void heard(InboundMessage message) {
        board.heard(message);
        OptionalInt worker = topics.workerOf(message.topic());
        if (worker.isPresent() && worker.getAsInt() < workers.size()) {
            look(worker.getAsInt(), message);
        }
    }

    /** Looks for workers that have fallen silent. */
    void look() {
        for (int k = 0; k < workers.size(); k++) {
            look(k, null);
        }
    }

    private void look(int k, @Nullable InboundMessage message) {
        WorkerStatus before;
        WorkerStatus after;
        synchronized (this) {
            before = workers.get(k);
            after = judge(before, message);
            workers.set(k, after);
            wasReady |= workers.stream().allMatch(status -> status.state() == WorkerState.READY);
        }
        if (before.state() != after.state()) {
            LOG.info("{}; {} of {} workers are ready", after.sentence(), ready(), workers.size());
            if (before.state().mayAnswer() && !after.state().mayAnswer()) {
                away.accept(k);
            }
        }
    }

    private WorkerStatus judge(WorkerStatus before, @Nullable InboundMessage message) {
        int k = before.worker();
        String identity = new Role.Worker(k).user();
        Optional<Presence> there = board.find(identity);
        if (there.isPresent()) {
            Presence presence = there.get();
            WorkerState state = !presence.plan().equals(plan)
                    ? WorkerState.OTHER_PLAN
                    : presence.status() == Presence.Status.READY ? WorkerState.READY : WorkerState.STARTING;
            return new WorkerStatus(k, state, presence);
        }
        if (message != null && message.payload().length > 0) {
            try {
                Presence said = Presence.parse(message.payload());
                if (!said.identity().equals(identity)) {
                    return before;
                }
                if (said.status() == Presence.Status.GONE) {
                    return new WorkerStatus(k, WorkerState.GONE, said);
                }
                if (before.state() == WorkerState.UNKNOWN) {
                    return new WorkerStatus(k, WorkerState.ANNOUNCED, said);
                }
            } catch (IllegalArgumentException e) {
                // The board has said so already.
                return before;
            }
        }
        boolean wasThere = before.state().serves() || before.state() == WorkerState.OTHER_PLAN;
        return wasThere ? new WorkerStatus(k, WorkerState.SILENT, before.last()) : before;
    }

    /** All expected workers, in order. */
    public synchronized List<WorkerStatus> workers() {
        return List.copyOf(workers);
    }

    /** How many workers are ready. */
    public synchronized int ready() {
        return (int) workers.stream()
                .filter(status -> status.state() == WorkerState.READY)
                .count();
    }

    /** How many workers can be expected to answer. */
    public synchronized int serving() {
        return (int) workers.stream().filter(status -> status.state().serves()).count();
    }

    /** Workers that are not ready. */
    public synchronized List<Integer> missing() {
        return workers.stream()
                .filter(status -> status.state() != WorkerState.READY)
                .map(WorkerStatus::worker)
                .toList();
    }

    /** Why the fleet is not ready, one sentence per reason; empty when it is. */
    public List<String> reasons() {
        List<String> reasons = new ArrayList<>();
        LinkState link = transport.state();
        if (link != LinkState.CONNECTED) {
            reasons.add("the router is not connected to the broker: its link is " + link);
        }
        for (WorkerStatus status : workers()) {
            if (status.state() != WorkerState.READY) {
                reasons.add(status.sentence());
            }
        }
        return reasons;
    }

    @Override
    public synchronized boolean away(int worker) {
        return !workers.get(worker).state().mayAnswer();
    }

    @Override
    public @Nullable String refusal() {
        LinkState link = transport.state();
        boolean enough;
        int needed;
        synchronized (this) {
            boolean whole = quorum == 0 && !(degrades && wasReady);
            needed = whole ? workers.size() : Math.max(1, quorum);
            enough = workers.stream()
                            .filter(status -> whole
                                    ? status.state() == WorkerState.READY
                                    : status.state().serves())
                            .count()
                    >= needed;
        }
        if (link == LinkState.CONNECTED && enough) {
            return null;
        }
        return needed + " of " + workers().size() + " workers must be there: " + String.join(", ", reasons());
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
