package starling.repurpose.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import starling.models.command.Program;
import starling.models.plan.Bundle;
import starling.repurpose.evaluate.Verification;

/** {@code repurpose verify}. */
@Command(
        name = "verify",
        description = "Checks a bundle: hashes, schema, and the sub-models against reference.onnx.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class)
public final class VerifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "the bundle")
    private Path folder;

    @Option(names = "--seed", defaultValue = "1", description = "seed of the random inputs (default: 1)")
    private long seed;

    @Option(names = "--json", description = "print one JSON object to stdout")
    private boolean json;

    @Override
    public Integer call() {
        Verification found = Verification.of(Bundle.open(folder), seed);
        PrintWriter err = spec.commandLine().getErr();
        err.printf(
                "%s is whole: %d files have their hashes, and the sub-models equal %s on %d random inputs to %.1e%n",
                folder, found.files(), Bundle.REFERENCE, found.samples(), found.maxRelDiff());
        err.flush();
        if (json) {
            Summary.json(
                    spec.commandLine().getOut(),
                    Summary.object()
                            .put("files", found.files())
                            .put("samples", found.samples())
                            .put("maxRelDiff", found.maxRelDiff()));
        }
        return Program.SUCCESS;
    }
}
