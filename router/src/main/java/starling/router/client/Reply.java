package starling.router.client;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import starling.router.request.ReplyNote;

/**
 * What came back for one request.
 *
 * @param outputs all the model's outputs, flattened, one after the other; null when there is no answer
 * @param complete whether nothing in it was filled in
 * @param note what the router says beside
 * @param latencyNanos from sending the request to here
 */
// Read once by whoever asked; nobody compares two of them.
@SuppressWarnings("ArrayRecordComponent")
public record Reply(float @Nullable [] outputs, boolean complete, ReplyNote note, long latencyNanos) {

    private static final Set<String> PASSING = Set.of("not_ready", "busy", "stopping", "unsent");

    /** Whether it is worth asking again: no inference has begun, and the reason may pass. */
    boolean again() {
        return note.refused() != null && PASSING.contains(note.refused());
    }
}
