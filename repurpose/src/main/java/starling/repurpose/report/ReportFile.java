package starling.repurpose.report;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import starling.models.UnfitException;

/** Writes a page so that it appears whole or not at all: to a hidden file beside it, forced to disk, then renamed. */
public final class ReportFile {
    private ReportFile() {}

    /**
     * Refuses a target that cannot or must not be written, before long work is begun.
     *
     * @throws UnfitException when it exists and {@code force} is not given, is no plain file, or its folder does not exist or may
     *     not be written to
     */
    public static void requireFree(Path target, boolean force) {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            if (!Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new UnfitException("a report replaces plain files only: '" + target + "' is something else");
            }
            if (!force) {
                throw new UnfitException(
                        "'" + target + "' exists: name a new file with --out, or give --force to replace it");
            }
        }
        Path folder = folder(target);
        if (!Files.isDirectory(folder)) {
            throw new UnfitException("a report must go into an existing folder: '" + folder + "' is none");
        }
        if (!Files.isWritable(folder)) {
            throw new UnfitException("the report cannot be written to '" + target + "': '" + folder + "' is read-only");
        }
    }

    private static Path folder(Path target) {
        Path parent = target.toAbsolutePath().normalize().getParent();
        if (parent == null) {
            throw new UnfitException("a report must be a file: '" + target + "' is none");
        }
        return parent;
    }

    /**
     * Writes the page.
     *
     * @return its length in bytes
     * @throws UnfitException as {@link #requireFree}, and when writing fails
     */
    public static long write(Path target, boolean force, String page) {
        requireFree(target, force);
        byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
        Path staging = folder(target).resolve("." + target.getFileName() + "." + UUID.randomUUID());
        try {
            try {
                Files.write(staging, bytes, StandardOpenOption.CREATE_NEW);
                try (FileChannel channel = FileChannel.open(staging, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
                if (force) {
                    Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                } else {
                    Files.move(staging, target);
                }
            } finally {
                Files.deleteIfExists(staging);
            }
        } catch (IOException e) {
            throw new UnfitException("the report cannot be written to '" + target + "': " + e, e);
        }
        return bytes.length;
    }
}
