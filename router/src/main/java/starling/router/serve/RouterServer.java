package starling.router.serve;

import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.link.Credentials;
import starling.link.Limits;
import starling.link.LinkException;
import starling.link.Patience;
import starling.link.SessionSettings;
import starling.link.Timing;
import starling.link.Transport;
import starling.link.frame.FrameLimits;
import starling.link.frame.PlanHash;
import starling.link.presence.Instance;
import starling.link.presence.Presence;
import starling.link.presence.PresenceAnnouncer;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.UnfitException;
import starling.models.command.Program;
import starling.models.plan.FinalRunner;
import starling.models.plan.Plan;
import starling.router.fleet.FleetView;
import starling.router.fleet.NewEpoch;
import starling.router.http.HttpFront;
import starling.router.http.Pages;
import starling.router.inference.Dispatcher;
import starling.router.inference.FillPolicy;
import starling.router.metrics.RouterMetrics;
import starling.router.request.RequestDesk;

/**
 * A running router: connected, announced with an epoch higher than any before, listening to its workers and clients, and serving HTTP.
 *
 * <p><b>Epoch.</b> The greater of the clock in ms and one more than the epoch of the presence that the broker had kept: it rises even when the clock
 * was set back.
 */
public final class RouterServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RouterServer.class);
    private static final Patience PATIENCE = new Patience(Timing.DEFAULT.connectDeadline());

    private final Transport transport;
    private final FinalRunner last;
    private final PresenceAnnouncer announcer;
    private final FleetView view;
    private final RouterMetrics metrics;
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private @Nullable Dispatcher dispatcher;
    private @Nullable HttpFront http;
    private long epoch;

    private RouterServer(
            ServeSettings settings,
            Transport transport,
            Topics topics,
            PlanHash hash,
            String instance,
            FinalRunner last) {
        this.transport = transport;
        this.last = last;
        Plan plan = settings.bundle().plan();
        metrics = new RouterMetrics(plan.workers());
        view = new FleetView(
                transport,
                topics,
                plan.workers(),
                hash,
                settings.quorum(),
                settings.policy() != FillPolicy.FAIL,
                settings.heartbeat(),
                System::nanoTime);
        announcer = new PresenceAnnouncer(
                topics,
                new Role.Router(),
                Presence.starting(new Role.Router(), instance, hash, Program.Version.text(), false));
    }

    /**
     * Connects and serves.
     *
     * @param transport not yet connected; closed with this
     * @param credentials user name and password, if the broker wants them
     * @throws LinkException when the broker cannot be reached in time, or refuses
     * @throws UnfitException when the bundle or an address is unfit
     */
    public static RouterServer start(ServeSettings settings, Transport transport, @Nullable Credentials credentials) {
        Instance instance = Instance.fresh();
        FinalRunner last = new FinalRunner(settings.bundle(), 1);
        Topics topics = new Topics(settings.fleet());
        PlanHash hash = PlanHash.ofDigest(settings.bundle().planHash());
        RouterServer server = new RouterServer(settings, transport, topics, hash, instance.name(), last);
        boolean complete = false;
        try {
            server.begin(settings, topics, hash, credentials, instance);
            complete = true;
            return server;
        } finally {
            if (!complete) {
                server.close();
            }
        }
    }

    private void begin(
            ServeSettings settings,
            Topics topics,
            PlanHash hash,
            @Nullable Credentials credentials,
            Instance instance) {
        Plan plan = settings.bundle().plan();
        Limits limits = settings.limits();
        SessionSettings session = SessionSettings.of(
                        topics, new Role.Router(), announcer.presence().instance())
                .withCredentials(credentials)
                .withLimits(limits);
        transport.addStateListener((state, sentence) -> {
            switch (state) {
                case LOST -> LOG.warn("{}", sentence);
                case CONNECTED -> LOG.info("{}", sentence);
                case REFUSED, TAKEN_OVER, CLOSED -> ended.complete(sentence);
                default -> LOG.debug("{}", sentence);
            }
        });
        epoch = NewEpoch.connect(transport, topics, announcer.settings(session), announcer.presence());
        FrameLimits frames = FrameLimits.ofBytes(limits.maxPacketBytes());
        Dispatcher running = new Dispatcher(
                plan,
                hash,
                epoch,
                last,
                transport,
                topics,
                frames,
                new Dispatcher.Settings(
                        settings.deadlineMillis(), settings.policy(), settings.maxInFlight(), settings.elements()),
                view,
                metrics,
                instance.incarnation());
        dispatcher = running;
        RequestDesk desk = new RequestDesk(
                running,
                hash,
                epoch,
                transport,
                topics,
                frames,
                settings.elements(),
                metrics,
                new SecureRandom().nextLong());
        metrics.gauge("in_flight", "Inferences in flight.", running::inFlight);
        metrics.gauge("workers_expected", "Workers of the plan.", plan::workers);
        metrics.gauge("workers_present", "Workers that can be expected to answer.", view::serving);
        metrics.gauge("workers_ready", "Workers that are ready.", view::ready);
        metrics.gauge(
                "ready",
                "1 when the whole fleet is ready.",
                () -> view.reasons().isEmpty() ? 1 : 0);
        PATIENCE.await("the subscription to answers", transport.subscribe(topics.everyAnswer(), running::answer));
        PATIENCE.await("the subscription to requests", transport.subscribe(topics.everyRequest(), desk::request));
        PATIENCE.await("the subscription to workers' presences", view.begin(epoch, running::workerAway));
        if (settings.http() != null) {
            Pages pages = new Pages(running, view, transport, metrics, settings.fleet(), hash, epoch);
            http = HttpFront.start(settings.http(), pages);
        }
        announcer.update(presence -> presence.withEpoch(epoch).withStatus(Presence.Status.READY));
        announcer.begin(transport, settings.heartbeat());
        LOG.info("epoch {}, plan {}, {} workers expected", epoch, hash, plan.workers());
    }

    /** Completes with a sentence when the link to the broker has ended for good. */
    public CompletableFuture<String> ended() {
        return ended;
    }

    /** The epoch it serves in. */
    public long epoch() {
        return epoch;
    }

    /** Where HTTP is served, as an address for browsers; null for nowhere. */
    public @Nullable String httpUri() {
        HttpFront front = http;
        if (front == null) {
            return null;
        }
        String host = front.address().getAddress().getHostAddress();
        return "http://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":"
                + front.address().getPort();
    }

    /** What happened so far. */
    public RouterMetrics metrics() {
        return metrics;
    }

    /** Who is there. */
    public FleetView view() {
        return view;
    }

    /** Takes nothing on any more, fails what is in flight, says good-bye and disconnects. */
    @Override
    public void close() {
        HttpFront front = http;
        if (front != null) {
            front.close();
        }
        Dispatcher running = dispatcher;
        if (running != null) {
            running.close();
        }
        announcer.close();
        view.close();
        transport.close();
        last.close();
    }
}
