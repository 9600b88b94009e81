package starling.router.fleet;

import java.util.Locale;

/** What is known of one expected worker. */
public enum WorkerState {
    /** Nothing was ever heard of it. */
    UNKNOWN,
    /** A retained announcement is there, but no sign of life since. */
    ANNOUNCED,
    /** It is there and not yet ready. */
    STARTING,
    /** It is there and ready. */
    READY,
    /** It is there and has loaded another plan. */
    OTHER_PLAN,
    /** It was there and has not been heard for several heartbeats. */
    SILENT,
    /** It said good-bye, or the broker said that its connection has ended. */
    GONE;

    /** Whether it can be expected to answer. */
    public boolean serves() {
        return this == READY || this == STARTING;
    }

    /** Whether an answer is worth waiting for: a silent worker may only be slow. */
    boolean mayAnswer() {
        return serves() || this == SILENT;
    }

    /** The word in JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
