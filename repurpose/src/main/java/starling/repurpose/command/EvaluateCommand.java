package starling.repurpose.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import starling.models.command.Program;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.plan.Bundle;
import starling.repurpose.evaluate.Evaluation;

/** {@code repurpose evaluate}. */
@Command(
        name = "evaluate",
        description = "Runs a bundle's plan in one process and says what it costs and how well it answers.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class)
public final class EvaluateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "the bundle")
    private Path folder;

    @Option(names = "--data", paramLabel = "DATA", description = "labelled inputs")
    private @Nullable String data;

    @Option(names = "--seed", defaultValue = "1", description = "seed of everything random (default: 1)")
    private long seed;

    @Option(names = "--json", description = "print one JSON object to stdout")
    private boolean json;

    @Override
    public Integer call() {
        Bundle bundle = Bundle.open(folder);
        Dataset judged = DataOption.open(data, Split.TEST, seed);
        Evaluation evaluation = judged == null ? null : Evaluation.of(bundle, judged);
        Summary.text(spec.commandLine().getErr(), bundle.plan(), evaluation);
        if (json) {
            Summary.json(spec.commandLine().getOut(), Summary.of(bundle.plan(), evaluation));
        }
        return Program.SUCCESS;
    }
}
