package starling.repurpose.report;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.repurpose.evaluate.DeviationBound;
import starling.repurpose.evaluate.Evaluation;
import starling.repurpose.evaluate.Verification;
import starling.repurpose.latency.Devices;
import starling.repurpose.partition.BundleNetwork;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitNetwork;
import starling.repurpose.values.Calibration;

/**
 * Everything a report says beyond the plan itself. What does not apply is null and has a reason beside it, as a sentence for
 * the reader.
 *
 * @param bundle what is reported on
 * @param verification that it is whole
 * @param network the split network behind it, or null
 * @param unrestored why there is none
 * @param certificates both solvers' costs
 * @param data name of the data it was judged on, or null
 * @param evaluation how it did, or null
 * @param bound Theorem 17's, or null
 * @param unbounded why there is none
 * @param sweep the curves of all ways to prune, or null
 * @param frontier the plans to choose from, or null
 * @param sweepNote how the values objective was calibrated, or why there are no curves
 */
public record Findings(
        Bundle bundle,
        Verification verification,
        @Nullable SplitNetwork network,
        String unrestored,
        List<Certificate> certificates,
        @Nullable String data,
        @Nullable Evaluation evaluation,
        @Nullable DeviationBound bound,
        String unbounded,
        Curves.@Nullable Sweep sweep,
        @Nullable Frontier frontier,
        String sweepNote) {

    /**
     * What is asked for.
     *
     * @param data to judge on, or null
     * @param calibration for the values objective in the curves, or null
     * @param training what to calibrate on where {@code calibration} is not given and the plan's own weights were re-fitted, or
     *     null
     * @param seed of everything random
     * @param time for the curves; zero leaves them out
     * @param frontier whether the frontier of plans is wanted
     * @param devices of the workers, to predict latencies, or null
     */
    public record Wishes(
            @Nullable Dataset data,
            @Nullable Dataset calibration,
            @Nullable DataSpec training,
            long seed,
            Duration time,
            boolean frontier,
            @Nullable Devices devices) {}

    /**
     * Finds all of it: verifies the bundle, runs the data, and plans the network anew for the curves.
     *
     * @throws UnfitException when the bundle is not whole, or data does not suit the model
     */
    public static Findings of(Bundle bundle, Wishes wishes) {
        Plan plan = bundle.plan();
        Dataset data = wishes.data();
        Dataset calibration = wishes.calibration();
        if (calibration != null) {
            calibration.requireElements(inputShape(plan));
        }
        Verification verification = Verification.of(bundle, wishes.seed());
        Evaluation evaluation = data == null ? null : Evaluation.of(bundle, data);
        SplitNetwork network = null;
        String unrestored = "";
        try {
            network = BundleNetwork.of(bundle);
        } catch (UnfitException e) {
            unrestored = "The split network could not be restored from the bundle, so that this cannot be shown: "
                    + e.getMessage() + ".";
        }
        Bounded bounded = bounded(network, unrestored, data);
        Swept swept = swept(plan, network, unrestored, wishes);
        return new Findings(
                bundle,
                verification,
                network,
                unrestored,
                network == null ? List.of() : Certificate.of(network, wishes.seed()),
                data == null ? null : data.name(),
                evaluation,
                bounded.bound(),
                bounded.reason(),
                swept.sweep(),
                swept.sweep() == null || !wishes.frontier() ? null : Frontier.of(swept.sweep()),
                swept.note());
    }

    private static int[] inputShape(Plan plan) {
        return plan.inputs().size() == 1 ? plan.inputs().get(0).shape() : new int[] {plan.inputElements()};
    }

    private record Bounded(@Nullable DeviationBound bound, String reason) {}

    private static Bounded bounded(@Nullable SplitNetwork network, String unrestored, @Nullable Dataset data) {
        if (network == null) {
            return new Bounded(null, unrestored);
        }
        String obstacle = DeviationBound.obstacle(network.graph());
        if (obstacle != null) {
            return new Bounded(null, "The theorem does not apply to this model: " + obstacle + ".");
        }
        if (data == null) {
            return new Bounded(
                    null,
                    "The theorem applies to this model; its bound needs the size of real signals, and the deviation has to be"
                            + " measured: give labelled inputs with --data.");
        }
        return new Bounded(DeviationBound.of(network, data), "");
    }

    private record Swept(Curves.@Nullable Sweep sweep, String note) {}

    private static Swept swept(Plan plan, @Nullable SplitNetwork network, String unrestored, Wishes wishes) {
        Dataset data = wishes.data();
        if (network == null) {
            return new Swept(null, unrestored);
        }
        if ("naive".equals(plan.baseline())) {
            return new Swept(null, "Every worker of this plan has the whole input: there is nothing to prune.");
        }
        if (!Curves.apply(network)) {
            return new Swept(null, "No layer of this plan reads what another worker has: there is nothing to prune.");
        }
        if (data == null) {
            return new Swept(null, "The ways to prune are compared on labelled inputs: give them with --data.");
        }
        if (wishes.time().isZero()) {
            return new Swept(null, "The comparison was left out as asked (--sweep-seconds 0).");
        }
        Dataset calibration = wishes.calibration();
        String note = "";
        if (calibration == null) {
            if (!isRefitted(network)) {
                note =
                        "The values objective planned by weights alone, as this plan was made; --calibrate lets it re-fit.";
            } else {
                DataSpec training = wishes.training();
                try {
                    calibration = training == null ? null : training.open(Split.TRAIN, wishes.seed());
                } catch (UnfitException e) {
                    note =
                            "The values objective planned by weights alone, although this plan's weights were re-fitted: "
                                    + e.getMessage() + ".";
                }
                if (calibration == null && note.isEmpty()) {
                    note = "The values objective planned by weights alone, although this plan's weights were re-fitted,"
                            + " since no inputs are known that are not judged on: name some with --calibrate.";
                }
            }
        }
        Calibration shown = calibration == null ? null : Calibration.of(calibration, Curves.MOST_CALIBRATION);
        if (calibration != null && shown != null) {
            note = "The values objective was calibrated on " + Markup.count(shown.count()) + " samples of "
                    + calibration.name() + ".";
        }
        return new Swept(Curves.of(network, data, shown, wishes.seed(), wishes.time(), wishes.devices()), note);
    }

    /** Whether kept weights are others than the original's: then the plan was calibrated. */
    static boolean isRefitted(SplitNetwork network) {
        for (Operation.Linear linear : network.graph().linear()) {
            LinearMap map = linear.map();
            float[] now = network.weights(map).values();
            float[] before = map.weights();
            for (int i = 0; i < now.length; i++) {
                if (now[i] != 0 && now[i] != before[i]) {
                    return true;
                }
            }
        }
        return false;
    }
}
