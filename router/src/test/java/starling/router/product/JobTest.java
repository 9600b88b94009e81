package starling.router.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import starling.codes.computation.Matrix;
import starling.codes.computation.RefusedAnswerException;
import starling.learning.product.ProductOrder;
import starling.learning.product.ProductReply;

/** Who is asked for what, who is asked again, and when nothing more is to be expected. */
class JobTest {
    private static final Line FIRST = new Line("a", 2);
    private static final Line AGAIN = new Line("a", 3);
    private static final Line RESTARTED = new Line("b", 2);
    private static final ProductOrder.Operand KEPT = new ProductOrder.Kept(1);

    private final List<Integer> taken = new ArrayList<>();
    private final Job job = new Job(
            7,
            (worker, places) -> new ProductOrder.Multiply(
                    7,
                    places.stream()
                            .map(place -> new ProductOrder.Step(place, true))
                            .toList(),
                    KEPT,
                    KEPT),
            (worker, task, value) -> taken.add(task));

    private static ProductReply.Result result(long number, int task) {
        return new ProductReply.Result(number, task, 1, 2, new Matrix(1, 1, new double[] {3}));
    }

    private List<Integer> asked() {
        return job.order(0)
                .map(order ->
                        order.tasks().stream().map(ProductOrder.Step::task).toList())
                .orElse(List.of());
    }

    @Test
    void onlyWhatIsNotAnsweredIsAskedForAgain() {
        job.ask(0, FIRST, 3);
        assertEquals(List.of(0, 1, 2), asked());
        job.take(0, result(7, 1));
        assertEquals(List.of(0, 2), asked());
        job.refuse(0, result(7, 0), RefusedAnswerException.Reason.SHAPE);
        assertEquals(List.of(2), asked());
        job.refuse(0, result(7, 2), RefusedAnswerException.Reason.TWICE);
        assertEquals(List.of(2), asked());
        job.take(0, result(7, 2));
        assertEquals(List.of(), asked());
        assertEquals(Set.of(), job.unfinished());
        assertEquals(List.of(1, 2), taken);
        assertEquals(2, job.refused());
        assertEquals(2, job.works().get(0).results());
    }

    @Test
    void whoeverIsReachedAnotherWayIsToldOnce() {
        job.ask(0, FIRST, 1);
        assertFalse(job.sees(0, FIRST));
        assertTrue(job.sees(0, AGAIN));
        assertFalse(job.sees(0, AGAIN));
        assertFalse(job.sees(0, Line.NONE));
        assertTrue(job.sees(0, AGAIN), "it was silent, and pieces of its answer may be missing");
        job.sending(0).lost();
        assertTrue(job.sees(0, AGAIN), "what it was told has not left");
        job.giveUp(0);
        assertFalse(job.sees(0, FIRST), "it has no room, on whatever line");
        assertTrue(job.sees(0, RESTARTED), "another run of it may have");
        job.take(0, result(7, 0));
        assertFalse(job.sees(0, AGAIN), "nothing is left to do");
        assertEquals(Set.of(0), job.busy(), "it may be doing it again");
    }

    @Test
    void eachFactorThatIsLackedIsSentOnceOnALine() {
        job.ask(0, FIRST, 1);
        assertTrue(job.remind(0, 1));
        assertTrue(job.remind(0, 2));
        assertFalse(job.remind(0, 1));
        assertTrue(job.sees(0, AGAIN));
        assertTrue(job.remind(0, 1));
        assertFalse(job.remind(1, 1), "it was not asked");
    }

    @Test
    void nothingIsExpectedOfThoseWhoAreAwayForLong() {
        job.ask(0, FIRST, 1);
        job.ask(1, FIRST, 1);
        assertFalse(job.isForlorn(0, 0), "both are there");
        job.take(0, result(7, 0));
        job.sees(1, Line.NONE);
        assertFalse(job.isForlorn(1e6, 0), "it may come back");
        assertTrue(job.isForlorn(0, 0));
        job.seesNobody();
        assertFalse(job.isForlorn(0, 1e6), "nobody could be seen a moment ago");
        assertTrue(job.isForlorn(0, 0));
        job.sees(1, FIRST);
        assertFalse(job.isForlorn(0, 0));
        job.giveUp(1);
        assertTrue(job.isForlorn(1e6, 0), "all have answered or given up");
    }

    @Test
    void nothingCountsAfterTheEnd() {
        job.ask(0, FIRST, 2);
        job.take(0, result(6, 0));
        assertTrue(job.isOfTask(0, result(7, 1)));
        assertFalse(job.isOfTask(0, result(7, 2)));
        assertFalse(job.isOfTask(0, result(7, -1)));
        assertTrue(job.isOfTask(0, result(6, 9)), "that is for the other job to say");
        assertTrue(job.sending(0).isWanted());
        job.end();
        assertFalse(job.sending(0).isWanted());
        job.take(0, result(7, 0));
        assertEquals(List.of(), taken);
        assertEquals(2, job.refused());
    }
}
