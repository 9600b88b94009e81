package starling.agent.inference;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import starling.agent.source.LocalSource;
import starling.link.frame.ElementType;
import starling.link.frame.Frame;
import starling.link.frame.FrameDescriptor;
import starling.link.frame.FrameHeader;
import starling.link.frame.FrameKind;
import starling.link.frame.FrameLimits;
import starling.link.frame.MalformedFrameException;
import starling.link.frame.PlanHash;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.models.plan.WorkerRunner;

/**
 * All workers' loops in one thread and in virtual time: frames travel as real bytes over a network that does as it is told, the clock jumps from
 * event to event, and a run is repeated exactly.
 */
final class VirtualFleet implements AutoCloseable {
    static final long MS = 1_000_000;
    static final long EPOCH = 7;
    static final PlanHash HASH = new PlanHash(1, 2);

    /** What becomes of a frame: one delay in ns per arrival. */
    interface Network {
        List<Long> fate(FrameHeader header);
    }

    private record Event(long at, long number, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at == other.at ? Long.compare(number, other.number) : Long.compare(at, other.at);
        }
    }

    /** An ANSWER as the router would get it. */
    record Answer(FrameHeader header, float[] values, String account, long at) {}

    final Bundle bundle;
    final Plan plan;
    final List<InferenceLoop> loops = new ArrayList<>();
    final List<Drops> drops = new ArrayList<>();
    final List<Statistics> statistics = new ArrayList<>();
    final List<FrameHeader> sent = new ArrayList<>();
    final Set<Integer> away = new HashSet<>();
    Network network = header -> List.of(MS / 10);
    long now = 1_000 * MS;

    private final List<WorkerRunner> runners = new ArrayList<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<Long, Map<Integer, List<Answer>>> answers = new HashMap<>();
    private long number;
    private long sequence;

    VirtualFleet(Bundle bundle, Policy policy, long deadlineMillis, int maxInFlight) {
        this(bundle, policy, deadlineMillis, maxInFlight, Map.of());
    }

    VirtualFleet(
            Bundle bundle,
            Policy policy,
            long deadlineMillis,
            int maxInFlight,
            Map<Integer, ? extends LocalSource> sources) {
        this.bundle = bundle;
        plan = bundle.plan();
        for (int k = 0; k < plan.workers(); k++) {
            WorkerRunner runner = new WorkerRunner(bundle, k, 1);
            runners.add(runner);
            drops.add(new Drops());
            statistics.add(new Statistics());
            InferenceLoop loop = new InferenceLoop(
                    runner,
                    new InferenceLoop.Settings(policy, deadlineMillis * MS, maxInFlight, ElementType.FLOAT32),
                    new Wires(k),
                    sources.get(k),
                    drops.get(k),
                    statistics.get(k),
                    away::contains,
                    () -> now);
            loop.epochIs(EPOCH);
            loops.add(loop);
        }
    }

    private final class Wires implements Outlet {
        private final int self;

        Wires(int self) {
            this.self = self;
        }

        @Override
        public void exchange(long epoch, long inference, int step, int receiver, FloatBuffer values, boolean complete) {
            send(header(FrameKind.EXCHANGE, epoch, inference, step, self, receiver, complete, false), values, "");
        }

        @Override
        public void failure(long epoch, long inference, int step, int receiver, String why) {
            send(
                    header(FrameKind.EXCHANGE, epoch, inference, step, self, receiver, false, true),
                    FloatBuffer.allocate(0),
                    why);
        }

        @Override
        public void answer(long epoch, long inference, int step, FloatBuffer values, boolean complete, String account) {
            float[] copy = new float[values.remaining()];
            values.get(copy);
            record(
                    header(FrameKind.ANSWER, epoch, inference, step, self, FrameDescriptor.ROUTER, complete, false),
                    copy,
                    account);
        }

        @Override
        public void failedAnswer(long epoch, long inference, int step, String account) {
            record(
                    header(FrameKind.ANSWER, epoch, inference, step, self, FrameDescriptor.ROUTER, false, true),
                    new float[0],
                    account);
        }
    }

    private void record(FrameHeader header, float[] values, String account) {
        answers.computeIfAbsent(header.inference(), id -> new HashMap<>())
                .computeIfAbsent(header.source(), worker -> new ArrayList<>())
                .add(new Answer(header, values, account, now));
    }

    private FrameHeader header(
            FrameKind kind,
            long epoch,
            long inference,
            int step,
            int source,
            int receiver,
            boolean complete,
            boolean failed) {
        return FrameHeader.of(kind, HASH, epoch, inference, step, source, receiver, sequence++)
                .withFlags(complete, failed, false);
    }

    /** Sends a frame over the network. */
    void send(FrameHeader header, FloatBuffer values, String annex) {
        sent.add(header);
        byte[] bytes = Frame.encode(header, values, annex);
        for (long delay : network.fate(header)) {
            at(delay, () -> deliver(bytes));
        }
    }

    /** Hands a worker a frame at once. */
    void deliver(byte[] bytes) {
        Frame frame;
        try {
            frame = Frame.decode(bytes, FrameLimits.DEFAULT);
        } catch (MalformedFrameException e) {
            throw new IllegalStateException("encoded a moment ago", e);
        }
        InferenceLoop loop = loops.get(frame.header().receiver());
        if (frame.header().kind() == FrameKind.INPUT) {
            loop.input(frame);
        } else {
            loop.exchange(frame);
        }
    }

    void at(long delay, Runnable action) {
        events.add(new Event(now + delay, number++, action));
    }

    static FrameHeader inputHeader(long inference, int worker) {
        return FrameHeader.of(FrameKind.INPUT, HASH, EPOCH, inference, 0, FrameDescriptor.ROUTER, worker, inference);
    }

    /** A worker's part of a sample, as an INPUT frame. */
    byte[] input(long inference, int worker, float[] sample) {
        FloatBuffer part = FloatBuffer.allocate(plan.parts().get(worker).inputValues());
        for (Plan.Range range : plan.parts().get(worker).input()) {
            part.put(sample, range.from(), range.size());
        }
        return Frame.encode(inputHeader(inference, worker), part.flip(), "");
    }

    /** Sends a sample's parts to all workers. */
    void ask(long inference, float[] sample) {
        for (int k = 0; k < plan.workers(); k++) {
            byte[] bytes = input(inference, k, sample);
            for (long delay : network.fate(inputHeader(inference, k))) {
                at(delay, () -> deliver(bytes));
            }
        }
    }

    /** Asks all workers to take their local sources. */
    void askLocal(long inference) {
        for (int k = 0; k < plan.workers(); k++) {
            byte[] bytes = Frame.encode(inputHeader(inference, k).withFlags(true, false, true), new float[0], "");
            at(MS / 10, () -> deliver(bytes));
        }
    }

    /** Lets everything happen until nothing is left to happen. */
    void run() {
        while (true) {
            long wake = InferenceLoop.NEVER;
            for (InferenceLoop loop : loops) {
                wake = Math.min(wake, loop.expire());
            }
            Event next = events.peek();
            if (next == null && wake == InferenceLoop.NEVER) {
                return;
            }
            if (next == null || wake < next.at()) {
                now = Math.max(now, wake);
            } else {
                events.remove();
                now = Math.max(now, next.at());
                next.action().run();
            }
        }
    }

    /** All answers of a worker for an inference. */
    List<Answer> answers(long inference, int worker) {
        return answers.getOrDefault(inference, Map.of()).getOrDefault(worker, List.of());
    }

    /** The only answer of a worker for an inference, null for none. */
    @Nullable
    Answer answer(long inference, int worker) {
        List<Answer> all = answers(inference, worker);
        if (all.size() > 1) {
            throw new AssertionError(
                    "worker " + worker + " answered inference " + inference + " " + all.size() + " times");
        }
        return all.isEmpty() ? null : all.get(0);
    }

    /** Whether every worker has answered an inference completely. */
    boolean isComplete(long inference) {
        for (int k = 0; k < plan.workers(); k++) {
            Answer answer = answer(inference, k);
            if (answer == null || !answer.header().complete()) {
                return false;
            }
        }
        return true;
    }

    /** All answers' values one worker after the other: the network's logits. */
    float[] outputs(long inference) {
        FloatBuffer all = FloatBuffer.allocate(
                plan.parts().stream().mapToInt(Plan.Part::outputValues).sum());
        for (int k = 0; k < plan.workers(); k++) {
            Answer answer = answer(inference, k);
            if (answer == null) {
                throw new AssertionError("worker " + k + " did not answer inference " + inference);
            }
            all.put(answer.values());
        }
        return all.array();
    }

    @Override
    public void close() {
        loops.forEach(InferenceLoop::close);
        runners.forEach(WorkerRunner::close);
    }
}
