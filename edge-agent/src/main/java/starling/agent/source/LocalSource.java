package starling.agent.source;

import org.jspecify.annotations.Nullable;

/** Inputs in the order in which they are used, one per inference. {@link #poll} is called by one thread. */
public interface LocalSource extends AutoCloseable {

    /** The next record, null when it has not come yet; never blocks. When the source has ended every call says so. */
    @Nullable
    SourceRecord poll();

    /** Names what is called, on a thread of the source, whenever a record has come. */
    void onRecord(Runnable wake);

    @Override
    void close();
}
