package starling.agent.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import starling.learning.product.ProductOrder;
import starling.link.frame.FrameDescriptor;
import starling.link.piece.Piece;

/** Orders leave in their order, jobs when they are cancelled or another comes. */
@Timeout(30)
class TodoTest {
    private static final long EPOCH = 7;

    private final Todo todo = new Todo(100);
    private int messages;

    @BeforeEach
    void follow() {
        todo.begin(EPOCH);
    }

    private void add(ProductOrder order, int bytes) {
        todo.add(new Piece.Key(1, FrameDescriptor.ROUTER, EPOCH, ++messages), order, bytes);
    }

    private static ProductOrder job(long number) {
        return new ProductOrder.Multiply(number, List.of(), new ProductOrder.Kept(1), new ProductOrder.Kept(2));
    }

    private Todo.Entry take() throws InterruptedException {
        return Objects.requireNonNull(todo.take());
    }

    private void nothingElseWaits() throws InterruptedException {
        add(new ProductOrder.Drop(99), 1);
        assertEquals(99, take().number());
        todo.end();
        assertNull(todo.take());
    }

    @Test
    void ordersAreDoneInTheirOrder() throws InterruptedException {
        add(new ProductOrder.Drop(1), 40);
        add(job(2), 40);
        add(new ProductOrder.Drop(3), 20);
        assertEquals(1, take().number());
        assertEquals(2, take().number());
        assertEquals(3, take().number());
        assertFalse(todo.isStopped() || todo.isAgain());
    }

    @Test
    void aJobThatIsCancelledLeavesWhetherItWaitsOrIsDone() throws InterruptedException {
        add(job(1), 40);
        add(new ProductOrder.Cancel(1), 0);
        add(job(2), 100);
        assertEquals(2, take().number());
        add(new ProductOrder.Cancel(1), 0);
        assertFalse(todo.isStopped());
        add(new ProductOrder.Cancel(2), 0);
        assertTrue(todo.isStopped());
        add(new ProductOrder.Drop(3), 100);
        assertNotNull(take().order());
        assertFalse(todo.isStopped());
    }

    /** Its cancellation may have been lost. */
    @Test
    void aJobLeavesWhenAnotherComes() throws InterruptedException {
        add(job(1), 10);
        take();
        add(new ProductOrder.Drop(5), 10);
        add(job(2), 10);
        assertTrue(todo.isStopped());
        add(job(3), 10);
        assertEquals(5, take().number());
        assertEquals(3, take().number());
        nothingElseWaits();
    }

    @Test
    void aJobThatComesAgainIsDoneAgainOnce() throws InterruptedException {
        add(job(1), 40);
        take();
        add(job(1), 40);
        add(job(1), 40);
        assertTrue(todo.isAgain());
        assertFalse(todo.isStopped());
        assertEquals(3, take().key().round());
        assertFalse(todo.isAgain());
        nothingElseWaits();
    }

    @Test
    void whatIsTooMuchIsRefusedInItsTurn() throws InterruptedException {
        add(job(1), 60);
        add(new ProductOrder.Drop(2), 41);
        add(new ProductOrder.Drop(3), 40);
        assertNotNull(take().order());
        Todo.Entry refused = take();
        assertNull(refused.order());
        assertEquals(
                "orders that wait must have at most 100 bytes together (--memory): there are 60, and one more of 41",
                refused.refusal());
        assertNotNull(take().order());
    }

    @Test
    void anotherRunOfTheRouterLeavesNothing() throws InterruptedException {
        add(job(1), 60);
        take();
        add(job(1), 60);
        todo.begin(EPOCH + 1);
        assertTrue(todo.isStopped());
        add(job(2), 10);
        assertTrue(todo.pause(3600) < 60);
        todo.begin(EPOCH);
        nothingElseWaits();
    }
}
