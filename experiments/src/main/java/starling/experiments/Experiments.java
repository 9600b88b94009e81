package starling.experiments;

import java.util.List;
import picocli.CommandLine.Command;
import starling.models.command.Program;

/** Benchmarks, and one command per table or figure of the papers. */
@Command(
        name = "experiments",
        description = "Benchmarks, and one command per table or figure of the papers.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class,
        subcommands = {})
public final class Experiments {
    private Experiments() {}

    public static void main(String[] arguments) {
        System.exit(Program.run(new Experiments(), List.of(), arguments));
    }
}
