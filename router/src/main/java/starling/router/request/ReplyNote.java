package starling.router.request;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import starling.link.frame.FrameDescriptor;
import starling.link.frame.WorkerReport;
import starling.models.plan.Plan;
import starling.router.inference.Cost;
import starling.router.inference.Outcome;

/**
 * The annex of a REPLY frame, JSON: what an inference cost, or why there is no answer. An annex has an upper length; when not everything
 * fits, first {@code workers} and then {@code outputs} are left out.
 *
 * @param latencyMicros from the request's arrival at the router to its answer; null when it was refused
 * @param missing workers whose contribution was missing
 * @param values numbers sent from worker to worker as measured; null unless all workers have reported
 * @param bytes octets of those frames as measured, or null
 * @param rounds exchanges as measured, or null
 * @param planned what the plan says to these three
 * @param outputs elements per output, in the order of the payload; null when left out
 * @param workers what each worker reported; null when left out
 * @param refused for programs, why the request was not taken on: {@code unfit}, {@code not_ready}, {@code busy}, {@code stopping},
 *     and, said by the asking side alone, {@code unsent}; else null
 * @param error why there is no answer, null when there is one
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.ALWAYS)
public record ReplyNote(
        @Nullable Long latencyMicros,
        List<Integer> missing,
        @Nullable Long values,
        @Nullable Long bytes,
        @Nullable Long rounds,
        @Nullable Cost planned,
        @Nullable Map<String, Integer> outputs,
        @Nullable List<WorkerCost> workers,
        @Nullable String refused,
        @Nullable String error) {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int LONGEST_ERROR = 400;

    /** What one worker reported. */
    public record WorkerCost(int worker, long computeMicros, long waitMicros, long sentBytes, long receivedBytes) {}

    public ReplyNote {
        missing = missing == null ? List.of() : missing;
    }

    /** What is to be said about an outcome. */
    public static ReplyNote of(Outcome outcome, Plan plan) {
        Cost planned = new Cost(plan.account().values(), plan.account().bytes(), plan.rounds());
        if (outcome instanceof Outcome.Answer answer) {
            Map<String, Integer> outputs = new LinkedHashMap<>();
            answer.outputs().forEach((name, values) -> outputs.put(name, values.length));
            Cost cost = answer.cost();
            return new ReplyNote(
                    answer.latencyNanos() / 1000,
                    answer.missing(),
                    cost == null ? null : cost.values(),
                    cost == null ? null : cost.bytes(),
                    cost == null ? null : cost.rounds(),
                    planned,
                    outputs,
                    workers(answer.reports()),
                    null,
                    null);
        }
        if (outcome instanceof Outcome.Failure failure) {
            return new ReplyNote(
                    failure.latencyNanos() / 1000,
                    failure.missing(),
                    null,
                    null,
                    null,
                    planned,
                    null,
                    workers(failure.reports()),
                    null,
                    failure.sentence());
        }
        Outcome.Refusal refusal = (Outcome.Refusal) outcome;
        return bare(refusal.why().word(), refusal.sentence());
    }

    /** A note that says only what is wrong. */
    public static ReplyNote error(String sentence) {
        return bare(null, sentence);
    }

    /** A note that a request was never on its way: the router is not there, or the connection broke before. */
    public static ReplyNote unsent(String sentence) {
        return bare("unsent", sentence);
    }

    private static ReplyNote bare(@Nullable String refused, String sentence) {
        return new ReplyNote(null, List.of(), null, null, null, null, null, null, refused, sentence);
    }

    /** What each worker reported, ascending. */
    public static List<WorkerCost> workers(SortedMap<Integer, WorkerReport> reports) {
        return reports.entrySet().stream()
                .map(entry -> new WorkerCost(
                        entry.getKey(),
                        entry.getValue().computeMicros(),
                        entry.getValue().waitMicros(),
                        entry.getValue().sentBytes(),
                        entry.getValue().receivedBytes()))
                .toList();
    }

    /** The annex. */
    String write() {
        String whole = json(this);
        if (fits(whole)) {
            return whole;
        }
        String most = json(cut(missing, outputs));
        return fits(most) ? most : json(cut(missing.subList(0, Math.min(missing.size(), 100)), null));
    }

    private ReplyNote cut(List<Integer> someMissing, @Nullable Map<String, Integer> someOutputs) {
        String shortened = error == null || error.length() <= LONGEST_ERROR ? error : error.substring(0, LONGEST_ERROR);
        return new ReplyNote(
                latencyMicros, someMissing, values, bytes, rounds, planned, someOutputs, null, refused, shortened);
    }

    /**
     * Reads an annex.
     *
     * @return null when it is no such JSON
     */
    public static @Nullable ReplyNote read(String annex) {
        try {
            return MAPPER.readValue(annex, ReplyNote.class);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static boolean fits(String json) {
        return json.getBytes(StandardCharsets.UTF_8).length <= FrameDescriptor.MAX_ANNEX_LENGTH;
    }

    private static String json(ReplyNote note) {
        try {
            return MAPPER.writeValueAsString(note);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a note is always writable", e);
        }
    }
}
