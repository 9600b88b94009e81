package starling.repurpose.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;
import starling.models.command.Program;
import starling.models.command.Progress;
import starling.models.data.Dataset;
import starling.models.plan.Bundle;
import starling.models.plan.BundleWriter;
import starling.models.run.ProbedModel;
import starling.repurpose.assign.AssignmentSolver;
import starling.repurpose.assign.Capacities;
import starling.repurpose.edges.EdgeObjective;
import starling.repurpose.edges.ErrorBound;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.extract.BundleAssembler;
import starling.repurpose.finetune.FineTuning;
import starling.repurpose.latency.Devices;
import starling.repurpose.latency.Latency;
import starling.repurpose.space.InputRule;
import starling.repurpose.space.Operation;
import starling.repurpose.space.Ownership;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;
import starling.repurpose.values.Calibration;
import starling.repurpose.values.DropSearch;
import starling.repurpose.values.PlainOrder;
import starling.repurpose.values.ValuesObjective;

/** Splits a model as asked and writes the bundle. */
public final class Partitioner {
    /** More samples than these change no figure and cost memory. */
    public static final int MOST_CALIBRATION_SAMPLES = 4000;

    private final Request request;
    private DropSearch.@Nullable Reached reached;
    private ErrorBound.@Nullable Found bounded;
    private @Nullable Latency latency;

    public Partitioner(Request request) {
        this.request = request;
    }

    /**
     * Plans and writes.
     *
     * @throws UnfitException when the model cannot be split as asked; then nothing is written
     */
    public Bundle run() {
        BundleWriter.requireFree(request.out(), request.force());
        FineTuning fineTuning = request.fineTuning();
        if (fineTuning != null) {
            requireFits(fineTuning.data());
        }
        Map<String, InputRule> rules = request.inputs() == null
                ? Map.of()
                : InputChoice.parse(request.inputs(), request.network().probed().inputs());
        SplitGraph plain = SpaceAnalysis.of(request.network().probed(), rules);
        SplitGraph graph = request.baseline() == Request.Baseline.NAIVE
                ? SpaceAnalysis.naive(request.network().probed(), rules)
                : plain;
        Capacities capacities = request.capacities();
        int[] inputs = Ownership.ofInputs(graph, rules, capacities);
        long started = System.nanoTime();
        SplitNetwork planned = plan(graph, inputs);
        double seconds = (System.nanoTime() - started) / 1e9;
        SplitNetwork network = fineTuning == null ? planned : fineTuning.best(candidates(planned, graph, inputs));
        boolean activationsOnly = request.baseline() == Request.Baseline.ORIGINAL_ORDER;
        Schedule schedule = Schedule.of(network, activationsOnly ? Schedule.Kinds.ACTIVATIONS : Schedule.Kinds.BOTH);
        Devices devices = request.devices();
        latency = devices == null ? null : devices.predict(network, schedule);
        BundleAssembler.Content content = new BundleAssembler(
                        network,
                        schedule,
                        new BundleAssembler.Statement(
                                "starling " + Program.Version.text(),
                                request.network().name(),
                                request.network().sha256(),
                                request.network().original(),
                                request.objective().word(),
                                request.baseline() == null
                                        ? null
                                        : request.baseline().word(),
                                rules,
                                baselineValues(plain, Ownership.ofInputs(plain, rules, capacities)),
                                seconds,
                                warnings(graph, network)))
                .assemble();
        return BundleWriter.write(request.out(), request.force(), content.files(), content.plan());
    }

    /** What {@link #run} reached of the {@linkplain Request.Goal goal}; null without one. */
    public DropSearch.@Nullable Reached reached() {
        return reached;
    }

    /** The eta2 that {@link #run} found for a bound on the error of the weights; null without one. */
    public ErrorBound.@Nullable Found bounded() {
        return bounded;
    }

    /** What {@link #run} predicts with the devices asked for; null without them. */
    public @Nullable Latency latency() {
        return latency;
    }

    /** Late fusion first where the budget allows it: it is one of the plans, with the fewest rounds. */
    private List<SplitNetwork> candidates(SplitNetwork planned, SplitGraph graph, int[] inputs) {
        Integer most = request.maxValues();
        if (most == null || request.baseline() != null || request.objective() != Request.Objective.VALUES) {
            return List.of(planned);
        }
        SplitNetwork fused = byValues(objective -> objective.lateFusion().network(), graph, inputs);
        return Schedule.of(fused, Schedule.Kinds.BOTH).values() <= most ? List.of(fused, planned) : List.of(planned);
    }

    private SplitNetwork plan(SplitGraph graph, int[] inputs) {
        Capacities capacities = request.capacities();
        Request.Baseline baseline = request.baseline();
        if (baseline == null) {
            return request.objective() == Request.Objective.EDGES
                    ? byEdges(graph, inputs)
                    : byValues(this::ours, graph, inputs);
        }
        int[] inOrder = Ownership.inOriginalOrder(graph, capacities, inputs);
        Integer most = request.maxValues();
        return switch (baseline) {
            case NAIVE, ORIGINAL_ORDER -> SplitNetwork.original(graph, capacities.workers(), inOrder);
            case SPARSE ->
                most == null
                        ? EdgeObjective.dropped(graph, capacities.workers(), inOrder, request.thresholds())
                        : PlainOrder.sparse(new ValuesObjective.Task(graph, capacities, inputs, null), most)
                                .network();
            case LATE_FUSION -> byValues(objective -> objective.lateFusion().network(), graph, inputs);
        };
    }

    private SplitNetwork byEdges(SplitGraph graph, int[] inputs) {
        Request.Edges edges = request.edges();
        AssignmentSolver solver = request.solver().create(request.seed());
        DoubleFunction<EdgeObjective.Outcome> planned = eta2 -> EdgeObjective.plan(
                graph,
                request.capacities(),
                inputs,
                new EdgeObjective.Thresholds(request.thresholds().eta1(), eta2),
                solver,
                edges.sweeps());
        Double epsilon = edges.epsilon();
        if (epsilon != null) {
            bounded = ErrorBound.search(graph, planned, epsilon);
            return bounded.network();
        }
        return EdgeObjective.plan(graph, request.capacities(), inputs, request.thresholds(), solver, edges.sweeps())
                .network();
    }

    private SplitNetwork ours(ValuesObjective objective) {
        Request.Goal goal = request.goal();
        if (goal == null) {
            return objective.plan(limits()).network();
        }
        DropSearch.Reached found = DropSearch.search(objective, goal.accuracy(), goal.drop());
        reached = found;
        return found.network();
    }

    private ValuesObjective.Limits limits() {
        Integer most = request.maxValues();
        return new ValuesObjective.Limits(
                most == null ? null : Long.valueOf(most), request.thresholds().eta2());
    }

    private SplitNetwork byValues(Function<ValuesObjective, SplitNetwork> planned, SplitGraph graph, int[] inputs) {
        try (Progress progress = new Progress("planning", 1000)) {
            ValuesObjective objective = new ValuesObjective(
                    new ValuesObjective.Task(graph, request.capacities(), inputs, calibration()),
                    new ValuesObjective.Means(request.solver().create(request.seed()), request.seed(), 2),
                    (done, total) -> progress.at(1000 * done / Math.max(1, total)));
            return planned.apply(objective);
        }
    }

    private @Nullable Calibration calibration() {
        Dataset data = request.calibration();
        if (data == null) {
            return null;
        }
        requireFits(data);
        return Calibration.of(data, MOST_CALIBRATION_SAMPLES);
    }

    private void requireFits(Dataset data) {
        ProbedModel model = request.network().probed();
        int elements = model.inputs().stream().mapToInt(model::elements).sum();
        data.requireElements(
                model.inputs().size() == 1 ? model.shape(model.inputs().get(0)) : new int[] {elements});
    }

    /** Values of the unpruned split in original order, activations only. */
    private long baselineValues(SplitGraph graph, int[] inputs) {
        Capacities capacities = request.capacities();
        SplitNetwork original = SplitNetwork.original(
                graph, capacities.workers(), Ownership.inOriginalOrder(graph, capacities, inputs));
        return Schedule.of(original, Schedule.Kinds.ACTIVATIONS).values();
    }

    private List<String> warnings(SplitGraph graph, SplitNetwork network) {
        List<String> warnings = new ArrayList<>(request.network().notes());
        for (SplitGraph.Space space : graph.spaces()) {
            if (!space.kind().equals("whole") && space.units().length < network.workers()) {
                warnings.add("space '" + space.name() + "' has " + space.units().length + " units for "
                        + network.workers() + " workers: some workers have none of it");
            }
        }
        for (Operation operation : graph.operations()) {
            if (operation instanceof Operation.Whole whole) {
                int unit = graph.layout(whole.node().output()).units()[0];
                warnings.add("'" + whole.node().name() + "' runs whole on worker " + network.owners()[unit] + ": "
                        + whole.reason());
            }
        }
        if (latency != null) {
            warnings.add(latency.sentence());
        }
        return warnings;
    }
}
