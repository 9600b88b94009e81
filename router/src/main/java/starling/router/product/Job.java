package starling.router.product;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import starling.codes.computation.Matrix;
import starling.codes.computation.RefusedAnswerException;
import starling.learning.product.ProductOrder;
import starling.learning.product.ProductReply;

/** What agents are asked at the moment: who for how many tasks, and what has come. Thread-safe. */
final class Job {
    /** Why an answer to a task of the job does not count, and no other will come. */
    private static final Set<RefusedAnswerException.Reason> SPOILT =
            EnumSet.of(RefusedAnswerException.Reason.SHAPE, RefusedAnswerException.Reason.NOT_FINITE);

    private final long number;
    private final Answers answers;
    private final IntFunction<ProductOrder.Multiply> orders;
    private final Map<Integer, Part> parts = new TreeMap<>();
    private final long begun = System.nanoTime();
    private long down;
    private long up;
    private int refused;

    /** What one agent was asked. */
    private static final class Part {
        private final String instance;
        private final int asked;
        private final BitSet answered = new BitSet();
        private int results;
        private double computing;
        private double waiting;
        private double last = Double.NaN;
        private boolean gaveUp;
        private boolean reminded;

        Part(String instance, int asked) {
            this.instance = instance;
            this.asked = asked;
        }
    }

    /** Where results go. */
    @FunctionalInterface
    interface Answers {
        /**
         * Takes a result.
         *
         * @throws RefusedAnswerException if it does not count; everything is as it was then
         */
        void accept(int worker, int task, Matrix value);
    }

    /**
     * Nobody was asked yet.
     *
     * @param number by which results name it
     * @param orders what each agent is told
     * @param answers takes results, one at a time
     */
    Job(long number, IntFunction<ProductOrder.Multiply> orders, Answers answers) {
        this.number = number;
        this.orders = orders;
        this.answers = answers;
    }

    long number() {
        return number;
    }

    /** What an agent is told. */
    ProductOrder.Multiply order(int worker) {
        return orders.apply(worker);
    }

    /** An agent is asked for all its tasks. */
    synchronized void ask(int worker, String instance, int tasks) {
        parts.put(worker, new Part(instance, tasks));
    }

    /** What becomes of an order to an agent. */
    ComputeFleet.Sent sending(int worker) {
        return new ComputeFleet.Sent() {
            @Override
            public void left(long bytes) {
                sent(bytes);
            }

            @Override
            public void failed() {
                giveUp(worker);
            }
        };
    }

    /** So many bytes of orders have left. */
    synchronized void sent(long bytes) {
        down += bytes;
    }

    /** So many bytes have come for it. */
    synchronized void received(long bytes) {
        up += bytes;
    }

    /**
     * Takes a result; one of another job does not count.
     *
     * @throws RefusedAnswerException if it does not count for another reason, which {@link #refuse} is to be told; everything is as it was
     */
    synchronized void take(int worker, ProductReply.Result result) {
        Part part = parts.get(worker);
        if (part == null || result.number() != number) {
            refused++;
            return;
        }
        answers.accept(worker, result.task(), result.value());
        part.answered.set(result.task());
        part.results++;
        part.computing += result.computing();
        part.waiting += result.waiting();
        part.last = seconds();
    }

    /** A result of an agent that was asked did not count; if it is spoilt, no other to its task is expected. */
    synchronized void refuse(int worker, ProductReply.Result result, RefusedAnswerException.Reason reason) {
        refused++;
        Part part = parts.get(worker);
        if (part != null && SPOILT.contains(reason)) {
            part.answered.set(result.task());
        }
    }

    /** An agent cannot do its part; nothing more is expected of it. */
    synchronized void giveUp(int worker) {
        Part part = parts.get(worker);
        if (part != null) {
            part.gaveUp = true;
        }
    }

    /** Whether an agent that lacks a factor is to be told it once more, which it is once. */
    synchronized boolean remind(int worker) {
        Part part = parts.get(worker);
        boolean first = part != null && !part.reminded;
        if (part != null) {
            part.reminded = true;
        }
        return first;
    }

    /** Looks at what answers have made, while no other comes. */
    synchronized <T> T look(Supplier<T> view) {
        return view.get();
    }

    /** Seconds until the first agent had done all that it was asked; NaN before. */
    synchronized double first() {
        return parts.values().stream()
                .filter(part -> part.results == part.asked)
                .mapToDouble(part -> part.last)
                .min()
                .orElse(Double.NaN);
    }

    /** Agents of which more may come, if the runs that were asked are there. */
    synchronized Map<Integer, String> unfinished() {
        Map<Integer, String> left = new TreeMap<>();
        parts.forEach((worker, part) -> {
            if (!part.gaveUp && part.answered.cardinality() < part.asked) {
                left.put(worker, part.instance);
            }
        });
        return left;
    }

    /** Since the first order. */
    double seconds() {
        return (System.nanoTime() - begun) / 1e9;
    }

    /** What each agent did. */
    synchronized List<Work> works() {
        List<Work> works = new ArrayList<>();
        parts.forEach((worker, part) ->
                works.add(new Work(worker, part.asked, part.results, part.computing, part.waiting, part.last)));
        return works;
    }

    synchronized long down() {
        return down;
    }

    synchronized long up() {
        return up;
    }

    synchronized int refused() {
        return refused;
    }
}
