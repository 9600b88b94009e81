package starling.models.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;
import starling.models.files.Folders;

/**
 * Where a run is saved so that it can go on.
 *
 * @param file the checkpoint; it is replaced whole or not at all
 * @param every steps between two checkpoints, beside those after each epoch; 0 for none
 * @param resume whether the run goes on from the file, which must then exist; otherwise it must not
 */
public record Saving(Path file, int every, boolean resume) {
    public Saving {
        if (every < 0) {
            throw new UnfitException("the steps between two checkpoints must be at least 0: " + every);
        }
    }

    /**
     * Checks, before anything is learned, that there is a file to go on from, or none, and that its folder can be written.
     *
     * @throws UnfitException if not
     */
    public void requireReady() {
        if (resume) {
            if (!Files.isRegularFile(file)) {
                throw new UnfitException("a checkpoint to go on from must be a file: '" + file + "' is none");
            }
            requireWritable();
            return;
        }
        if (Files.exists(file)) {
            throw new UnfitException("'" + file + "' exists: resume it, or name a new checkpoint");
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw unwritable(null);
        }
        requireWritable();
    }

    private void requireWritable() {
        try {
            Folders.requireWritable(file);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private UnfitException unwritable(@Nullable IOException cause) {
        String sentence = "a checkpoint must be in a folder that can be written: '" + file + "' is not";
        return cause == null ? new UnfitException(sentence) : new UnfitException(sentence, cause);
    }
}
