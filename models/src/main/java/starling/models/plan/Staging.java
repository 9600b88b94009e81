package starling.models.plan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import starling.models.UnfitException;
import starling.models.files.Folders;

/**
 * The hidden folder that a bundle is written to before it appears. It is removed when closed, and also when the program is
 * told to end (SIGTERM, SIGINT) while it is open: a shutdown hook stops further writing and then removes it. Nothing helps
 * against SIGKILL and a power cut.
 */
final class Staging implements AutoCloseable {
    private final Path folder;
    private final Thread hook = new Thread(this::end, "starling-staging");
    private boolean ended;

    /** Creates the folder. */
    Staging(Path folder) throws IOException {
        this.folder = folder;
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            throw ending(e);
        }
        try {
            step(() -> Files.createDirectory(folder));
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** One piece of work that an end of the program waits for, or that is not begun any more. */
    interface Step {
        void run() throws IOException;
    }

    /**
     * Runs a step.
     *
     * @throws UnfitException when the program is ending
     */
    synchronized void step(Step step) throws IOException {
        if (ended) {
            throw ending(null);
        }
        step.run();
    }

    /** Removes the folder and lets no further step begin. */
    synchronized void end() {
        ended = true;
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("'" + folder + "' cannot be removed", e);
        }
    }

    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The program is ending already; the hook finds nothing to remove.
        }
    }

    private static UnfitException ending(@org.jspecify.annotations.Nullable Throwable cause) {
        String sentence = "the bundle was not written: the program was told to end";
        return cause == null ? new UnfitException(sentence) : new UnfitException(sentence, cause);
    }
}
