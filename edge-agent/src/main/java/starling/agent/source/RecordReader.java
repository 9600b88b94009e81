package starling.agent.source;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads one record after the other from a stream. */
interface RecordReader {

    /**
     * Waits for the next record.
     *
     * @return null at the end of the stream
     * @throws IOException when the stream fails, or nothing after this place can be understood
     */
    @Nullable
    SourceRecord next() throws IOException;
}
