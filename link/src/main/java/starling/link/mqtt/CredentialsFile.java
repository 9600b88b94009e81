package starling.link.mqtt;

import java.nio.file.Path;
import java.util.List;
import starling.link.Credentials;
import starling.link.LinkException;
import starling.link.LinkException.Reason;

/**
 * A file of two lines, {@code user=NAME} and {@code password=SECRET}, of mode 0600. Everything after the first {@code =} counts, blanks
 * included; blank lines and lines that begin with {@code #} are skipped.
 */
public final class CredentialsFile {

    private CredentialsFile() {}

    /**
     * Reads the file.
     *
     * @throws LinkException with reason UNFIT if others may open it, it is not readable, or it says anything else; the sentence never
     *     contains what it says
     */
    public static Credentials read(Path file) {
        List<String> lines = PrivateFile.readSecret("a credentials file", file)
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
        if (lines.size() != 2) {
            throw new LinkException(
                    Reason.UNFIT,
                    "a credentials file must have the two lines user= and password=: " + file + " has " + lines.size());
        }
        return new Credentials(value(lines.get(0), "user=", file), value(lines.get(1), "password=", file));
    }

    private static String value(String line, String key, Path file) {
        if (!line.startsWith(key) || line.length() == key.length()) {
            throw new LinkException(
                    Reason.UNFIT,
                    "a credentials file must have the two lines user= and password=: " + file + " has no " + key
                            + " where it belongs, or nothing after it");
        }
        return line.substring(key.length());
    }
}
