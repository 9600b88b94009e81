package starling.agent.inference;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import starling.link.frame.WorkerReport;
import starling.models.plan.Plan;
import starling.models.plan.WorkerRunner;

/** One inference in flight: its tensors, made once and used again for the next, and how far it is. */
final class Flight {
    final WorkerRunner.Slot slot;
    final FloatBuffer input;
    final FloatBuffer output;
    /** By exchange (0 unused) and place in the stage's list of senders. */
    final FloatBuffer[][] from;
    /** By exchange (0 unused) and place in the list of receivers of the stage before. */
    final FloatBuffer[][] to;

    final boolean[][] arrived;
    /** By exchange: whether a frame of it was made from incomplete information. */
    final boolean[] tainted;

    long inference;
    /** The stage that runs next. */
    int next;

    boolean complete;
    boolean answered;
    /** Whether it waits for a record of the local source, not for frames. */
    boolean wantsRecord;

    long deadlineNanos;
    long sinceNanos;
    long begunNanos;

    final BitSet missing = new BitSet();
    long computeNanos;
    long waitNanos;
    long sentBytes;
    long receivedBytes;
    int sentFrames;
    int rounds;

    Flight(WorkerRunner runner) {
        slot = runner.newSlot(1);
        input = slot.input();
        output = slot.output();
        List<Plan.Stage> stages = runner.part().stages();
        from = new FloatBuffer[stages.size()][];
        to = new FloatBuffer[stages.size()][];
        arrived = new boolean[stages.size()][];
        tainted = new boolean[stages.size()];
        for (int s = 0; s < stages.size(); s++) {
            int step = s;
            from[s] = stages.get(s).receives().stream()
                    .map(peer -> slot.from(step, peer))
                    .toArray(FloatBuffer[]::new);
            List<Integer> receivers = s == 0 ? List.of() : stages.get(s - 1).sends();
            to[s] = receivers.stream().map(peer -> slot.to(step, peer)).toArray(FloatBuffer[]::new);
            arrived[s] = new boolean[from[s].length];
        }
    }

    /** Makes it fit for a new inference; tensors keep their old numbers until they are written. */
    void begin(long newInference, long nowNanos) {
        inference = newInference;
        next = 0;
        complete = true;
        answered = false;
        wantsRecord = false;
        begunNanos = nowNanos;
        sinceNanos = nowNanos;
        for (boolean[] exchange : arrived) {
            Arrays.fill(exchange, false);
        }
        Arrays.fill(tainted, false);
        missing.clear();
        computeNanos = 0;
        waitNanos = 0;
        sentBytes = 0;
        receivedBytes = 0;
        sentFrames = 0;
        rounds = 0;
    }

    /** What it has cost this worker, and why it failed, null when it did not. */
    WorkerReport report(@Nullable String error) {
        return new WorkerReport(
                TimeUnit.NANOSECONDS.toMicros(computeNanos),
                TimeUnit.NANOSECONDS.toMicros(waitNanos),
                sentBytes,
                receivedBytes,
                sentFrames,
                rounds,
                missing.stream().boxed().toList(),
                error);
    }

    /** Whether all frames are there that the next stage reads. */
    boolean isFed() {
        for (boolean there : arrived[next]) {
            if (!there) {
                return false;
            }
        }
        return true;
    }
}
