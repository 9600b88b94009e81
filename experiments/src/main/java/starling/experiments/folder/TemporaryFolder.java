package starling.experiments.folder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import starling.models.UnfitException;
import starling.models.files.Folders;

/** A folder for the time of one run, removed with all that is in it. */
public record TemporaryFolder(Path path) implements AutoCloseable {
    /** A new, empty one. */
    public static TemporaryFolder create() {
        try {
            return new TemporaryFolder(Files.createTempDirectory("starling-experiment"));
        } catch (IOException e) {
            throw new UnfitException("a temporary folder cannot be made: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            Folders.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
