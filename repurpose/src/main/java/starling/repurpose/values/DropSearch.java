package starling.repurpose.values;

import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.space.SplitNetwork;

/**
 * The smallest plan whose accuracy on samples that no fit has seen falls at most so much below the original's.
 *
 * <p>Accuracy is taken to fall with the budget: budgets are halved from the unpruned plan, or from late fusion if that will do, until
 * one will not do, and then bisected until {@value #FINEST}-th parts of the budget are left between what will do and what
 * will not. The answer is a plan that was made and judged, and every smaller budget tried failed; where chance lifts a still smaller one,
 * it is missed. The unpruned plan always will do.
 *
 * <p>Cost: one {@link ValuesObjective#plan} and one judgement per budget, about log2 of the unpruned plan's values and five more.
 */
public final class DropSearch {
    private static final int FINEST = 32;
    private static final double ROUNDING = 1e-9;

    /**
     * What was reached.
     *
     * @param network the smallest plan that will do
     * @param values numbers it sends
     * @param accuracy its accuracy
     * @param original the original's
     * @param plans how many were made
     */
    public record Reached(SplitNetwork network, long values, double accuracy, double original, int plans) {}

    private final ValuesObjective objective;
    private final ToDoubleFunction<SplitNetwork> accuracy;
    private final double least;
    private Reached best;
    private long failed = -1;

    private DropSearch(ValuesObjective objective, ToDoubleFunction<SplitNetwork> accuracy, double drop) {
        this.objective = objective;
        this.accuracy = accuracy;
        SplitNetwork unpruned = objective.plan(ValuesObjective.Limits.NONE).network();
        double original = accuracy.applyAsDouble(unpruned);
        this.least = original - drop - ROUNDING;
        this.best = new Reached(unpruned, values(unpruned), original, original, 1);
    }

    /**
     * Searches.
     *
     * @param accuracy fraction a network gets right of samples that the objective was not calibrated on
     * @param drop what may be lost of it, at least 0
     * @throws UnfitException when the drop is negative or not a number
     */
    public static Reached search(ValuesObjective objective, ToDoubleFunction<SplitNetwork> accuracy, double drop) {
        if (!(drop >= 0)) {
            throw new UnfitException("the accuracy lost must be at least 0: it is " + drop);
        }
        return new DropSearch(objective, accuracy, drop).search();
    }

    private Reached search() {
        if (best.values() > 0) {
            offer(objective.lateFusion().network());
        }
        while (best.values() > 0 && failed < 0) {
            attempt(best.values() / 2);
        }
        while (best.values() - failed > Math.max(1, best.values() / FINEST)) {
            attempt(failed + (best.values() - failed) / 2);
        }
        return best;
    }

    private void attempt(long budget) {
        CallOff.check();
        SplitNetwork network = planned(budget);
        if (network == null || !offer(network)) {
            failed = budget;
        }
    }

    private @Nullable SplitNetwork planned(long budget) {
        try {
            return objective.plan(new ValuesObjective.Limits(budget, null)).network();
        } catch (UnfitException belowWhatMustBeGathered) {
            return null;
        }
    }

    /** Takes a network that will do and is smaller than the best so far; says whether it was taken. */
    private boolean offer(SplitNetwork network) {
        long values = values(network);
        int plans = best.plans() + 1;
        double right = values < best.values() ? accuracy.applyAsDouble(network) : Double.NaN;
        boolean taken = right >= least;
        best = taken
                ? new Reached(network, values, right, best.original(), plans)
                : new Reached(best.network(), best.values(), best.accuracy(), best.original(), plans);
        return taken;
    }

    private static long values(SplitNetwork network) {
        return Schedule.of(network, Schedule.Kinds.BOTH).values();
    }
}
