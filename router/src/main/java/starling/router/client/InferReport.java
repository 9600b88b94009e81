package starling.router.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import starling.models.data.Dataset;
import starling.models.run.Decision;
import starling.router.inference.Cost;
import starling.router.request.ReplyNote;

/**
 * What a run through the fleet showed. Written as JSON with these keys.
 *
 * @param samples how many were sent
 * @param accuracy fraction of all samples whose label was the {@linkplain Decision decision} of the first output; a sample without an answer
 *     counts as wrong
 * @param complete answers with nothing filled in
 * @param incomplete answers with something filled in
 * @param failed samples without an answer
 * @param firstFailure why the first of these has none, or null
 * @param latencyMs from sending a request to its reply, over all answers
 * @param routerLatencyMs the router's part of it
 * @param valuesPerInference mean of the numbers sent from worker to worker, as the workers measured; null when never all of them had reported
 * @param bytesPerInference mean of the octets of the frames that carried them
 * @param rounds mean of the exchanges
 * @param planned what the plan says to these three
 * @param workers what each worker reported, means per inference
 * @param inFlight requests at once
 * @param seconds the whole run
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record InferReport(
        int samples,
        @Nullable Double accuracy,
        int complete,
        int incomplete,
        int failed,
        @Nullable String firstFailure,
        @Nullable Latency latencyMs,
        @Nullable Latency routerLatencyMs,
        @Nullable Double valuesPerInference,
        @Nullable Double bytesPerInference,
        @Nullable Double rounds,
        @Nullable Cost planned,
        List<WorkerMeans> workers,
        int inFlight,
        double seconds) {

    /** Percentiles by nearest rank. */
    record Latency(double p50, double p95, double mean) {
        static @Nullable Latency of(List<Double> millis) {
            if (millis.isEmpty()) {
                return null;
            }
            double[] sorted =
                    millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            return new Latency(
                    rank(sorted, 0.50),
                    rank(sorted, 0.95),
                    Arrays.stream(sorted).average().orElse(0));
        }

        private static double rank(double[] sorted, double fraction) {
            return sorted[Math.max(0, (int) Math.ceil(fraction * sorted.length) - 1)];
        }

        String text() {
            return String.format(Locale.ROOT, "p50 %.2f, p95 %.2f, mean %.2f ms", p50, p95, mean);
        }
    }

    /** One worker's means per inference. */
    record WorkerMeans(int worker, double computeMs, double waitMs, double sentBytes, double receivedBytes) {}

    /** Judges replies against the data they are for. */
    static InferReport of(Dataset data, List<Reply> replies, int inFlight, double seconds) {
        int right = 0;
        int complete = 0;
        int incomplete = 0;
        String firstFailure = null;
        Cost planned = null;
        List<Double> latency = new ArrayList<>();
        List<Double> routerLatency = new ArrayList<>();
        List<Cost> costs = new ArrayList<>();
        SortedMap<Integer, List<ReplyNote.WorkerCost>> workers = new TreeMap<>();
        for (int i = 0; i < replies.size(); i++) {
            Reply reply = replies.get(i);
            ReplyNote note = reply.note();
            float[] outputs = reply.outputs();
            if (outputs == null) {
                firstFailure = firstFailure == null ? String.valueOf(note.error()) : firstFailure;
                continue;
            }
            int width = firstOutput(note, outputs.length);
            right += width > 0 && Decision.of(outputs, 0, width) == data.label(i) ? 1 : 0;
            complete += reply.complete() ? 1 : 0;
            incomplete += reply.complete() ? 0 : 1;
            latency.add(reply.latencyNanos() / 1e6);
            if (note.latencyMicros() != null) {
                routerLatency.add(note.latencyMicros() / 1e3);
            }
            if (note.values() != null && note.bytes() != null && note.rounds() != null) {
                costs.add(new Cost(note.values(), note.bytes(), note.rounds()));
            }
            planned = note.planned() == null ? planned : note.planned();
            if (note.workers() != null) {
                note.workers().forEach(cost -> workers.computeIfAbsent(cost.worker(), k -> new ArrayList<>())
                        .add(cost));
            }
        }
        int answered = complete + incomplete;
        return new InferReport(
                replies.size(),
                (double) right / replies.size(),
                complete,
                incomplete,
                replies.size() - answered,
                firstFailure,
                Latency.of(latency),
                Latency.of(routerLatency),
                mean(costs.stream().mapToLong(Cost::values).toArray()),
                mean(costs.stream().mapToLong(Cost::bytes).toArray()),
                mean(costs.stream().mapToLong(Cost::rounds).toArray()),
                planned,
                means(workers),
                inFlight,
                seconds);
    }

    private static int firstOutput(ReplyNote note, int all) {
        Map<String, Integer> outputs = note.outputs();
        if (outputs == null || outputs.isEmpty()) {
            return all;
        }
        return Math.max(0, Math.min(all, outputs.values().iterator().next()));
    }

    private static @Nullable Double mean(long[] values) {
        return values.length == 0 ? null : Arrays.stream(values).average().orElse(0);
    }

    private static List<WorkerMeans> means(SortedMap<Integer, List<ReplyNote.WorkerCost>> workers) {
        List<WorkerMeans> means = new ArrayList<>();
        workers.forEach((worker, costs) -> {
            double n = costs.size();
            means.add(new WorkerMeans(
                    worker,
                    costs.stream()
                                    .mapToLong(ReplyNote.WorkerCost::computeMicros)
                                    .sum()
                            / n
                            / 1e3,
                    costs.stream().mapToLong(ReplyNote.WorkerCost::waitMicros).sum() / n / 1e3,
                    costs.stream().mapToLong(ReplyNote.WorkerCost::sentBytes).sum() / n,
                    costs.stream()
                                    .mapToLong(ReplyNote.WorkerCost::receivedBytes)
                                    .sum()
                            / n));
        });
        return means;
    }

    /** The report for people. */
    String text() {
        StringBuilder out = new StringBuilder();
        line(out, "samples", samples + " in " + String.format(Locale.ROOT, "%.1f s, %d in flight", seconds, inFlight));
        line(out, "answers", complete + " complete, " + incomplete + " incomplete, " + failed + " failed");
        if (firstFailure != null) {
            line(out, "first failure", firstFailure);
        }
        if (accuracy != null) {
            line(out, "accuracy", String.format(Locale.ROOT, "%.4f", accuracy));
        }
        if (latencyMs != null) {
            line(out, "latency", latencyMs.text());
        }
        if (routerLatencyMs != null) {
            line(out, "at the router", routerLatencyMs.text());
        }
        if (valuesPerInference != null && bytesPerInference != null && rounds != null) {
            line(out, "measured", cost(valuesPerInference, bytesPerInference, rounds));
        }
        if (planned != null) {
            line(out, "planned", cost((double) planned.values(), (double) planned.bytes(), (double) planned.rounds()));
        }
        for (WorkerMeans worker : workers) {
            line(
                    out,
                    "worker " + worker.worker(),
                    String.format(
                            Locale.ROOT,
                            "compute %.2f ms, wait %.2f ms, sent %s bytes, received %s bytes",
                            worker.computeMs(),
                            worker.waitMs(),
                            number(worker.sentBytes()),
                            number(worker.receivedBytes())));
        }
        return out.toString();
    }

    private static void line(StringBuilder out, String name, String value) {
        out.append(String.format(Locale.ROOT, "%-14s %s%n", name, value));
    }

    private static String cost(double values, double bytes, double rounds) {
        return number(values) + " values, " + number(bytes) + " bytes, " + number(rounds) + " rounds per inference";
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
    }
}
