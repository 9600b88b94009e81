package starling.repurpose.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
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
import starling.repurpose.assign.AssignmentSolver;
import starling.repurpose.assign.Capacities;
import starling.repurpose.edges.EdgeObjective;
import starling.repurpose.edges.ErrorBound;
import starling.repurpose.evaluate.Evaluation;
import starling.repurpose.evaluate.Verification;
import starling.repurpose.finetune.FineTuning;
import starling.repurpose.latency.Devices;
import starling.repurpose.latency.Latency;
import starling.repurpose.partition.BundleNetwork;
import starling.repurpose.partition.LoadedNetwork;
import starling.repurpose.partition.Partitioner;
import starling.repurpose.partition.Request;
import starling.repurpose.report.Curves;
import starling.repurpose.report.Frontier;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitNetwork;
import starling.repurpose.values.Calibration;
import starling.repurpose.values.DropSearch;

/** {@code repurpose partition}. */
@Command(
        name = "partition",
        description = "Splits MODEL over P workers and writes a bundle of sub-models.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class)
public final class PartitionCommand implements Callable<Integer> {
    private static final int USUAL_EPOCHS = 5;
    private static final Duration FRONTIER_TIME = Duration.ofMinutes(10);

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL.onnx", description = "the trained model")
    private Path model;

    @Option(
            names = "--workers",
            required = true,
            paramLabel = "P",
            description = "number of workers, at most " + Plan.MAX_WORKERS)
    private int workers;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "folder of the bundle; must not exist")
    private Path out;

    @Option(names = "--force", description = "replace an existing bundle")
    private boolean force;

    @Option(
            names = "--inputs",
            paramLabel = "split|replicated|owners:FILE",
            description = "who has the input (default: split if a dense layer reads it, else replicated)")
    private @Nullable String inputs;

    @Option(names = "--capacity", paramLabel = "1,2,1", description = "each worker's share (default: equal)")
    private @Nullable String capacity;

    @Option(
            names = "--profile",
            paramLabel = "FILE[,FILE...]",
            description =
                    "what 'edge-agent bench' wrote on each worker's device, or one file for all: shares by measured"
                            + " speed instead of --capacity, and the predicted latency")
    private @Nullable String profile;

    @Option(
            names = "--solver",
            defaultValue = "transport",
            description = "${COMPLETION-CANDIDATES} (default: transport)")
    private AssignmentSolver.Kind solver;

    @Option(names = "--objective", defaultValue = "values", description = "${COMPLETION-CANDIDATES} (default: values)")
    private Request.Objective objective;

    @Option(names = "--eta1", defaultValue = "0", description = "threshold on every squared weight (default: 0)")
    private double eta1;

    @Option(names = "--eta2", description = "threshold added for what crosses between workers")
    private @Nullable Double eta2;

    @Option(
            names = "--epsilon",
            paramLabel = "x",
            description = "with --objective edges: the largest eta2 found whose squared error of the weights,"
                    + " ||W_hat - W||^2, is at most x in every layer; instead of --eta2")
    private @Nullable Double epsilon;

    @Option(
            names = "--sweeps",
            paramLabel = "n",
            description = "with --objective edges: most sweeps of joint assignment after the single pass through the"
                    + " layers; 0 leaves that pass as it is (default: " + EdgeObjective.USUAL_SWEEPS + ")")
    private @Nullable Integer sweeps;

    @Option(names = "--max-values", paramLabel = "n", description = "most numbers that may cross per inference")
    private @Nullable Integer maxValues;

    @Option(
            names = "--max-drop",
            paramLabel = "x",
            description = "the smallest plan whose accuracy falls at most x (0.01: one point) below the original's on"
                    + " calibration samples held back; needs --calibrate")
    private @Nullable Double maxDrop;

    @Option(names = "--calibrate", paramLabel = "DATA", description = "inputs to repair the kept weights on")
    private @Nullable String calibrate;

    @Option(names = "--finetune", paramLabel = "DATA", description = "labelled samples to go on learning from")
    private @Nullable String finetune;

    @Option(names = "--epochs", paramLabel = "n", description = "times that each of them is seen (default: 5)")
    private @Nullable Integer epochs;

    @Option(
            names = "--baseline",
            paramLabel = "naive|original-order|sparse|late-fusion",
            description = "write a rival instead of a plan of our own")
    private @Nullable String baseline;

    @Option(names = "--data", paramLabel = "DATA", description = "labelled inputs to judge the plan on")
    private @Nullable String data;

    @Option(
            names = "--frontier",
            description = "also a table of the plans to choose from: accuracy, values, bytes, rounds, with --profile"
                    + " latency; late fusion among them; needs --data")
    private boolean frontier;

    @Option(
            names = "--max-model-bytes",
            defaultValue = "1073741824",
            description = "largest model read (default: 1 GiB)")
    private long maxModelBytes;

    @Option(names = "--seed", defaultValue = "1", description = "seed of everything random (default: 1)")
    private long seed;

    @Option(names = "--json", description = "print one JSON object to stdout")
    private boolean json;

    @Override
    public Integer call() {
        Request.Baseline rival = baselineOf(baseline);
        requireOptions(rival);
        Capacities shares = capacities();
        Devices devices = devices();
        BundleWriter.requireFree(out, force);
        LoadedNetwork network = LoadedNetwork.load(model, maxModelBytes);
        Capacities capacities =
                devices == null ? shares : devices.capacities(SpaceAnalysis.of(network.probed(), Map.of()));
        Dataset calibration = DataOption.open(calibrate, Split.TRAIN, seed);
        FineTuning fineTuning = fineTuning();
        Request.Goal goal = null;
        int heldBack = 0;
        if (maxDrop != null && calibration != null) {
            Evaluation.requireSuitable(calibration, network.probed());
            List<Dataset> parts = HeldBack.of(calibration);
            Dataset held = parts.get(1);
            calibration = parts.get(0);
            heldBack = held.count();
            goal = new Request.Goal(maxDrop, plan -> Evaluation.accuracy(plan, held));
        }
        Dataset judged = DataOption.open(data, Split.TEST, seed);
        if (judged != null) {
            Evaluation.requireSuitable(judged, network.probed());
        }
        Partitioner partitioner = new Partitioner(new Request(
                network,
                inputs,
                capacities,
                devices,
                solver,
                objective,
                rival,
                new EdgeObjective.Thresholds(eta1, eta2),
                new Request.Edges(sweeps == null ? EdgeObjective.USUAL_SWEEPS : sweeps, epsilon),
                maxValues,
                goal,
                calibration,
                fineTuning,
                seed,
                out,
                force));
        Bundle bundle = partitioner.run();
        if (fineTuning != null) {
            Verification.of(bundle, seed);
        }
        DropSearch.Reached reached = partitioner.reached();
        Evaluation evaluation = judged == null ? null : Evaluation.of(bundle, judged);
        CommandLine line = spec.commandLine();
        PrintWriter err = line.getErr();
        Summary.text(err, bundle.plan(), evaluation);
        ErrorBound.Found bounded = partitioner.bounded();
        if (bounded != null) {
            err.println("  error bound           " + bounded.sentence());
        }
        if (reached != null) {
            Summary.text(err, reached, heldBack);
        }
        Frontier choice = frontier(bundle, judged, calibration, devices);
        if (choice != null) {
            Summary.text(err, choice);
        }
        err.println("wrote " + out);
        err.flush();
        if (json) {
            ObjectNode root = Summary.of(bundle.plan(), evaluation);
            if (frontier) {
                Summary.put(root, choice);
            }
            if (bounded != null) {
                Summary.put(root, bounded);
            }
            Latency latency = partitioner.latency();
            if (latency != null) {
                Summary.put(root, latency);
            }
            if (reached != null && maxDrop != null) {
                Summary.put(root, maxDrop, reached, heldBack);
            }
            Summary.json(line.getOut(), root);
        }
        return Program.SUCCESS;
    }

    /** Null if it is not wanted, or there is nothing to choose. */
    private @Nullable Frontier frontier(
            Bundle bundle, @Nullable Dataset judged, @Nullable Dataset calibration, @Nullable Devices devices) {
        SplitNetwork split = frontier && judged != null ? BundleNetwork.of(bundle) : null;
        if (split == null || judged == null || !Curves.apply(split)) {
            return null;
        }
        Calibration shown = calibration == null ? null : Calibration.of(calibration, Curves.MOST_CALIBRATION);
        return Frontier.of(Curves.overBudgets(split, judged, shown, seed, FRONTIER_TIME, devices));
    }

    /** Wrong values, and options that would change nothing. */
    private void requireOptions(Request.@Nullable Baseline rival) {
        if (workers < 1) {
            throw wrong("--workers must be at least 1: it is " + workers);
        }
        if (workers > Plan.MAX_WORKERS) {
            throw wrong("--workers must be at most " + Plan.MAX_WORKERS + ": it is " + workers);
        }
        if (!(eta1 >= 0)) {
            throw wrong("--eta1 must be at least 0: it is " + eta1);
        }
        if (eta2 != null && !(eta2 >= 0)) {
            throw wrong("--eta2 must be at least 0: it is " + eta2);
        }
        if (epsilon != null && !(epsilon >= 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw wrong("--epsilon must be a number of at least 0: it is " + epsilon);
        }
        if (sweeps != null && sweeps < 0) {
            throw wrong("--sweeps must be at least 0: it is " + sweeps);
        }
        if (maxValues != null && maxValues < 0) {
            throw wrong("--max-values must be at least 0: it is " + maxValues);
        }
        if (epochs != null && finetune == null) {
            throw wrong("--epochs needs --finetune DATA");
        }
        if (epochs != null && epochs < 1) {
            throw wrong("--epochs must be at least 1: it is " + epochs);
        }
        if (frontier && data == null) {
            throw wrong("--frontier needs labelled inputs to judge plans on: give them with --data");
        }
        if (profile != null && capacity != null) {
            throw wrong("--capacity does not go with --profile: measured speeds say what each worker gets");
        }
        if (maxDrop != null && !(maxDrop >= 0 && maxDrop <= 1)) {
            throw wrong("--max-drop must be a fraction between 0 and 1: it is " + maxDrop);
        }
        CommandLine.ParseResult parsed = spec.commandLine().getParseResult();
        Set<String> given =
                PlanKind.OPTIONS.stream().filter(parsed::hasMatchedOption).collect(Collectors.toSet());
        String objection = PlanKind.of(objective, rival).objection(given);
        if (objection != null) {
            throw wrong(objection);
        }
    }

    private @Nullable FineTuning fineTuning() {
        Dataset samples = DataOption.open(finetune, Split.TRAIN, seed);
        return samples == null ? null : new FineTuning(samples, epochs == null ? USUAL_EPOCHS : epochs, seed);
    }

    private Capacities capacities() {
        try {
            return capacity == null ? Capacities.equal(workers) : Capacities.parse(workers, capacity);
        } catch (UnfitException e) {
            throw new ParameterException(spec.commandLine(), "--capacity: " + e.getMessage(), e);
        }
    }

    private @Nullable Devices devices() {
        try {
            return profile == null ? null : Devices.read(profile, workers);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--profile: " + e.getMessage(), e);
        }
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    private Request.@Nullable Baseline baselineOf(@Nullable String word) {
        if (word == null) {
            return null;
        }
        for (Request.Baseline known : Request.Baseline.values()) {
            if (known.word().equals(word)) {
                return known;
            }
        }
        throw wrong("--baseline must be naive, original-order, sparse or late-fusion: it is '" + word + "'");
    }
}
