package starling.agent.compute;

import ai.onnxruntime.OnnxTensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import starling.codes.computation.Matrix;
import starling.learning.product.ProductOrder;
import starling.learning.product.ProductReply;

/** Does what orders say. Of one thread. */
final class Hand {
    /** Replies to one order at most: so many numbers of messages belong to it. */
    private static final int REPLIES = 20;

    private final ComputeSettings settings;
    private final Multiplier multiplier;
    private final Shelf shelf;
    private final Todo todo;

    /** Takes what is to be told to the router. */
    @FunctionalInterface
    interface Voice {
        /**
         * Says something.
         *
         * @param number of the message, above those before
         */
        void say(long number, ProductReply reply);
    }

    Hand(ComputeSettings settings, Multiplier multiplier, Shelf shelf, Todo todo) {
        this.settings = settings;
        this.multiplier = multiplier;
        this.shelf = shelf;
        this.todo = todo;
    }

    /** Follows an order to its end, or until it is cancelled. */
    void follow(Todo.Entry entry, Voice voice) throws InterruptedException {
        ProductOrder order = entry.order();
        long first = entry.key().round() << REPLIES;
        try {
            if (order == null) {
                throw new IllegalArgumentException(entry.refusal());
            }
            if (order instanceof ProductOrder.Keep keep) {
                shelf.keep(keep.number(), keep.shares());
                voice.say(first, new ProductReply.Holds(keep.number()));
            } else if (order instanceof ProductOrder.Drop drop) {
                shelf.drop(drop.number());
            } else if (order instanceof ProductOrder.Multiply job) {
                multiply(job, first, voice);
            }
        } catch (OutOfMemoryError e) {
            voice.say(
                    first + (1L << REPLIES) - 1,
                    new ProductReply.Refuses(
                            entry.number(),
                            "what is asked for must have room in Java's heap (-Xmx): " + e.getMessage()));
        } catch (IllegalArgumentException e) {
            voice.say(
                    first + (1L << REPLIES) - 1,
                    new ProductReply.Refuses(entry.number(), String.valueOf(e.getMessage())));
        }
    }

    private void multiply(ProductOrder.Multiply job, long first, Voice voice) throws InterruptedException {
        if (job.tasks().size() >= 1 << REPLIES) {
            throw new IllegalArgumentException("a job must have fewer than " + (1 << REPLIES) + " tasks: it has "
                    + job.tasks().size());
        }
        for (ProductOrder.Operand side : List.of(job.left(), job.right())) {
            if (side instanceof ProductOrder.Kept kept && shelf.find(kept.factor()) == null) {
                voice.say(first, new ProductReply.Lacks(job.number(), kept.factor()));
                return;
            }
        }
        List<ProductReply.Result> held = new ArrayList<>();
        for (int place = 0; place < job.tasks().size() && !todo.isStopped() && !todo.isAgain(); place++) {
            ProductOrder.Step step = job.tasks().get(place);
            ProductReply.Result result = result(job, place, step.task());
            if (result == null) {
                return;
            }
            held.add(result);
            if (step.sends() || todo.isAgain()) {
                int from = place + 1 - held.size();
                for (int i = 0; i < held.size(); i++) {
                    voice.say(first + from + i, held.get(i));
                }
                held.clear();
            }
        }
    }

    /** A task's result; null if it was cancelled meanwhile. */
    private ProductReply.@Nullable Result result(ProductOrder.Multiply job, int place, int task)
            throws InterruptedException {
        long begun = System.nanoTime();
        Side left = side(job.left(), place, task);
        try {
            Side right = side(job.right(), place, task);
            try {
                Matrix value = multiplier.sum(left.matrices(), right.matrices());
                double computing = (System.nanoTime() - begun) / 1e9;
                double waiting = todo.pause(settings.pace()
                        .extra(
                                job.number(),
                                settings.node(),
                                computing,
                                left.matrices().size(),
                                Multiplier.multiplications(left.matrices(), right.matrices())));
                return todo.isStopped() ? null : new ProductReply.Result(job.number(), task, computing, waiting, value);
            } finally {
                right.release();
            }
        } finally {
            left.release();
        }
    }

    private record Side(List<OnnxTensor> matrices, boolean own) {
        void release() {
            if (own) {
                Multiplier.release(matrices);
            }
        }
    }

    private Side side(ProductOrder.Operand operand, int place, int task) {
        if (operand instanceof ProductOrder.Sent sent) {
            return new Side(multiplier.place(sent.shares().get(place)), true);
        }
        long factor = ((ProductOrder.Kept) operand).factor();
        List<List<OnnxTensor>> kept = shelf.find(factor);
        if (kept == null || task >= kept.size()) {
            throw new IllegalArgumentException("a task must have a share of factor " + factor + ": task " + task
                    + " has none of " + (kept == null ? 0 : kept.size()));
        }
        return new Side(kept.get(task), false);
    }
}
