package starling.models.plan;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import starling.models.run.BatchRule;

/**
 * Runs all workers of a plan in this process, exchanging frames by copying buffers: what the deployed fleet must compute. Any
 * number of samples is run in batches by {@link BatchRule}, counted over all inputs, answers and frames, and tensors are held
 * for one batch size at a time. Not thread-safe.
 */
public final class LocalFleet implements AutoCloseable {
    private final Plan plan;
    private final int largestBatch;
    private final List<WorkerRunner> workers = new ArrayList<>();
    private final FinalRunner last;
    private List<WorkerRunner.Slot> slots = List.of();

    /**
     * Loads and verifies all sub-models.
     *
     * @param threads threads inside one operator
     * @throws starling.models.UnfitException as {@link WorkerRunner} and {@link FinalRunner} do; then nothing stays open
     */
    public LocalFleet(Bundle bundle, int threads) {
        this(bundle, threads, worker -> new WorkerRunner(bundle, worker, threads), batch(bundle.plan()));
    }

    LocalFleet(Bundle bundle, int threads, IntFunction<WorkerRunner> opened, int largestBatch) {
        this.plan = bundle.plan();
        this.largestBatch = largestBatch;
        this.last = new FinalRunner(bundle, threads);
        try {
            for (int k = 0; k < plan.workers(); k++) {
                workers.add(opened.apply(k));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static int batch(Plan plan) {
        long floats = plan.inputElements();
        for (Plan.Part part : plan.parts()) {
            floats += part.inputValues() + part.outputValues();
        }
        for (Plan.Exchange exchange : plan.exchanges()) {
            floats += exchange.links().stream().mapToLong(Plan.Link::values).sum();
        }
        return plan.batched() ? BatchRule.samples(floats) : 1;
    }

    public Plan plan() {
        return plan;
    }

    /** Samples that tensors are held for. */
    int held() {
        return slots.isEmpty() ? 0 : slots.get(0).batch();
    }

    /**
     * Runs samples.
     *
     * @param samples batch x all input elements, the model's inputs one after the other
     * @return per output, batch x its elements
     */
    public Map<String, float[]> run(float[] samples, int batch) {
        if (batch <= largestBatch) {
            return together(samples, 0, batch);
        }
        Map<String, float[]> all = new LinkedHashMap<>();
        for (int from = 0; from < batch; from += largestBatch) {
            int size = Math.min(largestBatch, batch - from);
            int at = from;
            together(samples, from, size).forEach((name, values) -> {
                int each = values.length / size;
                float[] whole = all.computeIfAbsent(name, n -> new float[Math.multiplyExact(each, batch)]);
                System.arraycopy(values, 0, whole, at * each, values.length);
            });
        }
        return all;
    }

    private List<WorkerRunner.Slot> slots(int batch) {
        if (held() != batch) {
            closeSlots();
            List<WorkerRunner.Slot> opened = new ArrayList<>();
            slots = opened;
            workers.forEach(worker -> opened.add(worker.newSlot(batch)));
        }
        return slots;
    }

    private void closeSlots() {
        slots.forEach(WorkerRunner.Slot::close);
        slots = List.of();
    }

    private Map<String, float[]> together(float[] samples, int from, int batch) {
        List<WorkerRunner.Slot> running = slots(batch);
        int elements = plan.inputElements();
        for (int k = 0; k < workers.size(); k++) {
            FloatBuffer input = running.get(k).input();
            for (int i = from; i < from + batch; i++) {
                input.put(plan.parts().get(k).cut(samples, i * elements));
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
        closeSlots();
        workers.forEach(WorkerRunner::close);
        last.close();
    }
}
