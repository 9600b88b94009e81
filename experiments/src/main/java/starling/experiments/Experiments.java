package starling.experiments;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import starling.experiments.train.TrainCommand;
import starling.models.command.Program;

/** Benchmarks, and one command per table or figure of the papers. */
@Command(
        name = "experiments",
        description = "Benchmarks, and one command per table or figure of the papers.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class)
public final class Experiments {
    private Experiments() {}

    /** Runs the program with every experiment there is and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.setProperty("java.awt.headless", "true"); // figures are files, no display is asked
        System.exit(run(Catalogue.complete(), arguments));
    }

    static int run(Catalogue catalogue, String... arguments) {
        CommandSpec program = CommandSpec.forAnnotatedObject(new Experiments());
        program.addSubcommand("list", new CommandLine(new ListCommand(catalogue)));
        program.addSubcommand("run", new CommandLine(new RunCommand(catalogue)));
        program.addSubcommand("train", new CommandLine(new TrainCommand()));
        return Program.run(program, List.of(), arguments);
    }
}
