package starling.agent.source;

import java.io.BufferedInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;

/**
 * Records from a stream: {@linkplain LineRecords lines of numbers}, or {@linkplain NpyRecords NumPy arrays} if the first byte is theirs. A
 * thread reads at most {@value #AHEAD} records ahead, so that a slow stream holds up nobody and a fast one fills no memory.
 */
public final class StreamSource implements LocalSource {
    /** Records that are read before they are asked for. */
    static final int AHEAD = 16;

    private final Callable<InputStream> opening;
    private final int values;
    private final BlockingQueue<SourceRecord> queue = new ArrayBlockingQueue<>(AHEAD);
    private final Thread reader;
    private volatile Runnable wake = () -> {};
    private volatile SourceRecord.@Nullable Unfit end;
    private long records;

    /**
     * A source that begins to read at once.
     *
     * @param opening opens the stream, on the thread that reads it: opening a named pipe waits for its writer
     * @param values numbers in each record, at least 1
     */
    public StreamSource(Callable<InputStream> opening, int values) {
        if (values < 1) {
            throw new UnfitException(
                    "a local source needs a worker that is given a part of the input: this one is given none");
        }
        this.opening = opening;
        this.values = values;
        this.reader = new Thread(this::read, "starling-source");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Opens a file or named pipe, or standard input for {@code stdin}.
     *
     * @throws UnfitException when it cannot be read, or the worker is given no input
     */
    public static StreamSource open(String name, int values) {
        if (name.equals("stdin")) {
            return new StreamSource(() -> System.in, values);
        }
        Path path;
        try {
            path = Path.of(name);
        } catch (InvalidPathException e) {
            throw new UnfitException(
                    "a local source must be a file: '" + name + "' is none (" + e.getMessage() + ")", e);
        }
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
            throw new UnfitException("a local source must be a readable file: '" + name + "' is "
                    + (Files.isDirectory(path) ? "a folder" : Files.exists(path) ? "not readable" : "not there"));
        }
        return new StreamSource(() -> Files.newInputStream(path), values);
    }

    private void read() {
        String sentence = "the local source has ended";
        try (BufferedInputStream in = new BufferedInputStream(opening.call(), 1 << 16)) {
            in.mark(1);
            int first = in.read();
            in.reset();
            RecordReader from = first == NpyRecords.FIRST ? new NpyRecords(in, values) : new LineRecords(in, values);
            for (SourceRecord record = from.next(); record != null; record = from.next()) {
                queue.put(record);
                records++;
                wake.run();
            }
        } catch (InterruptedException e) {
            sentence = "the local source was closed";
        } catch (Exception e) {
            sentence = "the local source has failed (" + e.getMessage() + ")";
        }
        end = new SourceRecord.Unfit(sentence.replaceAll("\\p{Cntrl}", "?") + " after " + records + " records");
        wake.run();
    }

    @Override
    public @Nullable SourceRecord poll() {
        // The end is looked at first: what was put before it is in the queue then.
        SourceRecord last = end;
        SourceRecord record = queue.poll();
        return record == null ? last : record;
    }

    @Override
    public void onRecord(Runnable newWake) {
        wake = newWake;
        newWake.run();
    }

    /** Ends the reading; a read of standard input that is under way ends with the program. */
    @Override
    public void close() {
        reader.interrupt();
    }
}
