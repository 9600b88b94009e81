package starling.repurpose.values;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import starling.models.UnfitException;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.space.SplitNetwork;

class DropSearchTest {
    private static long values(SplitNetwork network) {
        return Schedule.of(network, Schedule.Kinds.BOTH).values();
    }

    private static ValuesObjective objective() {
        SmallNets nets = new SmallNets(3);
        return SmallNets.objective(SmallNets.task(nets.dense(12, 10, 8, 4), 2, nets.samples(150, 12)));
    }

    /** Where accuracy is a step at c values, the answer is the smallest plan of any budget that has c. */
    @Test
    void theSmallestPlanOfAllBudgetsIsFound() {
        ValuesObjective objective = objective();
        SplitNetwork unpruned = objective.plan(ValuesObjective.Limits.NONE).network();
        long all = values(unpruned);
        TreeSet<Long> possible = new TreeSet<>();
        for (long budget = 0; budget <= all; budget++) {
            possible.add(values(
                    objective.plan(new ValuesObjective.Limits(budget, null)).network()));
        }
        possible.add(values(objective.lateFusion().network()));
        for (long enough : new long[] {0, 1, 3, 5, 8, 11}) {
            DropSearch.Reached reached =
                    DropSearch.search(objective, network -> values(network) >= enough ? 0.9 : 0.5, 0.1);
            assertEquals(possible.ceiling(enough), reached.values());
            assertEquals(reached.values(), values(reached.network()));
            assertEquals(0.9, reached.original());
            assertEquals(0.9, reached.accuracy());
            assertTrue(reached.plans() <= 12, "plans: " + reached.plans());
        }
    }

    @Test
    void exactlyTheDropIsAllowedAndNothingMore() {
        ValuesObjective objective = objective();
        long all = values(objective.plan(ValuesObjective.Limits.NONE).network());
        assertEquals(
                0,
                DropSearch.search(objective, n -> values(n) == all ? 0.9 : 0.8, 0.1)
                        .values());
        DropSearch.Reached none = DropSearch.search(objective, n -> values(n) == all ? 0.9 : 0.8, 0.0999);
        assertEquals(all, none.values(), "the unpruned plan always will do");
        assertEquals(0.9, none.accuracy());
        assertEquals(
                all,
                DropSearch.search(objective, n -> values(n) == all ? 1 : 0.999, 0)
                        .values());
        assertThrows(UnfitException.class, () -> DropSearch.search(objective, n -> 1, -0.1));
        assertThrows(UnfitException.class, () -> DropSearch.search(objective, n -> 1, Double.NaN));
    }

    @Test
    void whatMustBeGatheredIsNeverUndercut() {
        SmallNets nets = new SmallNets(4);
        ValuesObjective objective = SmallNets.objective(SmallNets.task(nets.gathering(), 2, nets.samples(120, 6)));
        long least = Long.MAX_VALUE;
        for (long budget = 0; budget < 20; budget++) {
            try {
                least = Math.min(
                        least,
                        values(objective
                                .plan(new ValuesObjective.Limits(budget, null))
                                .network()));
            } catch (UnfitException belowTheMinimum) {
                assertTrue(least == Long.MAX_VALUE);
            }
        }
        assertEquals(least, DropSearch.search(objective, network -> 1, 0).values());
    }

    @Test
    void anInterruptCallsItOff() {
        ValuesObjective objective = objective();
        try {
            Thread.currentThread().interrupt();
            assertThrows(CancellationException.class, () -> DropSearch.search(objective, network -> 1, 0));
        } finally {
            assertTrue(Thread.interrupted());
        }
    }
}
