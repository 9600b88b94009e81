package starling.router.inference;

import org.jspecify.annotations.Nullable;

/** What is known about who is there. Called by any thread; must not block. */
public interface Attendance {

    /** Whether a worker is known not to be able to answer, so that nobody need wait for it. */
    boolean away(int worker);

    /** Why no inference can be taken on now, as a sentence that names who is missing; null when it can. */
    @Nullable
    String refusal();
}
