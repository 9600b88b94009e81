package starling.repurpose.values;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;
import starling.repurpose.assign.Assignment;
import starling.repurpose.assign.AssignmentProblem;
import starling.repurpose.assign.AssignmentSolver;
import starling.repurpose.assign.Capacities;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/**
 * Plans a network for P workers such that few numbers cross and the answers stay what they were.
 *
 * <p>Layer by layer in topological order, on calibration samples propagated through the network as modified so far: units go to
 * the workers where a least-squares fit on local sources leaves the least important residual (an exact transportation
 * problem, solved again once it is known what is sent); then the activation or partial sum that takes most of the weighted
 * residual away per number is kept, one after the other; then the weights of all targets are re-fitted together on what each
 * target knows, by ridge regression towards the original weights and against the original pre-activations ({@link LayerFit}).
 * Residuals are weighted by how much the answers move with each target ({@link SensitivityProbe}), so gains of all layers are
 * in one unit: expected squared change of the answers. How many numbers each layer may send is found by {@link BudgetSearch}
 * on held-back samples.
 *
 * <p>What was tried and gained nothing on MNIST networks: to count, when units are assigned, also what their owners mean for
 * the layers behind (energies that cross there, with or without the variances of the signals). It changes plans by as much
 * as another seed does, in either direction.
 *
 * <p>Without calibration samples nothing is known of the signals: sources count as uncorrelated and of equal energy, a value is
 * worth the squared weights it carries, and what is kept keeps its weights. Without a limit nothing is pruned: owners keep the
 * most squared weight inside the workers, and all weights stay bit-identical.
 *
 * <p>A convolution's unit is a channel; its sources are channels with their patches as columns, its values count height x width
 * each. Layers with a replicated input have no value to send. Grouped convolutions and layers with more than {@value
 * LayerPlanner#MOST_COLUMNS} columns are planned as without calibration and not re-fitted.
 *
 * <p>Cost per layer with C = S K columns and T targets: rows (C + T)^2 for the moments, C^3 / 3 for the full fit, per receiver
 * C^3 / P for its Schur complement, O(C (C + T)) per value kept; and the search repeats the later layers up to a few dozen
 * times. 784-300-100-10 for two workers at one budget: some 5 s of one core.
 *
 * <p>Several plans of one objective share what does not depend on the limits. Not thread-safe.
 *
 * <p>Interrupting the thread that plans calls it off: a {@link java.util.concurrent.CancellationException} comes within about
 * a second, and the thread stays interrupted.
 *
 * <p>Source: thesis section 6.3, Remark 7 and (6.2); the rule itself is our own.
 */
public final class ValuesObjective {
    /**
     * What may be sent; with neither limit nothing is pruned, with both both hold.
     *
     * @param maxValues numbers per inference, as {@link Schedule#values} counts them, at least 0; or null
     * @param price what a value must take away per number of the expected squared change of the answers, at least 0; or null
     */
    public record Limits(@Nullable Long maxValues, @Nullable Double price) {
        /** No limit. */
        public static final Limits NONE = new Limits(null, null);

        public Limits {
            if (maxValues != null && maxValues < 0) {
                throw new UnfitException("the number of values must not be negative: it is " + maxValues);
            }
            if (price != null && !(price >= 0)) {
                throw new UnfitException("the price of a value must not be negative: it is " + price);
            }
        }

        boolean isNone() {
            return maxValues == null && price == null;
        }
    }

    /**
     * The network to plan and what is given about it.
     *
     * @param graph its unit spaces
     * @param capacities share of every worker; their number is P
     * @param inputs owner of every input unit, {@link starling.repurpose.space.Ownership#FREE} elsewhere; any other unit that
     *     has an owner here keeps it
     * @param calibration samples that show the signals, or null
     */
    public record Task(
            SplitGraph graph,
            Capacities capacities,
            int[] inputs,
            @Nullable Calibration calibration) {}

    /**
     * How to compute.
     *
     * @param solver of the assignment problems
     * @param seed of all random choices; the same seed gives the same plan
     * @param threads for ONNX Runtime
     */
    public record Means(AssignmentSolver solver, long seed, int threads) {}

    /**
     * One solved assignment.
     *
     * @param space name of the space
     * @param problem what was solved
     * @param assignment the optimum and its certificate
     */
    public record Solved(String space, AssignmentProblem problem, Assignment assignment) {}

    /**
     * A plan.
     *
     * @param network owners and weights
     * @param layers what was decided per layer
     * @param solved the assignments that led there
     */
    public record Outcome(SplitNetwork network, List<LayerTrace> layers, List<Solved> solved) {}

    /** Hears how far the planning is. */
    @FunctionalInterface
    public interface Listener {
        /** {@code done} of at most {@code total} steps are done. */
        void at(long done, long total);
    }

    static final double RIDGE = 0.003;
    private static final double HELD_BACK = 0.2;
    private static final int FEWEST_TO_HOLD_BACK = 20;

    private final Task task;
    private final Means means;
    private final Listener listener;
    private @Nullable Outcome unpruned;
    private @Nullable Calibration mixed;
    private @Nullable Map<String, Sensitivity> sensitivities;

    public ValuesObjective(Task task, Means means, Listener listener) {
        Calibration given = task.calibration();
        int elements = task.graph().model().inputs().stream()
                .mapToInt(task.graph().model()::elements)
                .sum();
        if (given != null && given.elements() != elements) {
            throw new UnfitException("calibration samples must have as many numbers as the model's inputs: they have "
                    + given.elements() + ", the inputs " + elements);
        }
        this.task = task;
        this.means = means;
        this.listener = listener;
    }

    /**
     * Plans.
     *
     * @throws UnfitException if even with every droppable value dropped more numbers must be sent than the limit, stating how
     *     many: what operators that are run whole must gather
     */
    public Outcome plan(Limits limits) {
        LayerPlanner plain = planner(null, Map.of());
        Outcome unpruned = unpruned(plain);
        Long most = limits.maxValues();
        if (limits.isNone() || (limits.price() == null && most != null && values(unpruned.network()) <= most)) {
            return unpruned;
        }
        Calibration samples = mixed();
        Map<String, Sensitivity> sensitivities = sensitivitiesOfMixed();
        LayerPlanner all = planner(samples, sensitivities);
        double price = limits.price() == null ? 0 : limits.price();
        if (most == null) {
            return outcome(all, chain(all, new LayerPlanner.Allowance.Limited(Long.MAX_VALUE, price)));
        }
        LayerPlanner fitting = all;
        HeldBackLoss held = null;
        if (samples != null && samples.count() >= FEWEST_TO_HOLD_BACK) {
            int fitted = (int) Math.round(samples.count() * (1 - HELD_BACK));
            fitting = planner(samples.part(0, fitted), sensitivities);
            held = new HeldBackLoss(unpruned.network(), samples.part(fitted, samples.count()), means.threads());
        }
        long least = values(plain.network(chain(plain, new LayerPlanner.Allowance.Limited(0, 0))));
        for (long room = most - least; room >= 0; ) {
            long[] division = new BudgetSearch(fitting, held, room, price, listener).divide();
            LayerPlanner.State state = all.start();
            long unused = 0;
            for (long budget : division) {
                long allowed = budget == 0 ? 0 : budget + unused; // an exchange that was emptied stays empty
                LayerPlanner.Allowance allowance = new LayerPlanner.Allowance.Limited(allowed, price);
                state = all.next(state, all.problem(state), allowance);
                unused += budget - state.traces().get(state.traces().size() - 1).numbers();
            }
            state = all.finished(state);
            long sent = values(all.network(state));
            if (sent <= most) {
                return outcome(all, state);
            }
            least = Math.max(least, sent - room);
            room = room == 0 ? -1 : Math.max(0, room - (sent - most));
        }
        throw new UnfitException(
                "the budget of values must be at least what operators run whole must gather: the minimum is " + least
                        + ", the budget is " + most);
    }

    /**
     * Late fusion: nothing crosses in hidden layers, the last layers are summed up from all workers: (P - 1) times the numbers
     * of the answer, in one round (and what operators run whole must gather). Assigned and re-fitted as a plan of
     * {@link #plan} is.
     */
    public Outcome lateFusion() {
        Calibration given = task.calibration();
        LayerPlanner planner = planner(given, sensitivities(given));
        LayerPlanner.State state = planner.start();
        for (Operation.Linear layer : planner.layers()) {
            LayerPlanner.Allowance allowance = LastLayers.of(task.graph()).contains(layer)
                    ? new LayerPlanner.Allowance.AllSums()
                    : new LayerPlanner.Allowance.Limited(0, 0);
            state = planner.next(state, planner.problem(state), allowance);
        }
        return outcome(planner, planner.finished(state));
    }

    private Outcome unpruned(LayerPlanner plain) {
        Outcome known = unpruned;
        if (known == null) {
            known = outcome(plain, chain(plain, new LayerPlanner.Allowance.Everything()));
            unpruned = known;
        }
        return known;
    }

    private @Nullable Calibration mixed() {
        Calibration given = task.calibration();
        if (mixed == null && given != null) {
            mixed = given.shuffled(means.seed());
        }
        return mixed;
    }

    private Map<String, Sensitivity> sensitivitiesOfMixed() {
        Map<String, Sensitivity> known = sensitivities;
        if (known == null) {
            known = sensitivities(mixed());
            sensitivities = known;
        }
        return known;
    }

    private LayerPlanner planner(@Nullable Calibration samples, Map<String, Sensitivity> sensitivities) {
        MomentRecorder recorder =
                samples == null ? null : new MomentRecorder(task.graph(), means.seed(), means.threads());
        LayerPlanner.Setting setting =
                new LayerPlanner.Setting(task.graph(), task.capacities(), task.inputs(), means.solver());
        return new LayerPlanner(setting, recorder, samples, RIDGE, sensitivities);
    }

    private Map<String, Sensitivity> sensitivities(@Nullable Calibration samples) {
        Map<String, Sensitivity> found = new LinkedHashMap<>();
        if (samples != null) {
            SensitivityProbe probe = new SensitivityProbe(task.graph(), samples, means.seed(), means.threads());
            for (Operation.Linear layer : task.graph().linear()) {
                if (!task.graph().layout(layer.map().input()).isReplicated()) {
                    found.put(layer.map().output(), probe.of(layer.map()));
                }
            }
        }
        return found;
    }

    private static Outcome outcome(LayerPlanner planner, LayerPlanner.State state) {
        return new Outcome(planner.network(state), state.traces(), state.solved());
    }

    private static long values(SplitNetwork network) {
        return Schedule.of(network, Schedule.Kinds.BOTH).values();
    }

    private static LayerPlanner.State chain(LayerPlanner planner, LayerPlanner.Allowance allowance) {
        LayerPlanner.State state = planner.start();
        for (int l = 0; l < planner.layers().size(); l++) {
            state = planner.next(state, planner.problem(state), allowance);
        }
        return planner.finished(state);
    }
}
