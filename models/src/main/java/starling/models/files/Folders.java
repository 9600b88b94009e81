package starling.models.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Folders that appear whole or not at all, and are removed with all that is in them. Links are never followed. */
public final class Folders {
    private Folders() {}

    /**
     * Finds out, before long work is begun, whether something new can be put at a place: an empty hidden folder is made, and
     * removed at once, in the nearest folder above it that exists. Permissions alone do not tell: a file system may be read-only
     * or none that files can be made in.
     *
     * @throws IOException if it cannot; {@link #reason} says why
     */
    public static void requireWritable(Path target) throws IOException {
        Path folder = target.toAbsolutePath().normalize().getParent();
        while (folder != null && !Files.exists(folder)) {
            folder = folder.getParent();
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw new NotDirectoryException(String.valueOf(folder));
        }
        try {
            Files.delete(Files.createTempDirectory(folder, ".starling"));
        } catch (AccessDeniedException | NoSuchFileException e) {
            AccessDeniedException denied = new AccessDeniedException(folder.toString());
            denied.initCause(e);
            throw denied;
        }
    }

    /**
     * Puts a folder in another's place, or where there is none. The old one is moved aside first and removed last; where the new
     * one cannot be moved, the old one is put back.
     *
     * @param staged beside the target, on the same file system
     */
    public static void replace(Path staged, Path target) throws IOException {
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        Path old = staged.resolveSibling(staged.getFileName() + ".old");
        Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
        try {
            Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
            throw e;
        }
        delete(old);
    }

    /** Removes a folder, a file or a link; nothing if there is none. */
    public static void delete(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.delete(dir);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Why it failed, in words: a file system's exception may have nothing but a path for its message. */
    public static String reason(IOException e) {
        if (e instanceof FileAlreadyExistsException taken) {
            return "'" + taken.getFile() + "' is not a folder";
        }
        if (e instanceof NotDirectoryException file) {
            return "'" + file.getFile() + "' is not a folder";
        }
        if (e instanceof AccessDeniedException denied) {
            return "no permission to write '" + denied.getFile() + "'";
        }
        return e instanceof NoSuchFileException missing
                ? "there is no '" + missing.getFile() + "'"
                : String.valueOf(e.getMessage());
    }
}
