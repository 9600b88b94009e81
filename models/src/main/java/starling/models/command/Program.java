package starling.models.command;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import starling.models.UnfitException;

/**
 * Runs a picocli command with the exit codes of the contract: 0 success, 1 unfit input or a failed run, 2 wrong options.
 *
 * <p>An exception of a {@linkplain #run plain} class prints its message alone; any other prints its class too, since it is
 * a fault of ours, and with {@code -Dstarling.debug=true} its stack trace. Where memory does not suffice, a sentence says how
 * large the heap is and how to give more.
 */
public final class Program {
    /** Success. */
    public static final int SUCCESS = 0;
    /** Unfit or malformed input, or a failed run. */
    public static final int FAILED = 1;
    /** Wrong options. */
    public static final int WRONG_OPTIONS = 2;

    private Program() {}

    /**
     * Parses and executes.
     *
     * @param command an object with picocli annotations
     * @param plain exception classes, besides {@link UnfitException}, whose message is a sentence for the user
     * @param arguments the command line
     * @return the exit code
     */
    public static int run(Object command, List<Class<? extends Exception>> plain, String... arguments) {
        CommandLine line = new CommandLine(command);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((thrown, at, parsed) -> {
            PrintWriter err = at.getErr();
            String name = at.getCommandSpec().qualifiedName();
            if (thrown instanceof UnfitException || plain.stream().anyMatch(type -> type.isInstance(thrown))) {
                err.println(name + ": " + thrown.getMessage());
            } else {
                err.println(name + ": unexpected " + thrown);
            }
            if (Boolean.getBoolean("starling.debug")) {
                thrown.printStackTrace(err);
            }
            err.flush();
            return FAILED;
        });
        line.setParameterExceptionHandler((thrown, args) -> {
            CommandLine at = thrown.getCommandLine();
            PrintWriter err = at.getErr();
            err.println(at.getCommandSpec().qualifiedName() + ": " + thrown.getMessage());
            err.println("Try '" + at.getCommandSpec().qualifiedName() + " --help'.");
            err.flush();
            return WRONG_OPTIONS;
        });
        try {
            return line.execute(arguments);
        } catch (OutOfMemoryError e) {
            line.getErr().println(outOfMemory(line.getCommandName(), e));
            line.getErr().flush();
            return FAILED;
        }
    }

    /**
     * Requires something of an option's value.
     *
     * @param rule what must be
     * @throws ParameterException if it does not hold: the rule, and the value
     */
    public static void require(CommandLine line, boolean holds, String rule, long value) {
        if (!holds) {
            throw new ParameterException(line, rule + ": it is " + value);
        }
    }

    private static String outOfMemory(String name, OutOfMemoryError e) {
        return name + ": memory must suffice for the work: the heap of "
                + (Runtime.getRuntime().maxMemory() >> 20) + " MiB was too small (" + e.getMessage()
                + "); give more with java -Xmx";
    }

    /** The version from the jar's manifest, for {@code --version}. */
    public static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"starling " + text()};
        }

        /** The version alone, {@code development} when not run from a packaged jar. */
        public static String text() {
            String version = Program.class.getPackage().getImplementationVersion();
            return version == null ? "development" : version;
        }
    }
}
