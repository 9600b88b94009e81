package starling.agent.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import starling.agent.source.LocalSource;
import starling.link.Credentials;
import starling.link.SessionSettings;
import starling.link.Transport;
import starling.link.contract.Await;
import starling.link.frame.PlanHash;
import starling.link.presence.Instance;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.plan.Bundle;
import starling.models.plan.LocalFleet;
import starling.models.plan.WorkerRunner;
import starling.models.plan.fixture.TinyBundles;

/** A bundle, a requester and the agents of its workers, each with a transport of its own, ended together. */
final class TestFleet implements AutoCloseable {
    static final Duration HEARTBEAT = Duration.ofMillis(500);
    static final String FLEET = "nest";
    static final String PASSWORD = "a-long-secret-for-tests";

    /** One running worker. */
    record Member(Agent agent, WorkerRunner runner, Transport transport) {
        void close() {
            agent.close();
            runner.close();
        }
    }

    final Bundle bundle;
    final Map<Integer, Member> members = new TreeMap<>();
    private final AgentSettings settings;
    private final Supplier<Transport> transports;
    private final LocalFleet local;
    private @Nullable Requester requester;
    private long inference;
    private boolean closed;

    TestFleet(Path folder, int workers, TinyBundles.Kind kind, AgentSettings settings, Supplier<Transport> transports) {
        this(TinyBundles.write(folder, workers, kind, 21), settings, transports);
    }

    TestFleet(Bundle bundle, AgentSettings settings, Supplier<Transport> transports) {
        this.bundle = bundle;
        this.settings = settings;
        this.transports = transports;
        this.local = new LocalFleet(bundle, 1);
    }

    static AgentSettings settings() {
        AgentSettings standard = AgentSettings.DEFAULT;
        return new AgentSettings(
                FLEET,
                standard.policy(),
                Duration.ofSeconds(20),
                standard.maxInFlight(),
                standard.elements(),
                HEARTBEAT,
                "test");
    }

    static SessionSettings session(Role role, Instance instance) {
        return SessionSettings.of(new Topics(FLEET), role, instance.name())
                .withCredentials(new Credentials(role.user(), PASSWORD));
    }

    Agent start(int worker) {
        return start(worker, settings, null);
    }

    Agent start(int worker, AgentSettings own, @Nullable LocalSource source) {
        Instance instance = Instance.fresh();
        WorkerRunner runner = new WorkerRunner(bundle, worker, 1);
        Transport transport = transports.get();
        Agent agent = new Agent(own, PlanHash.ofDigest(bundle.planHash()), runner, source, transport, instance);
        Member before = members.put(worker, new Member(agent, runner, transport));
        if (before != null) {
            before.close();
        }
        agent.start(session(new Role.Worker(worker), instance));
        return agent;
    }

    Requester request(long epoch) {
        if (requester != null) {
            requester.close();
        }
        requester = new Requester(
                bundle, FLEET, transports.get(), session(new Role.Router(), Instance.fresh()), epoch, HEARTBEAT);
        inference = 0;
        return requester;
    }

    Requester requester() {
        if (requester == null) {
            throw new IllegalStateException("no requester was started");
        }
        return requester;
    }

    /** Starts the requester and all agents, and waits until they are ready. */
    TestFleet begin(IntFunction<@Nullable LocalSource> sources) {
        request(5);
        for (int k = 0; k < bundle.plan().workers(); k++) {
            start(k, settings, sources.apply(k));
        }
        awaitReady();
        return this;
    }

    TestFleet begin() {
        return begin(k -> null);
    }

    void awaitReady() {
        members.forEach((worker, member) -> Await.until(
                "worker " + worker + " is ready", () -> member.agent().ready()));
    }

    Agent agent(int worker) {
        Member member = members.get(worker);
        if (member == null) {
            throw new IllegalStateException("worker " + worker + " was not started");
        }
        return member.agent();
    }

    float[] sample(long number) {
        return TinyBundles.samples(bundle.plan(), 1, number);
    }

    /** Sends the next inference; returns its number. Its sample is {@link #sample} of the same number. */
    long ask() {
        requester().ask(++inference, sample(inference));
        return inference;
    }

    /** How far an inference's outputs are from those of the fleet in one process. */
    double apart(long number) {
        Map<String, float[]> expected = local.run(sample(number), 1);
        Map<String, float[]> actual = requester().outputs(number);
        double most = 0;
        for (Map.Entry<String, float[]> each : expected.entrySet()) {
            most = Math.max(most, TinyBundles.relativeDifference(each.getValue(), actual.get(each.getKey())));
        }
        return most;
    }

    /** Asks until an answer is complete, and says so when it never is; inputs may get lost on the way to that. */
    void awaitComplete() {
        boolean complete = Await.perhaps(Await.LONGEST, () -> {
            long number = ask();
            return Await.perhaps(Duration.ofSeconds(3), () -> requester().isComplete(number));
        });
        if (!complete) {
            throw new AssertionError(
                    "answers stay incomplete; the last ones: " + requester().describe(inference));
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        members.values().forEach(Member::close);
        if (requester != null) {
            requester.close();
        }
        local.close();
    }
}
