package starling.agent.inference;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.models.plan.WorkerRunner;

/** What the workers together make of a sample when some frames are replaced: stage after stage, everybody in step. */
final class Oracle {
    /** The values that stand for a frame, null for the frame itself. */
    interface Replacement {
        float @Nullable [] of(int step, Plan.Link link);
    }

    private Oracle() {}

    /** All workers' outputs one after the other. */
    static float[] outputs(Bundle bundle, float[] sample, Replacement replacement) {
        Plan plan = bundle.plan();
        List<WorkerRunner> runners = new ArrayList<>();
        List<WorkerRunner.Slot> slots = new ArrayList<>();
        try {
            for (int k = 0; k < plan.workers(); k++) {
                WorkerRunner runner = new WorkerRunner(bundle, k, 1);
                runners.add(runner);
                WorkerRunner.Slot slot = runner.newSlot(1);
                slots.add(slot);
                FloatBuffer input = slot.input();
                for (Plan.Range range : runner.part().input()) {
                    input.put(sample, range.from(), range.size());
                }
            }
            for (int s = 0; s <= plan.rounds(); s++) {
                List<Plan.Link> links =
                        s == 0 ? List.of() : plan.exchanges().get(s - 1).links();
                for (Plan.Link link : links) {
                    float[] instead = replacement.of(s, link);
                    FloatBuffer made = slots.get(link.from()).to(s, link.to());
                    slots.get(link.to()).from(s, link.from()).put(instead == null ? made : FloatBuffer.wrap(instead));
                }
                for (WorkerRunner.Slot slot : slots) {
                    slot.run(s);
                }
            }
            FloatBuffer all = FloatBuffer.allocate(
                    plan.parts().stream().mapToInt(Plan.Part::outputValues).sum());
            slots.forEach(slot -> all.put(slot.output()));
            return all.array();
        } finally {
            slots.forEach(WorkerRunner.Slot::close);
            runners.forEach(WorkerRunner::close);
        }
    }

    /** The values of one frame of the first exchange, which needs nobody else. */
    static float[] firstFrame(Bundle bundle, float[] sample, int from, int to) {
        try (WorkerRunner runner = new WorkerRunner(bundle, from, 1);
                WorkerRunner.Slot slot = runner.newSlot(1)) {
            FloatBuffer input = slot.input();
            for (Plan.Range range : runner.part().input()) {
                input.put(sample, range.from(), range.size());
            }
            slot.run(0);
            float[] values = new float[slot.to(1, to).remaining()];
            slot.to(1, to).get(values);
            return values;
        }
    }
}
