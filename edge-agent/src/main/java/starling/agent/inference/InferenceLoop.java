package starling.agent.inference;

import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import starling.agent.inference.Drops.Cause;
import starling.agent.source.LocalSource;
import starling.agent.source.SourceRecord;
import starling.link.frame.ElementType;
import starling.link.frame.Frame;
import starling.link.frame.FrameDescriptor;
import starling.link.frame.FrameHeader;
import starling.link.frame.WorkerReport;
import starling.models.UnfitException;
import starling.models.plan.Plan;
import starling.models.plan.WorkerRunner;

/**
 * One worker's inferences as a state machine.
 *
 * <pre>
 *  INPUT --&gt; begun --(record of the local source)--&gt; stage 0 --&gt; frames of exchange 1 --&gt; waits --&gt; stage 1 --&gt; ... --&gt; ANSWER
 *              |                 |                                              |
 *              +-----------------+--------------- failed &lt;----------------------+   (unfit input, failed peer, policy)
 * </pre>
 *
 * <p><b>Rules.</b> A stage runs as soon as all frames are there that it reads; its frames leave before anything else happens. With a deadline of D the
 * frames of exchange s are waited for until s x D after the input came (so that whoever goes on without a lost frame of one exchange is not
 * late for the next), or until everybody who has not sent is known to be away; then the {@link Policy} fills what is missing. What was made from filled or
 * incomplete frames is marked incomplete, and nothing else is. A failed inference tells everybody who would wait for this worker, once. Frames that
 * come before their inference are kept, within bounds; late, repeated and unfit ones are dropped and counted. Every inference that begins ends with exactly
 * one answer or failed answer, unless its epoch ends first.
 *
 * <p><b>Cost.</b> Tensors are made once per inference in flight and used again. Of its own the loop allocates nothing per inference but the
 * account of the answer; a frame is copied once, from the received bytes into the tensor.
 *
 * <p>Not thread-safe: one thread drives it, and calls {@link #expire} when its time has come.
 */
public final class InferenceLoop implements AutoCloseable {

    /**
     * How inferences are run.
     *
     * @param policy what becomes of missing frames
     * @param deadlineNanos D: how long each exchange is waited for
     * @param maxInFlight inferences at once
     * @param elements how numbers travel in frames sent
     */
    public record Settings(Policy policy, long deadlineNanos, int maxInFlight, ElementType elements) {
        public Settings {
            if (deadlineNanos <= 0) {
                throw new UnfitException("a deadline must be positive: it is " + deadlineNanos + " ns");
            }
            if (maxInFlight < 1) {
                throw new UnfitException("at least 1 inference must be allowed in flight: it is " + maxInFlight);
            }
        }
    }

    /** When nothing is waited for. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final int MAX_CLAIMS = 1024;

    private final WorkerRunner runner;
    private final List<Plan.Stage> stages;
    private final int self;
    private final Settings settings;
    private final Outlet outlet;
    private final @Nullable LocalSource source;
    private final Drops drops;
    private final Statistics statistics;
    private final IntPredicate away;
    private final LongSupplier nanoClock;

    private final List<Flight> flying = new ArrayList<>();
    private final ArrayDeque<Flight> free = new ArrayDeque<>();
    private final EarlyFrames early;
    /** Inferences that a record of the local source is due to, in their order. */
    private final ArrayDeque<Long> records = new ArrayDeque<>();

    private final BegunInferences begun = new BegunInferences();
    private final int[][] lengths;
    private final float[][][] last;
    private final FloatBuffer nothing = FloatBuffer.allocate(0);
    private long epoch;

    /**
     * A loop with nothing in flight and no epoch.
     *
     * @param runner closed by its owner, after this
     * @param source the local source of inputs, null for none
     * @param away whether a worker is known not to send anything
     */
    public InferenceLoop(
            WorkerRunner runner,
            Settings settings,
            Outlet outlet,
            @Nullable LocalSource source,
            Drops drops,
            Statistics statistics,
            IntPredicate away,
            LongSupplier nanoClock) {
        this.runner = runner;
        this.stages = runner.part().stages();
        this.self = runner.part().worker();
        this.settings = settings;
        this.outlet = outlet;
        this.source = source;
        this.drops = drops;
        this.statistics = statistics;
        this.away = away;
        this.nanoClock = nanoClock;
        Flight first = new Flight(runner);
        free.add(first);
        int links = 0;
        lengths = new int[stages.size()][];
        last = new float[stages.size()][][];
        for (int s = 0; s < stages.size(); s++) {
            links += first.from[s].length;
            lengths[s] =
                    Arrays.stream(first.from[s]).mapToInt(FloatBuffer::capacity).toArray();
            last[s] = settings.policy() == Policy.LAST
                    ? Arrays.stream(lengths[s]).mapToObj(float[]::new).toArray(float[][]::new)
                    : new float[0][];
        }
        early = new EarlyFrames(
                Math.max(1, links) * settings.maxInFlight(), settings.deadlineNanos() * Math.max(1, stages.size()));
    }

    /** Inferences in flight. */
    public int inFlight() {
        return flying.size();
    }

    /** The epoch that inferences belong to. */
    public long epoch() {
        return epoch;
    }

    /** A new epoch begins: what is in flight is abandoned without a word, for whoever asked is gone. */
    public void epochIs(long present) {
        epoch = present;
        abandon();
        begun.clear();
        early.clear();
        records.clear();
    }

    private void abandon() {
        while (!flying.isEmpty()) {
            release(flying.get(flying.size() - 1));
        }
    }

    /**
     * Fails everything in flight.
     *
     * @throws RuntimeException the last one with which the outlet refused to say so; nothing is in flight all the same
     */
    public void failAll(String why) {
        RuntimeException fault = null;
        for (Flight flight : List.copyOf(flying)) {
            try {
                fail(flight, why);
            } catch (RuntimeException e) {
                fault = e;
            }
        }
        if (fault != null) {
            throw fault;
        }
    }

    /** Takes an INPUT frame. */
    public void input(Frame frame) {
        FrameHeader header = frame.header();
        if (isForeign(header)) {
            return;
        }
        if (!begun.add(header.inference())) {
            drops.count(Cause.REPEATED, "router", "inference " + header.inference() + " was asked for before: ignored");
            return;
        }
        boolean local =
                header.localSource() && frame.count() == 0 && runner.part().inputValues() > 0;
        if (local && source != null) {
            claim(header.inference());
        }
        String refusal = refusal(frame, local);
        if (refusal != null) {
            refuse(header.inference(), refusal);
            return;
        }
        Flight flight = free.isEmpty() ? new Flight(runner) : free.removeLast();
        flight.begin(header.inference(), nanoClock.getAsLong());
        flight.complete = header.complete();
        flight.wantsRecord = local;
        flying.add(flight);
        early.take(header.inference(), kept -> apply(flight, kept));
        if (!flying.contains(flight)) {
            return;
        }
        if (local) {
            flight.deadlineNanos = flight.begunNanos + settings.deadlineNanos();
            sourceReady();
            return;
        }
        frame.copyTo(flight.input.clear());
        begin(flight);
    }

    private void claim(long inference) {
        if (records.size() == MAX_CLAIMS) {
            records.removeFirst();
        }
        records.addLast(inference);
    }

    private @Nullable String refusal(Frame frame, boolean local) {
        FrameHeader header = frame.header();
        int values = runner.part().inputValues();
        if (flying.size() == settings.maxInFlight()) {
            return "at most " + settings.maxInFlight() + " inferences may be in flight: inference " + header.inference()
                    + " is one more";
        }
        if (local && source == null) {
            return "inference " + header.inference() + " asks for the local source: this agent has none (--source)";
        }
        if (!local && frame.count() != values) {
            return "an input for worker " + self + " must have " + values + " values: it has " + frame.count();
        }
        return null;
    }

    /** Takes an EXCHANGE frame. */
    public void exchange(Frame frame) {
        FrameHeader header = frame.header();
        if (isForeign(header) || !fits(frame)) {
            return;
        }
        for (Flight flight : flying) {
            if (flight.inference == header.inference()) {
                apply(flight, frame);
                if (flying.contains(flight)) {
                    proceed(flight);
                }
                return;
            }
        }
        if (begun.contains(header.inference())) {
            late(header);
        } else if (!early.keep(frame, nanoClock.getAsLong())) {
            drops.count(
                    Cause.OVERFLOW, who(header), "more frames came for inferences that have not begun than are kept");
        }
    }

    /**
     * Records of the local source have come: hands them to the inferences that asked for one, in their order. The record of one that has failed
     * meanwhile goes with it, so that the sources of several workers stay in step.
     */
    public void sourceReady() {
        while (source != null && !records.isEmpty()) {
            SourceRecord record = source.poll();
            if (record == null) {
                return;
            }
            Flight flight = withoutRecord(records.removeFirst());
            if (flight == null) {
                continue;
            }
            flight.wantsRecord = false;
            if (record instanceof SourceRecord.Values values) {
                flight.input.clear().put(values.values());
                begin(flight);
            } else if (record instanceof SourceRecord.Unfit unfit) {
                fail(flight, unfit.sentence());
            }
        }
    }

    private @Nullable Flight withoutRecord(long inference) {
        for (Flight flight : flying) {
            if (flight.inference == inference && flight.wantsRecord) {
                return flight;
            }
        }
        return null;
    }

    /** Ends waits whose deadline has passed; returns when the next one does, {@link #NEVER} if there is none. */
    public long expire() {
        long now = nanoClock.getAsLong();
        int orphans = early.expire(now);
        if (orphans > 0) {
            drops.count(Cause.ORPHANED, orphans, "router", "frames came for an inference whose input never came");
        }
        for (Flight due = firstDue(now); due != null; due = firstDue(now)) {
            expire(due);
        }
        long soonest = early.size() == 0 ? NEVER : now + settings.deadlineNanos();
        for (Flight flight : flying) {
            if (soonest == NEVER || flight.deadlineNanos - soonest < 0) {
                soonest = flight.deadlineNanos;
            }
        }
        return soonest;
    }

    private @Nullable Flight firstDue(long now) {
        for (Flight flight : flying) {
            if (now - flight.deadlineNanos >= 0 || (!flight.wantsRecord && nobodySends(flight))) {
                return flight;
            }
        }
        return null;
    }

    /** Whether all who have not sent what a flight waits for are known to be away. */
    private boolean nobodySends(Flight flight) {
        List<Integer> senders = stages.get(flight.next).receives();
        for (int i = 0; i < senders.size(); i++) {
            if (!flight.arrived[flight.next][i] && !away.test(senders.get(i))) {
                return false;
            }
        }
        return true;
    }

    private void expire(Flight flight) {
        long millis = TimeUnit.NANOSECONDS.toMillis(flight.deadlineNanos - flight.begunNanos);
        if (flight.wantsRecord) {
            // Its record, should it come, is the next inference's: a source that is slower than the inferences feeds
            // some of them.
            records.remove(flight.inference);
            fail(flight, "the local source must have a record within " + millis + " ms: it had none");
            return;
        }
        int step = flight.next;
        List<Integer> senders = stages.get(step).receives();
        for (int i = 0; i < senders.size(); i++) {
            if (flight.arrived[step][i]) {
                continue;
            }
            flight.missing.set(senders.get(i));
            if (settings.policy() == Policy.FAIL) {
                fail(
                        flight,
                        "worker " + senders.get(i) + " must send its frame of exchange " + step + " within " + millis
                                + " ms: it " + (away.test(senders.get(i)) ? "is not there" : "did not"));
                return;
            }
            FloatBuffer values = flight.from[step][i].clear();
            if (settings.policy() == Policy.LAST) {
                values.put(last[step][i]);
            } else {
                while (values.hasRemaining()) {
                    values.put(0);
                }
            }
            flight.arrived[step][i] = true;
            flight.tainted[step] = true;
        }
        proceed(flight);
    }

    private void begin(Flight flight) {
        for (int i = 0; i < flight.input.capacity(); i++) {
            float value = flight.input.get(i);
            if (!Float.isFinite(value)) {
                fail(flight, "inputs must be finite: value " + i + " for worker " + self + " is " + value);
                return;
            }
        }
        proceed(flight);
    }

    /** Runs stages as far as frames allow. */
    private void proceed(Flight flight) {
        if (flight.wantsRecord) {
            return;
        }
        while (flight.isFed()) {
            int stage = flight.next;
            long started = nanoClock.getAsLong();
            if (flight.from[stage].length > 0) {
                flight.waitNanos += started - flight.sinceNanos;
                flight.rounds++;
            }
            flight.complete &= !flight.tainted[stage];
            try {
                flight.slot.run(stage);
            } catch (UnfitException e) {
                fail(flight, String.valueOf(e.getMessage()));
                return;
            }
            flight.next++;
            flight.computeNanos += nanoClock.getAsLong() - started;
            if (flight.next < stages.size()) {
                send(flight, flight.next);
            }
            boolean over = flight.next == stages.size();
            if (stages.get(stage).output() || (over && !flight.answered)) {
                FloatBuffer values = stages.get(stage).output() ? flight.output.clear() : nothing;
                outlet.answer(
                        epoch,
                        flight.inference,
                        stage,
                        values,
                        flight.complete,
                        flight.report(null).write());
                flight.answered = true;
            }
            if (over) {
                statistics.ended(flight);
                release(flight);
                return;
            }
            flight.sinceNanos = nanoClock.getAsLong();
            flight.deadlineNanos = flight.begunNanos + flight.next * settings.deadlineNanos();
        }
    }

    private void send(Flight flight, int step) {
        List<Integer> receivers = stages.get(step - 1).sends();
        for (int i = 0; i < receivers.size(); i++) {
            FloatBuffer values = flight.to[step][i].clear();
            flight.sentFrames++;
            flight.sentBytes += FrameDescriptor.frameLength(settings.elements(), values.remaining(), 0);
            outlet.exchange(epoch, flight.inference, step, receivers.get(i), values, flight.complete);
        }
        if (!receivers.isEmpty() && stages.get(step).receives().isEmpty()) {
            flight.rounds++;
        }
    }

    /** Whether a frame is what the plan has at its place. */
    private boolean fits(Frame frame) {
        FrameHeader header = frame.header();
        int step = header.step();
        int place = step < 1 || step >= stages.size()
                ? -1
                : stages.get(step).receives().indexOf(header.source());
        if (place < 0 || header.inference() < 0) {
            drops.count(
                    Cause.MISFIT,
                    who(header),
                    "the plan has no frame from worker " + header.source() + " to worker " + self + " in exchange "
                            + step);
            return false;
        }
        int values = lengths[step][place];
        if (!header.failed() && frame.count() != values) {
            drops.count(
                    Cause.MISFIT,
                    who(header),
                    "the frame of exchange " + step + " from worker " + header.source() + " must have " + values
                            + " values: it has " + frame.count());
            return false;
        }
        return true;
    }

    /** Puts a frame that fits where its stage reads it. */
    private void apply(Flight flight, Frame frame) {
        FrameHeader header = frame.header();
        if (!flying.contains(flight)) {
            return;
        }
        int step = header.step();
        int place = stages.get(step).receives().indexOf(header.source());
        if (step < flight.next || flight.arrived[step][place]) {
            late(header);
            return;
        }
        if (header.failed()) {
            fail(flight, "worker " + header.source() + " failed: " + frame.annex());
            return;
        }
        FloatBuffer values = flight.from[step][place].clear();
        frame.copyTo(values);
        flight.arrived[step][place] = true;
        flight.tainted[step] |= !header.complete();
        flight.receivedBytes += FrameDescriptor.frameLength(header.elementType(), frame.count(), 0);
        if (settings.policy() == Policy.LAST && header.complete()) {
            values.clear().get(last[step][place]);
        }
    }

    private void late(FrameHeader header) {
        drops.count(
                Cause.LATE,
                who(header),
                "the frame of exchange " + header.step() + " of inference " + header.inference() + " from worker "
                        + header.source() + " came too late");
    }

    private void fail(Flight flight, String why) {
        release(flight);
        statistics.failed();
        try {
            tellReceivers(flight.inference, flight.next, why);
        } finally {
            if (!flight.answered) {
                outlet.failedAnswer(
                        epoch, flight.inference, flight.next, flight.report(why).write());
            }
        }
    }

    private void refuse(long inference, String why) {
        early.take(inference, frame -> {});
        tellReceivers(inference, 0, why);
        outlet.failedAnswer(epoch, inference, 0, WorkerReport.ofNothing(why).write());
        statistics.failed();
    }

    /** Tells everybody who waits for frames of exchanges after {@code sent}. */
    private void tellReceivers(long inference, int sent, String why) {
        List<Integer> told = new ArrayList<>();
        for (int step = sent + 1; step < stages.size(); step++) {
            for (int receiver : stages.get(step - 1).sends()) {
                if (!told.contains(receiver)) {
                    told.add(receiver);
                    outlet.failure(epoch, inference, step, receiver, WorkerReport.shorten(why));
                }
            }
        }
    }

    private void release(Flight flight) {
        flying.remove(flight);
        free.addLast(flight);
    }

    private boolean isForeign(FrameHeader header) {
        if (header.epoch() == epoch && header.inference() >= 0) {
            return false;
        }
        drops.count(
                Cause.OTHER_EPOCH,
                who(header),
                "a frame must be of epoch " + epoch + ": one for inference " + header.inference() + " is of "
                        + header.epoch());
        return true;
    }

    private static String who(FrameHeader header) {
        return header.source() == FrameDescriptor.ROUTER ? "router" : "worker " + header.source();
    }

    @Override
    public void close() {
        abandon();
        free.forEach(flight -> flight.slot.close());
        free.clear();
    }
}
