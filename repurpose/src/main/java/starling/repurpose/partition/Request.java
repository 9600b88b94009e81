package starling.repurpose.partition;

import java.nio.file.Path;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import starling.models.data.Dataset;
import starling.repurpose.assign.AssignmentSolver;
import starling.repurpose.assign.Capacities;
import starling.repurpose.edges.EdgeObjective;
import starling.repurpose.finetune.FineTuning;
import starling.repurpose.latency.Devices;
import starling.repurpose.space.SplitNetwork;

/**
 * What a user asks for.
 *
 * @param network the model
 * @param inputs the option {@code --inputs}, or null for the default
 * @param capacities each worker's share; also says how many workers there are
 * @param devices what the workers run on, to predict the latency, or null
 * @param solver which exact solver
 * @param objective what is minimised
 * @param baseline a rival to be written instead of a plan of our own, or null
 * @param thresholds eta1 and eta2
 * @param edges how the objective over edges is reached
 * @param maxValues budget of values per inference, or null
 * @param goal accuracy to be kept at the fewest values, or null
 * @param calibration inputs to repair on, or null
 * @param fineTuning how the split network goes on learning, or null
 * @param seed for everything random
 * @param out the bundle's folder
 * @param force whether an existing bundle is replaced
 */
public record Request(
        LoadedNetwork network,
        @Nullable String inputs,
        Capacities capacities,
        @Nullable Devices devices,
        AssignmentSolver.Kind solver,
        Objective objective,
        @Nullable Baseline baseline,
        EdgeObjective.Thresholds thresholds,
        Edges edges,
        @Nullable Integer maxValues,
        @Nullable Goal goal,
        @Nullable Dataset calibration,
        @Nullable FineTuning fineTuning,
        long seed,
        Path out,
        boolean force) {

    /** Everything as the command line has it when only these are given. */
    public static Request of(LoadedNetwork network, Capacities capacities, long seed, Path out) {
        return new Request(
                network,
                null,
                capacities,
                null,
                AssignmentSolver.Kind.TRANSPORT,
                Objective.VALUES,
                null,
                new EdgeObjective.Thresholds(0, null),
                Edges.USUAL,
                null,
                null,
                null,
                null,
                seed,
                out,
                false);
    }

    /** With the owners of the inputs, as the option {@code --inputs} has them. */
    public Request inputs(String choice) {
        return new Request(
                network,
                choice,
                capacities,
                devices,
                solver,
                objective,
                baseline,
                thresholds,
                edges,
                maxValues,
                goal,
                calibration,
                fineTuning,
                seed,
                out,
                force);
    }

    /** With another objective, pruned by thresholds. */
    public Request pruned(Objective other, EdgeObjective.Thresholds by) {
        return new Request(
                network,
                inputs,
                capacities,
                devices,
                solver,
                other,
                baseline,
                by,
                edges,
                maxValues,
                goal,
                calibration,
                fineTuning,
                seed,
                out,
                force);
    }

    /** A rival in place of a plan of our own, or null. */
    public Request rival(@Nullable Baseline rival) {
        return new Request(
                network,
                inputs,
                capacities,
                devices,
                solver,
                objective,
                rival,
                thresholds,
                edges,
                maxValues,
                goal,
                calibration,
                fineTuning,
                seed,
                out,
                force);
    }

    /** With a budget of values, or null. */
    public Request atMost(@Nullable Integer values) {
        return new Request(
                network,
                inputs,
                capacities,
                devices,
                solver,
                objective,
                baseline,
                thresholds,
                edges,
                values,
                goal,
                calibration,
                fineTuning,
                seed,
                out,
                force);
    }

    /** Repaired on inputs, or null. */
    public Request calibrated(@Nullable Dataset samples) {
        return new Request(
                network,
                inputs,
                capacities,
                devices,
                solver,
                objective,
                baseline,
                thresholds,
                edges,
                maxValues,
                goal,
                samples,
                fineTuning,
                seed,
                out,
                force);
    }

    /** Going on learning afterwards, or null. */
    public Request tuned(@Nullable FineTuning tuning) {
        return new Request(
                network,
                inputs,
                capacities,
                devices,
                solver,
                objective,
                baseline,
                thresholds,
                edges,
                maxValues,
                goal,
                calibration,
                tuning,
                seed,
                out,
                force);
    }

    /** To another folder, which may hold a bundle already. */
    public Request replacing(Path folder) {
        return new Request(
                network,
                inputs,
                capacities,
                devices,
                solver,
                objective,
                baseline,
                thresholds,
                edges,
                maxValues,
                goal,
                calibration,
                fineTuning,
                seed,
                folder,
                true);
    }

    /**
     * How the objective over edges is reached.
     *
     * @param sweeps most sweeps after the single pass
     * @param epsilon most squared error of a layer's weights, which then says what eta2 is, or null
     */
    public record Edges(int sweeps, @Nullable Double epsilon) {
        /** What is meant where nothing is said. */
        public static final Edges USUAL = new Edges(EdgeObjective.USUAL_SWEEPS, null);
    }

    /** What a plan minimises. */
    public enum Objective {
        /** Numbers that cross the network. */
        VALUES,
        /** Weights between workers (thesis). */
        EDGES;

        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Rivals of a plan. */
    public enum Baseline {
        /** Every worker is sent the whole input and computes everything. */
        NAIVE,
        /** Contiguous parts, nothing dropped. */
        ORIGINAL_ORDER,
        /** Contiguous parts, small weights dropped. */
        SPARSE,
        /** No edge between workers but in the last layer, which is added up from partial sums. */
        LATE_FUSION;

        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * The smallest plan that is accurate enough is wanted.
     *
     * @param drop what may be lost of the original's accuracy
     * @param accuracy fraction a network gets right of samples that are not in {@link Request#calibration}
     */
    public record Goal(double drop, ToDoubleFunction<SplitNetwork> accuracy) {}
}
