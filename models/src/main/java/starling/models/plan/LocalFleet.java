package starling.models.plan;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs all workers of a plan in this process, exchanging frames by copying buffers: what the deployed fleet must compute.
 * Not thread-safe.
 */
public final class LocalFleet implements AutoCloseable {
    private final Plan plan;
    private final List<WorkerRunner> workers = new ArrayList<>();
    private final FinalRunner last;
    private final Map<Integer, List<WorkerRunner.Slot>> slots = new HashMap<>();

    public LocalFleet(Bundle bundle, int threads) {
        plan = bundle.plan();
        last = new FinalRunner(bundle, threads);
        for (int k = 0; k < plan.workers(); k++) {
            workers.add(new WorkerRunner(bundle, k, threads));
        }
    }

    public Plan plan() {
        return plan;
    }

    /**
     * Runs samples.
     *
     * @param samples batch x all input elements, the model's inputs one after the other
     * @return per output, batch x its elements
     */
    public Map<String, float[]> run(float[] samples, int batch) {
        if (plan.batched() || batch == 1) {
            return together(samples, 0, batch);
        }
        Map<String, float[]> all = new LinkedHashMap<>();
        for (int i = 0; i < batch; i++) {
            int at = i;
            together(samples, i, 1)
                    .forEach((name, values) -> System.arraycopy(
                            values,
                            0,
                            all.computeIfAbsent(name, n -> new float[values.length * batch]),
                            at * values.length,
                            values.length));
        }
        return all;
    }

    private Map<String, float[]> together(float[] samples, int from, int batch) {
        List<WorkerRunner.Slot> running = slots.computeIfAbsent(
                batch,
                size -> workers.stream().map(worker -> worker.newSlot(size)).toList());
        int elements = plan.inputElements();
        for (int k = 0; k < workers.size(); k++) {
            FloatBuffer input = running.get(k).input();
            for (int i = from; i < from + batch; i++) {
                for (Plan.Range range : plan.parts().get(k).input()) {
                    input.put(samples, i * elements + range.from(), range.size());
                }
            }
        }
        for (int s = 0; s <= plan.rounds(); s++) {
            if (s > 0) {
                for (Plan.Link link : plan.exchanges().get(s - 1).links()) {
                    running.get(link.to())
                            .from(s, link.from())
                            .put(running.get(link.from()).to(s, link.to()));
                }
            }
            for (WorkerRunner.Slot slot : running) {
                slot.run(s);
            }
        }
        Map<Integer, float[]> parts = new HashMap<>();
        for (int k : last.deliverers()) {
            FloatBuffer output = running.get(k).output();
            float[] values = new float[output.capacity()];
            output.get(values);
            parts.put(k, values);
        }
        return last.run(parts, batch);
    }

    @Override
    public void close() {
        slots.values().forEach(list -> list.forEach(WorkerRunner.Slot::close));
        workers.forEach(WorkerRunner::close);
        last.close();
    }
}
