package starling.models.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import starling.models.UnfitException;

/**
 * One file of a data set, opened with suspicion: it must be a regular file, and {@link #take} refuses to make room for more
 * bytes than the file can possibly hold. Not thread-safe.
 */
final class DataFile implements AutoCloseable {
    /** The longest array every virtual machine can allocate. */
    static final int MAX_LENGTH = Integer.MAX_VALUE - 8;
    /** Deflate cannot shrink data more than this (258 bytes in 2 bits). */
    private static final long MOST_INFLATION = 1032;

    private final String name;
    private final InputStream in;
    private final long mostBytes;
    private long taken;

    /** Use of a stream of known length, closed with this. */
    DataFile(String name, InputStream in, long length, boolean gzip) {
        this.name = name;
        this.mostBytes = gzip ? Math.multiplyExact(length, MOST_INFLATION) : length;
        try {
            this.in = gzip ? new GZIPInputStream(in, 1 << 16) : new BufferedInputStream(in, 1 << 16);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Opens a file; one whose name ends in {@code .gz} is inflated on the way. */
    static DataFile open(Path file) {
        long length = length(file);
        try {
            InputStream in = Files.newInputStream(file);
            try {
                return new DataFile(file.toString(), in, length, file.toString().endsWith(".gz"));
            } catch (UnfitException e) {
                in.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UnfitException("data files must be readable: " + file + " is not (" + e + ")", e);
        }
    }

    /** The length of a regular file. */
    static long length(Path file) {
        if (!Files.exists(file)) {
            throw new UnfitException("data files must exist: there is no " + file);
        }
        if (!Files.isRegularFile(file)) {
            throw new UnfitException("data must come from a regular file: " + file + " is none");
        }
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UnfitException("data files must be readable: " + file + " is not (" + e + ")", e);
        }
    }

    /** Refuses anything but a folder. */
    static void requireFolder(Path folder, String kind) {
        if (!Files.isDirectory(folder)) {
            throw new UnfitException("the location of " + kind + " data must be a folder: " + folder
                    + (Files.exists(folder) ? " is none" : " does not exist"));
        }
    }

    String name() {
        return name;
    }

    /** The next {@code count} bytes. */
    byte[] take(long count, String what) {
        if (count > mostBytes - taken || count > MAX_LENGTH) {
            throw new UnfitException(name + " must hold the " + count + " bytes of " + what
                    + " that it claims: it has at most " + Math.min(MAX_LENGTH, Math.max(0, mostBytes - taken)));
        }
        byte[] bytes;
        try {
            bytes = in.readNBytes((int) count); // grows as bytes arrive
        } catch (IOException e) {
            throw unreadable(e);
        }
        taken += bytes.length;
        if (bytes.length < count) {
            throw new UnfitException(
                    name + " must hold " + count + " bytes of " + what + ": it ends after " + bytes.length);
        }
        return bytes;
    }

    /** Refuses bytes that nothing speaks of. */
    void requireEnd() {
        try {
            if (in.read() >= 0) {
                throw new UnfitException(
                        name + " must end after the " + taken + " bytes that it speaks of: there are more");
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private UnfitException unreadable(IOException e) {
        if (e instanceof ZipException || e instanceof EOFException) {
            return new UnfitException(name + " must be a whole gzip file: " + e, e);
        }
        return new UnfitException("data files must be readable: " + name + " is not (" + e + ")", e);
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }
}
