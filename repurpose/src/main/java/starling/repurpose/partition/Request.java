package starling.repurpose.partition;

import java.nio.file.Path;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import starling.models.data.Dataset;
import starling.repurpose.assign.AssignmentSolver;
import starling.repurpose.assign.Capacities;
import starling.repurpose.edges.EdgeObjective;
import starling.repurpose.finetune.FineTuning;
import starling.repurpose.space.SplitNetwork;

/**
 * What a user asks for.
 *
 * @param network the model
 * @param inputs the option {@code --inputs}, or null for the default
 * @param capacities each worker's share; also says how many workers there are
 * @param solver which exact solver
 * @param objective what is minimised
 * @param baseline a rival to be written instead of a plan of our own, or null
 * @param thresholds eta1 and eta2
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
        AssignmentSolver.Kind solver,
        Objective objective,
        @Nullable Baseline baseline,
        EdgeObjective.Thresholds thresholds,
        @Nullable Integer maxValues,
        @Nullable Goal goal,
        @Nullable Dataset calibration,
        @Nullable FineTuning fineTuning,
        long seed,
        Path out,
        boolean force) {

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
