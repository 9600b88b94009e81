package starling.repurpose.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import starling.models.command.Program;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.plan.Bundle;
import starling.repurpose.evaluate.DeviationBound;
import starling.repurpose.evaluate.Evaluation;
import starling.repurpose.latency.Devices;
import starling.repurpose.report.Certificate;
import starling.repurpose.report.Curves;
import starling.repurpose.report.Findings;
import starling.repurpose.report.Page;
import starling.repurpose.report.ReportFile;

/** {@code repurpose report}. */
@Command(
        name = "report",
        description = {
            "Writes one self-contained HTML page about a bundle: pictures of the weights, who has which units, what"
                    + " crosses on which link, how much each worker computes.",
            "With --data also accuracy, how far answers are off beside the bound on it, and what other ways to prune"
                    + " would make of the same network."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class)
public final class ReportCommand implements Callable<Integer> {
    private static final String FILE = "report.html";

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "the bundle")
    private Path folder;

    @Option(names = "--data", paramLabel = "DATA", description = "labelled inputs to judge on")
    private @Nullable String data;

    @Option(names = "--out", paramLabel = "FILE", description = "the page; must not exist (default: DIR/" + FILE + ")")
    private @Nullable Path out;

    @Option(names = "--force", description = "replace an existing page")
    private boolean force;

    @Option(
            names = "--calibrate",
            paramLabel = "DATA",
            description =
                    "inputs for the values objective in the comparison (default: the training part of --data if the"
                            + " plan's own weights were re-fitted, else none)")
    private @Nullable String calibrate;

    @Option(
            names = "--sweep-seconds",
            paramLabel = "n",
            defaultValue = "180",
            description = "after which no further plan is made for the comparison; 0 leaves it out (default: 180)")
    private long sweepSeconds;

    @Option(
            names = "--frontier",
            description =
                    "a table of the plans to choose from: accuracy, values, bytes, rounds; late fusion among them")
    private boolean frontier;

    @Option(
            names = "--profile",
            paramLabel = "FILE[,FILE...]",
            description =
                    "what 'edge-agent bench' wrote on each worker's device, or one file for all: predicted latencies"
                            + " in --frontier")
    private @Nullable String profile;

    @Option(names = "--seed", defaultValue = "1", description = "seed of everything random (default: 1)")
    private long seed;

    @Option(names = "--json", description = "print one JSON object to stdout")
    private boolean json;

    @Override
    public Integer call() {
        if (sweepSeconds < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--sweep-seconds must be at least 0: it is " + sweepSeconds);
        }
        if (calibrate != null && data == null) {
            throw new ParameterException(
                    spec.commandLine(), "--calibrate belongs to the comparison, which needs --data");
        }
        if (frontier && (data == null || sweepSeconds == 0)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--frontier is made from the comparison, which needs --data and a --sweep-seconds above 0");
        }
        if (profile != null && !frontier) {
            throw new ParameterException(
                    spec.commandLine(), "--profile belongs to the latencies of --frontier, which is not there");
        }
        Path file = out == null ? folder.resolve(FILE) : out;
        Bundle bundle = Bundle.open(folder);
        ReportFile.requireFree(file, force);
        Dataset judged = DataOption.open(data, Split.TEST, seed);
        Dataset calibration = DataOption.open(calibrate, Split.TRAIN, seed);
        Findings findings = Findings.of(
                bundle,
                new Findings.Wishes(
                        judged,
                        calibration,
                        training(data),
                        seed,
                        Duration.ofSeconds(sweepSeconds),
                        frontier,
                        devices(bundle)));
        long bytes = ReportFile.write(file, force, Page.of(findings));
        PrintWriter err = spec.commandLine().getErr();
        Summary.text(err, bundle.plan(), findings.evaluation());
        err.println("wrote " + file);
        err.flush();
        if (json) {
            Summary.json(spec.commandLine().getOut(), json(findings, file, bytes));
        }
        return Program.SUCCESS;
    }

    private @Nullable Devices devices(Bundle bundle) {
        try {
            return profile == null ? null : Devices.read(profile, bundle.plan().workers());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--profile: " + e.getMessage(), e);
        }
    }

    /** The part of the data that is not judged on, or null if there is none. */
    private static @Nullable DataSpec training(@Nullable String data) {
        if (data == null) {
            return null;
        }
        DataSpec given = DataSpec.parse(data);
        Split split = given.split();
        return split == Split.TRAIN || split == Split.ALL ? null : given.part(Split.TRAIN, Curves.MOST_CALIBRATION);
    }

    private ObjectNode json(Findings findings, Path file, long bytes) {
        Evaluation evaluation = findings.evaluation();
        ObjectNode root = Summary.of(findings.bundle().plan(), evaluation);
        root.putObject("report").put("file", file.toString()).put("bytes", bytes);
        ArrayNode solvers = root.putArray("solvers");
        for (Certificate one : findings.certificates()) {
            solvers.addObject()
                    .put("space", one.space())
                    .put("units", one.units())
                    .put("plan", one.plan())
                    .put("transport", one.transport())
                    .put("munkres", one.munkres())
                    .put("equal", one.agree());
        }
        DeviationBound bound = findings.bound();
        if (bound == null || evaluation == null) {
            root.putNull("deviation");
        } else {
            root.putObject("deviation")
                    .put("measured", evaluation.maxDeviation())
                    .put("bound", bound.bound())
                    .put("layered", bound.layered());
        }
        if (frontier) {
            Summary.put(root, findings.frontier());
        }
        Curves.Sweep sweep = findings.sweep();
        if (sweep == null) {
            root.putNull("curves");
            return root;
        }
        ObjectNode curves = root.putObject("curves");
        for (Curves.Curve curve : sweep.curves()) {
            ArrayNode points = curves.putArray(curve.variant());
            for (Curves.Point point : curve.points()) {
                points.addObject()
                        .put("eta2", point.eta2())
                        .put("budget", point.budget())
                        .put("values", point.values())
                        .put("keptEdges", point.keptEdges())
                        .put("accuracy", point.accuracy());
            }
        }
        return root;
    }
}
