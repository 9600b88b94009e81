package starling.models.plan;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    private final FinalRunner finish;
    private List<WorkerRunner.Slot> slots = List.of();
    /** What each sender last sent of one sample while nobody was away whom it depends on. */
    private final Map<Link, float[]> last = new HashMap<>();

    /** Whose numbers they are, for whom (-1: whoever asked), in which exchange. */
    private record Link(int step, int from, int to) {}

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
        this.finish = new FinalRunner(bundle, threads);
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
        return run(samples, batch, Absence.NONE);
    }

    /**
     * Runs samples while some workers are away, as the deployed fleet does: they compute nothing, and what they would send to
     * others and to the requester is filled by the policy. By {@link Absence.Policy#LAST} with what they sent of the latest sample
     * that was run while nobody was away whom they depend on.
     *
     * @param samples batch x all input elements, the model's inputs one after the other
     * @return per output, batch x its elements; empty if nobody gets an {@linkplain Absence#isAnswered answer}
     */
    public Map<String, float[]> run(float[] samples, int batch, Absence absence) {
        if (!absence.isAnswered(plan)) {
            return Map.of();
        }
        if (batch <= largestBatch) {
            return together(samples, 0, batch, absence);
        }
        Map<String, float[]> all = new LinkedHashMap<>();
        for (int from = 0; from < batch; from += largestBatch) {
            int size = Math.min(largestBatch, batch - from);
            int at = from;
            together(samples, from, size, absence).forEach((name, values) -> {
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

    private Map<String, float[]> together(float[] samples, int from, int batch, Absence absence) {
        List<WorkerRunner.Slot> running = slots(batch);
        Set<Integer> away = absence.workers();
        int elements = plan.inputElements();
        for (int k = 0; k < workers.size(); k++) {
            FloatBuffer input = running.get(k).input();
            for (int i = from; i < from + batch; i++) {
                input.put(plan.parts().get(k).cut(samples, i * elements));
            }
        }
        BitSet complete = new BitSet();
        complete.set(0, plan.workers());
        Map<Integer, float[]> parts = new HashMap<>();
        for (int s = 0; s <= plan.rounds(); s++) {
            if (s > 0) {
                complete = exchange(s, running, complete, absence);
            }
            for (int k = 0; k < running.size(); k++) {
                if (!away.contains(k)) {
                    running.get(k).run(s);
                }
                if (plan.parts().get(k).stages().get(s).output()) {
                    FloatBuffer output = running.get(k).output();
                    float[] values = new float[output.capacity()];
                    transfer(new Link(0, k, -1), output, FloatBuffer.wrap(values), complete.get(k), absence, batch);
                    parts.put(k, values);
                }
            }
        }
        parts.keySet().retainAll(finish.deliverers());
        return finish.run(parts, batch);
    }

    /** Hands over the frames of an exchange; returns whose data still is complete. */
    private BitSet exchange(int step, List<WorkerRunner.Slot> running, BitSet complete, Absence absence) {
        BitSet still = (BitSet) complete.clone();
        for (Plan.Link link : plan.exchanges().get(step - 1).links()) {
            WorkerRunner.Slot sender = running.get(link.from());
            transfer(
                    new Link(step, link.from(), link.to()),
                    sender.to(step, link.to()),
                    running.get(link.to()).from(step, link.from()),
                    complete.get(link.from()),
                    absence,
                    sender.batch());
            if (!complete.get(link.from()) || absence.workers().contains(link.from())) {
                still.clear(link.to());
            }
        }
        return still;
    }

    /** Hands over what is sent, or what stands for it. */
    private void transfer(
            Link link, FloatBuffer sent, FloatBuffer received, boolean complete, Absence absence, int batch) {
        int each = sent.remaining() / batch;
        if (!absence.workers().contains(link.from())) {
            if (complete) {
                sent.get((batch - 1) * each, last.computeIfAbsent(link, key -> new float[each]));
            }
            received.put(sent);
            return;
        }
        float[] known = absence.policy() == Absence.Policy.LAST ? last.get(link) : null;
        float[] filling = known == null ? new float[each] : known;
        for (int i = 0; i < batch; i++) {
            received.put(filling);
        }
    }

    @Override
    public void close() {
        closeSlots();
        workers.forEach(WorkerRunner::close);
        finish.close();
    }
}
