package starling.router.broker;

import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import starling.models.UnfitException;

/** {@code router user}: adds users to a password file, gives them new passwords, or removes them. */
@Command(
        name = "user",
        description =
                "Adds users to a password file of the router's own broker, or changes their passwords, which are read"
                        + " from standard input, one line each.",
        mixinStandardHelpOptions = true)
public final class UserCommand implements Callable<Integer> {

    private static final int MAX_PASSWORD_BYTES = 1024;

    @Parameters(index = "0", paramLabel = "FILE", description = "The password file; made if there is none.")
    private Path file;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "NAME",
            description = "The users: worker-0, worker-1, ..., or a client.")
    private List<String> users;

    @Option(names = "--remove", description = "Remove the users instead.")
    private boolean remove;

    @Override
    public Integer call() throws IOException {
        PasswordFile changed = PasswordFile.readForChange(file);
        for (String user : users) {
            changed = remove ? changed.without(user) : changed.with(user, password(user));
        }
        changed.write(file);
        return 0;
    }

    /** Where a person sits at a terminal the password is not shown. */
    @SuppressWarnings(
            "SystemConsoleNull") // on newer platforms a console without a terminal reads standard input as well
    private static byte[] password(String user) throws IOException {
        Console console = System.console();
        if (console != null) {
            char[] typed = console.readPassword("Password of %s: ", user);
            return typed == null ? new byte[0] : new String(typed).getBytes(StandardCharsets.UTF_8);
        }
        return firstLine(System.in);
    }

    /** Reads no further than the line's end, so that the next line is the next user's. */
    static byte[] firstLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
            if (line.size() > MAX_PASSWORD_BYTES) {
                throw new UnfitException(
                        "a password must have at most " + MAX_PASSWORD_BYTES + " bytes: this one has more");
            }
            line.write(octet);
        }
        byte[] bytes = line.toByteArray();
        int end = bytes.length > 0 && bytes[bytes.length - 1] == '\r' ? bytes.length - 1 : bytes.length;
        if (end > MAX_PASSWORD_BYTES) {
            throw new UnfitException(
                    "a password must have at most " + MAX_PASSWORD_BYTES + " bytes: this one has more");
        }
        return Arrays.copyOf(bytes, end);
    }
}
