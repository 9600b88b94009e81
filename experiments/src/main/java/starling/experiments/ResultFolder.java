package starling.experiments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import starling.models.UnfitException;
import starling.models.files.Folders;

/**
 * Where the results of one run go. They appear whole or not at all: files are written to a hidden folder beside the target,
 * which is then renamed. A folder that is not empty is refused unless {@code force}, and then only results are replaced.
 */
final class ResultFolder {
    /** The file by which results are recognised. */
    static final String FINDINGS = "findings.json";

    private final Path target;
    private final Path absolute;
    private final Path parent;
    private final boolean force;

    /** Refuses a target that cannot be used, before long work is begun. */
    ResultFolder(Path target, boolean force) {
        this.target = target;
        this.absolute = target.toAbsolutePath().normalize();
        this.force = force;
        Path above = absolute.getParent();
        if (above == null) {
            throw new UnfitException("'" + target + "' cannot be a folder of results");
        }
        this.parent = above;
        requireFree();
    }

    private void requireFree() {
        try {
            Folders.requireWritable(absolute);
        } catch (IOException e) {
            throw unwritable(e);
        }
        if (!Files.exists(absolute, LinkOption.NOFOLLOW_LINKS) || isEmptyFolder(absolute)) {
            return;
        }
        if (!force) {
            throw new UnfitException("'" + target + "' exists: name a new folder, or give --force to replace it");
        }
        if (!Files.isRegularFile(absolute.resolve(FINDINGS))) {
            throw new UnfitException("--force replaces results only: '" + target + "' holds no " + FINDINGS);
        }
    }

    /** Writes files by name. */
    void write(Map<String, byte[]> files) {
        requireFree();
        Path staging = parent.resolve("." + absolute.getFileName() + "." + UUID.randomUUID());
        try {
            try {
                Files.createDirectories(parent);
                Files.createDirectory(staging);
                for (Map.Entry<String, byte[]> file : files.entrySet()) {
                    Files.write(staging.resolve(file.getKey()), file.getValue());
                }
                Folders.replace(staging, absolute);
            } finally {
                Folders.delete(staging);
            }
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private UnfitException unwritable(IOException e) {
        return new UnfitException("the results cannot be written to '" + target + "': " + Folders.reason(e), e);
    }

    private static boolean isEmptyFolder(Path path) {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.findAny().isEmpty();
        } catch (IOException e) {
            throw new UnfitException("'" + path + "' cannot be read: " + e.getMessage(), e);
        }
    }
}
