package starling.link.mqtt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import starling.link.LinkException;
import starling.link.LinkException.Reason;

/** Reads files that hold secrets: small, and for their owner's eyes only. */
final class PrivateFile {

    private static final int MAX_BYTES = 1 << 20;
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    private PrivateFile() {}

    /** Reads a file that only its owner may open; where files have no such modes it is read as it is. */
    static String readSecret(String what, Path file) {
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
            if (OTHERS.stream().anyMatch(mode::contains)) {
                throw new LinkException(
                        Reason.UNFIT,
                        what + " must be for its owner only (mode 0600): " + file + " has "
                                + PosixFilePermissions.toString(mode));
            }
        } catch (UnsupportedOperationException e) {
            return read(what, file);
        } catch (IOException e) {
            throw unreadable(what, file, e);
        }
        return read(what, file);
    }

    /** Reads a file of at most 1 MiB. */
    static String read(String what, Path file) {
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw new LinkException(
                        Reason.UNFIT, what + " must have at most " + MAX_BYTES + " bytes: " + file + " has " + size);
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw unreadable(what, file, e);
        }
    }

    private static LinkException unreadable(String what, Path file, IOException e) {
        return new LinkException(
                Reason.UNFIT,
                what + " must be readable: " + file + " is not (" + e.getClass().getSimpleName() + ")",
                e);
    }
}
