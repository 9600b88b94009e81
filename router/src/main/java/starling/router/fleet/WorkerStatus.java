package starling.router.fleet;

import org.jspecify.annotations.Nullable;
import starling.link.presence.Presence;

/**
 * One expected worker.
 *
 * @param worker its number
 * @param state what is known of it
 * @param last what it said last, null when it was never heard
 */
public record WorkerStatus(
        int worker, WorkerState state, @Nullable Presence last) {

    /** Why it is not ready, as part of a sentence: "worker 2 was never heard". */
    String sentence() {
        String what =
                switch (state) {
                    case UNKNOWN -> "was never heard";
                    case ANNOUNCED -> "was announced before and has not been heard since";
                    case STARTING -> "is starting";
                    case READY -> "is ready";
                    case OTHER_PLAN -> "has loaded another plan" + (last == null ? "" : ", " + last.plan());
                    case SILENT -> "is silent";
                    case GONE -> "has gone";
                };
        return "worker " + worker + " " + what;
    }
}
