package starling.router.inference;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import starling.link.frame.WorkerReport;

/** What became of an inference. */
public sealed interface Outcome {

    /**
     * It was answered.
     *
     * @param outputs per output in the model's order, its elements
     * @param complete whether nothing in it was filled in, by any worker or by the router
     * @param missing workers whose contribution was missing somewhere, ascending
     * @param latencyNanos from taking it on to here
     * @param cost what it cost; null unless all workers have reported by now
     * @param reports by worker, those that have reported by now
     */
    record Answer(
            Map<String, float[]> outputs,
            boolean complete,
            List<Integer> missing,
            long latencyNanos,
            @Nullable Cost cost,
            SortedMap<Integer, WorkerReport> reports)
            implements Outcome {}

    /**
     * It was taken on and has failed.
     *
     * @param sentence why
     * @param missing workers whose contribution was missing, ascending
     * @param latencyNanos from taking it on to here
     * @param reports by worker, those that have reported by now
     */
    record Failure(String sentence, List<Integer> missing, long latencyNanos, SortedMap<Integer, WorkerReport> reports)
            implements Outcome {}

    /**
     * It was not taken on.
     *
     * @param why for programs
     * @param sentence for people
     */
    record Refusal(Why why, String sentence) implements Outcome {}

    /** Why an inference was not taken on. */
    enum Why {
        /** The input has the wrong length or is not finite. */
        UNFIT,
        /** Workers or the broker are missing. */
        NOT_READY,
        /** As many as allowed are running. */
        BUSY,
        /** The router is stopping. */
        STOPPING;

        /** The word in replies and metrics. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
