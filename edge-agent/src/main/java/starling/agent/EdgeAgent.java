package starling.agent;

import java.util.List;
import picocli.CommandLine.Command;
import starling.agent.bench.BenchCommand;
import starling.agent.compute.ComputeCommand;
import starling.agent.learn.LearnCommand;
import starling.agent.run.RunCommand;
import starling.link.LinkException;
import starling.models.command.Program;

/** Runs one worker's part of a split model. */
@Command(
        name = "edge-agent",
        description =
                "Runs one worker's part of a split model, learns in field trials, multiplies for others, and measures what"
                        + " a device can do.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class,
        subcommands = {RunCommand.class, LearnCommand.class, ComputeCommand.class, BenchCommand.class})
public final class EdgeAgent {
    private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";

    private EdgeAgent() {}

    public static void main(String[] arguments) {
        if (System.getProperty(LOG_FORMAT) == null) {
            System.setProperty(LOG_FORMAT, "%1$tF %1$tT %4$s %5$s%6$s%n");
        }
        System.exit(run(arguments));
    }

    /** Runs a command line in this process; returns the exit code. */
    public static int run(String... arguments) {
        return Program.run(new EdgeAgent(), List.of(LinkException.class), arguments);
    }
}
