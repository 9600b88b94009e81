package starling.router.broker;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import starling.models.UnfitException;

/** {@code router user}: adds a user to a password file, gives it a new password, or removes it. */
@Command(
        name = "user",
        description =
                "Adds a user to a password file of the router's own broker, or changes its password, which is read"
                        + " from the first line of standard input.",
        mixinStandardHelpOptions = true)
public final class UserCommand implements Callable<Integer> {

    private static final int MAX_PASSWORD_BYTES = 1024;

    @Parameters(index = "0", paramLabel = "FILE", description = "The password file; made if there is none.")
    private Path file;

    @Parameters(
            index = "1",
            paramLabel = "NAME",
            description = "The user: worker-0, worker-1, ..., router, or a client.")
    private String user;

    @Option(names = "--remove", description = "Remove the user instead.")
    private boolean remove;

    @Override
    public Integer call() throws IOException {
        PasswordFile before = PasswordFile.readForChange(file);
        PasswordFile after = remove ? before.without(user) : before.with(user, password());
        after.write(file);
        return 0;
    }

    /** Where a person sits at a terminal the password is not shown. */
    @SuppressWarnings(
            "SystemConsoleNull") // on newer platforms a console without a terminal reads standard input as well
    private static byte[] password() throws IOException {
        Console console = System.console();
        if (console != null) {
            char[] typed = console.readPassword("Password: ");
            return typed == null ? new byte[0] : new String(typed).getBytes(StandardCharsets.UTF_8);
        }
        return firstLine(System.in);
    }

    static byte[] firstLine(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MAX_PASSWORD_BYTES + 2);
        int end = 0;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        if (end > 0 && bytes[end - 1] == '\r') {
            end--;
        }
        if (end > MAX_PASSWORD_BYTES) {
            throw new UnfitException(
                    "a password must have at most " + MAX_PASSWORD_BYTES + " bytes: this one has more");
        }
        return Arrays.copyOf(bytes, end);
    }
}
