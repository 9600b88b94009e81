package starling.experiments.exchange;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import starling.agent.run.Agent;
import starling.agent.run.AgentSettings;
import starling.link.SessionSettings;
import starling.link.Transport;
import starling.link.frame.Frame;
import starling.link.frame.PlanHash;
import starling.link.frame.WorkerReport;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.PahoTransport;
import starling.link.presence.Instance;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.UnfitException;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.models.plan.WorkerRunner;

/** Two real agents of this program on one bundle, each with its own connection, and somebody who asks them. */
final class TwoAgents implements AutoCloseable {
    /** So long that nothing ever misses it. */
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private static final long PATIENCE_SECONDS = 60;

    private final AgentSettings settings = AgentSettings.DEFAULT.withDeadline(DEADLINE);
    private final Topics topics = new Topics(settings.fleet());
    private final Plan plan;
    private final float[] sample;
    private final Asker asker;
    private final List<Agent> agents = new ArrayList<>();
    private final List<Stopwatch> watches = new ArrayList<>();
    private final Deque<Runnable> open = new ArrayDeque<>();

    /**
     * One inference.
     *
     * @param rounds nanoseconds of each round: from when both workers have begun to send their frames of one exchange to when
     *     both have begun to send those of the next, or their answers
     * @param total nanoseconds from asking to the last answer
     * @param compute the larger of the workers' accounts of their compute time, in nanoseconds
     */
    record Inference(long[] rounds, long total, long compute) {}

    /** Starts all and waits until they know each other. */
    TwoAgents(Bundle bundle, int port, long seed) {
        plan = bundle.plan();
        sample = new float[plan.inputElements()];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < sample.length; i++) {
            sample[i] = (float) random.nextDouble(-1, 1);
        }
        PlanHash hash = PlanHash.ofDigest(bundle.planHash());
        asker = new Asker(plan, hash, topics, transport(port), settings.heartbeat());
        open.push(asker::close);
        try {
            for (int k = 0; k < plan.workers(); k++) {
                start(bundle, hash, k, port);
            }
            awaitReady();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static Transport transport(int port) {
        return new PahoTransport(new BrokerAddress("127.0.0.1", port, false));
    }

    private void start(Bundle bundle, PlanHash hash, int worker, int port) {
        Role.Worker self = new Role.Worker(worker);
        WorkerRunner runner = new WorkerRunner(bundle, worker, 1);
        open.push(runner::close);
        Stopwatch watch = new Stopwatch(
                transport(port), Set.of(topics.frame(self, new Role.Worker(1 - worker)), topics.answer(self)));
        watches.add(watch);
        Instance instance = Instance.fresh();
        Agent agent = new Agent(settings, hash, runner, null, watch, instance);
        agents.add(agent);
        open.push(agent::close);
        agent.start(SessionSettings.of(topics, self, instance.name()));
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!agents.stream().allMatch(Agent::ready)) {
            if (System.nanoTime() - deadline > 0) {
                throw new UnfitException("agents must find each other within " + PATIENCE_SECONDS + " s: "
                        + agents.stream().map(Agent::status).toList());
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    /** Runs one inference. */
    Inference infer() {
        long asked = System.nanoTime();
        List<Frame> answers = asker.ask(sample);
        long total = System.nanoTime() - asked;
        long compute = 0;
        for (Frame answer : answers) {
            compute = Math.max(compute, TimeUnit.MICROSECONDS.toNanos(computeMicros(answer)));
        }
        return new Inference(rounds(), total, compute);
    }

    private long[] rounds() {
        long[] both = new long[plan.exchanges().size() + 1];
        for (int worker = 0; worker < watches.size(); worker++) {
            List<Long> moments = watches.get(worker).take();
            if (moments.size() != both.length) {
                throw new IllegalStateException("worker " + worker + " must have sent " + both.length
                        + " frames: it has sent " + moments.size());
            }
            for (int s = 0; s < both.length; s++) {
                both[s] = worker == 0 ? moments.get(s) : Math.max(both[s], moments.get(s));
            }
        }
        long[] rounds = new long[both.length - 1];
        for (int s = 0; s < rounds.length; s++) {
            rounds[s] = both[s + 1] - both[s];
        }
        return rounds;
    }

    private long computeMicros(Frame answer) {
        WorkerReport report = WorkerReport.read(answer.annex(), plan.workers());
        if (report == null) {
            throw new IllegalStateException("an answer must say what it cost: its annex is " + answer.annex());
        }
        return report.computeMicros();
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            open.pop().run();
        }
    }
}
