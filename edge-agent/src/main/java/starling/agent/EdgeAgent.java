package starling.agent;

import java.util.List;
import picocli.CommandLine.Command;
import starling.models.command.Program;

/** Runs one worker's part of a split model. */
@Command(
        name = "edge-agent",
        description = "Runs one worker's part of a split model.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class,
        subcommands = {})
public final class EdgeAgent {
    private EdgeAgent() {}

    public static void main(String[] arguments) {
        System.exit(Program.run(new EdgeAgent(), List.of(), arguments));
    }
}
