package starling.router.broker;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import starling.link.topic.Name;
import starling.models.UnfitException;

/**
 * Users and salted password hashes in a text file that only its owner may read. One line per user,
 *
 * <pre>
 * worker-0:pbkdf2-sha256:120000:{salt, base64}:{hash, base64}
 * </pre>
 *
 * <p>lines that are empty or begin with {@code #} are passed over. Immutable; {@link #with} and {@link #without} give changed
 * copies, {@link #write} replaces a file in one step.
 *
 * <p>Cost: a check takes one PBKDF2 derivation, tens to hundreds of milliseconds of one core, whether the user exists or not.
 */
public final class PasswordFile implements Passwords {

    private static final long MAX_BYTES = 1L << 20;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final Map<String, PasswordHash> users;
    private final PasswordHash decoy;

    private PasswordFile(Map<String, PasswordHash> users) {
        this.users = users;
        this.decoy = PasswordHash.decoy(new SecureRandom());
    }

    /**
     * Reads a file.
     *
     * @throws UnfitException if it is missing, unreadable, open to other users, malformed, or has no user
     */
    public static PasswordFile read(Path file) {
        PasswordFile read = parse(file);
        if (read.users.isEmpty()) {
            throw new UnfitException("the password file " + file + " must name at least one user: it names none");
        }
        return read;
    }

    /**
     * Reads a file in order to change it: it may be missing or without users.
     *
     * @throws UnfitException if it is unreadable, open to other users, or malformed
     */
    public static PasswordFile readForChange(Path file) {
        return Files.exists(file) ? parse(file) : new PasswordFile(new TreeMap<>());
    }

    private static PasswordFile parse(Path file) {
        requireOwnerOnly("the password file", file);
        Map<String, PasswordHash> users = new TreeMap<>();
        int number = 0;
        for (String line : lines(file)) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String where = "line " + number + " of the password file " + file;
            int colon = line.indexOf(':');
            if (colon < 0) {
                throw new UnfitException(where + " must be user:hash: it has no colon");
            }
            String user = line.substring(0, colon);
            try {
                Name.require("a user name", user);
                if (users.put(user, PasswordHash.parse(line.substring(colon + 1))) != null) {
                    throw new UnfitException(where + " names " + user + " again");
                }
            } catch (IllegalArgumentException e) {
                throw new UnfitException(where + " is malformed: " + e.getMessage(), e);
            }
        }
        return new PasswordFile(users);
    }

    private static Iterable<String> lines(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new UnfitException("the password file " + file + " must have at most " + MAX_BYTES
                        + " bytes: it has " + Files.size(file));
            }
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (MalformedInputException e) {
            throw new UnfitException("the password file " + file + " must be UTF-8 text: it is not", e);
        } catch (IOException e) {
            throw new UnfitException("cannot read the password file " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Refuses a file that others than its owner may read or write, where the file system knows of owners.
     *
     * @throws UnfitException if it is missing or open to others
     */
    static void requireOwnerOnly(String what, Path file) {
        try {
            Set<PosixFilePermission> given = Files.getPosixFilePermissions(file);
            if (!OWNER_ONLY.containsAll(given)) {
                throw new UnfitException(what + " " + file + " must be open to its owner only (rw-------): it is "
                        + PosixFilePermissions.toString(given));
            }
        } catch (NoSuchFileException e) {
            throw new UnfitException(what + " " + file + " does not exist", e);
        } catch (UnsupportedOperationException e) {
            return; // a file system without owners has nothing to check
        } catch (IOException e) {
            throw new UnfitException("cannot read " + what + " " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * This file and one user more, or with another password.
     *
     * @throws UnfitException if the name breaks the rule of {@link Name} or the password is empty
     */
    public PasswordFile with(String user, byte[] password) {
        if (password.length == 0) {
            throw new UnfitException("a password must not be empty: that of " + user + " is");
        }
        try {
            Name.require("a user name", user);
        } catch (IllegalArgumentException e) {
            throw new UnfitException(String.valueOf(e.getMessage()), e);
        }
        Map<String, PasswordHash> more = new TreeMap<>(users);
        more.put(user, PasswordHash.of(password, new SecureRandom()));
        return new PasswordFile(more);
    }

    /**
     * This file without a user.
     *
     * @throws UnfitException if it does not name the user
     */
    public PasswordFile without(String user) {
        Map<String, PasswordHash> fewer = new TreeMap<>(users);
        if (fewer.remove(user) == null) {
            throw new UnfitException("the password file does not name " + user);
        }
        return new PasswordFile(fewer);
    }

    /** The names of the users, sorted. */
    public Set<String> users() {
        return Set.copyOf(users.keySet());
    }

    /**
     * Writes the file with mode 0600, replacing an older one in one step.
     *
     * @throws UnfitException if that fails
     */
    public void write(Path file) {
        StringBuilder text = new StringBuilder();
        users.forEach((user, hash) -> text.append(user).append(':').append(hash).append('\n'));
        try {
            Path folder = file.toAbsolutePath().getParent();
            Path fresh = Files.createTempFile(folder, ".passwords", ".new"); // created with mode 0600
            try {
                Files.writeString(fresh, text);
                if (Files.getFileStore(fresh).supportsFileAttributeView("posix")) {
                    Files.setPosixFilePermissions(fresh, OWNER_ONLY);
                }
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw new UnfitException("cannot write the password file " + file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public boolean admit(String user, byte[] password) {
        PasswordHash hash = users.get(user);
        return (hash == null ? decoy : hash).matches(password) && hash != null;
    }

    @Override
    public boolean knows(String user) {
        return users.containsKey(user);
    }
}
