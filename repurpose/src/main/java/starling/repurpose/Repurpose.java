package starling.repurpose;

import java.util.List;
import picocli.CommandLine.Command;
import starling.models.command.Program;
import starling.repurpose.command.EvaluateCommand;
import starling.repurpose.command.InspectCommand;
import starling.repurpose.command.PartitionCommand;
import starling.repurpose.command.ReportCommand;
import starling.repurpose.command.VerifyCommand;

/** Splits a trained ONNX model over P workers and writes one bundle of sub-models. */
@Command(
        name = "repurpose",
        description = "Splits a trained ONNX model over P workers and writes one bundle of sub-models.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class,
        subcommands = {
            InspectCommand.class,
            PartitionCommand.class,
            EvaluateCommand.class,
            ReportCommand.class,
            VerifyCommand.class
        })
public final class Repurpose {
    private Repurpose() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs one command line and returns its exit code. */
    public static int run(String... arguments) {
        return Program.run(new Repurpose(), List.of(), arguments);
    }
}
