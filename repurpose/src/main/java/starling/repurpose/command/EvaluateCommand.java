package starling.repurpose.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import starling.models.UnfitException;
import starling.models.command.Program;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.plan.Bundle;
import starling.models.plan.BundleWriter;
import starling.models.plan.Plan;
import starling.repurpose.evaluate.Evaluation;
import starling.repurpose.evaluate.MissingWorkers;

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

    @Option(
            names = "--missing",
            paramLabel = "k",
            description = {
                "accuracy while any k workers are away, at least 1 and fewer than all, by policy: fail (no answer), zero"
                        + " (zeros stand for what does not come) or last (what was sent for the first sample does)",
                "It is stored in plan.json: agents and router need that plan anew."
            })
    private @Nullable Integer missing;

    @Option(names = "--seed", defaultValue = "1", description = "seed of everything random (default: 1)")
    private long seed;

    @Option(names = "--json", description = "print one JSON object to stdout")
    private boolean json;

    @Override
    public Integer call() {
        if (missing != null && data == null) {
            throw new ParameterException(
                    spec.commandLine(), "--missing needs labelled inputs to judge on: give them with --data");
        }
        Bundle bundle = Bundle.open(folder);
        if (missing != null) {
            requireMissing(bundle, missing);
        }
        Dataset judged = DataOption.open(data, Split.TEST, seed);
        Evaluation evaluation = judged == null ? null : Evaluation.of(bundle, judged);
        Plan.Missing measured =
                missing == null || judged == null ? null : MissingWorkers.of(bundle, judged, missing, seed);
        PrintWriter err = spec.commandLine().getErr();
        Summary.text(err, bundle.plan(), evaluation);
        if (missing != null && measured != null) {
            Plan plan = bundle.plan();
            Plan.Account account = plan.account().with(missing, measured);
            boolean stored = BundleWriter.replacePlan(bundle, plan.with(account)) != bundle;
            Summary.text(err, missing, measured, stored);
        }
        if (json) {
            ObjectNode root = Summary.of(bundle.plan(), evaluation);
            if (missing != null && measured != null) {
                Summary.put(root, missing, measured);
            }
            Summary.json(spec.commandLine().getOut(), root);
        }
        return Program.SUCCESS;
    }

    private void requireMissing(Bundle bundle, int k) {
        try {
            MissingWorkers.require(bundle.plan(), k);
        } catch (UnfitException e) {
            throw new ParameterException(spec.commandLine(), "--missing: " + e.getMessage(), e);
        }
    }
}
