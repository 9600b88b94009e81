package starling.router.product;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
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
    private final Orders orders;
    private final Map<Integer, Part> parts = new TreeMap<>();
    private final long begun = System.nanoTime();
    private long down;
    private long up;
    private int refused;
    private boolean over;
    /** Seconds at which the router could see nobody last; NaN if it always could. */
    private double blind = Double.NaN;

    /** What one agent was asked. */
    private static final class Part {
        private final int asked;
        private final BitSet answered = new BitSet();
        private Line line;
        private int results;
        private double computing;
        private double waiting;
        private double last = Double.NaN;
        private boolean gaveUp;
        private final Set<Long> reminded = new HashSet<>();
        private boolean again;
        /** Seconds; NaN while it is there. */
        private double awaySince = Double.NaN;

        Part(Line line, int asked) {
            this.line = line;
            this.asked = asked;
        }
    }

    /** What agents are told. */
    @FunctionalInterface
    interface Orders {
        /**
         * The order to an agent.
         *
         * @param places of its tasks, those that it is to do: one at least
         */
        ProductOrder.Multiply order(int worker, List<Integer> places);
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
    Job(long number, Orders orders, Answers answers) {
        this.number = number;
        this.orders = orders;
        this.answers = answers;
    }

    long number() {
        return number;
    }

    /** What an agent that was asked is told: to do what it has not answered; nothing if it has answered all. */
    Optional<ProductOrder.Multiply> order(int worker) {
        List<Integer> open = open(worker);
        return open.isEmpty() ? Optional.empty() : Optional.of(orders.order(worker, open));
    }

    private synchronized List<Integer> open(int worker) {
        Part part = Objects.requireNonNull(parts.get(worker), "an agent that was not asked");
        return IntStream.range(0, part.asked)
                .filter(place -> !part.answered.get(place))
                .boxed()
                .toList();
    }

    /** An agent is asked for all its tasks. */
    synchronized void ask(int worker, Line line, int tasks) {
        parts.put(worker, new Part(line, tasks));
    }

    /**
     * Takes note of whether an agent that was asked is there.
     *
     * @return whether it is to be told once more, because it is reached by another line now, or was silent; true once for each
     */
    synchronized boolean sees(int worker, Line now) {
        Part part = Objects.requireNonNull(parts.get(worker), "an agent that was not asked");
        if (!now.isThere()) {
            part.awaySince = Double.isNaN(part.awaySince) ? seconds() : part.awaySince;
            return false;
        }
        boolean returned = !Double.isNaN(part.awaySince);
        part.awaySince = Double.NaN;
        if (!returned && now.equals(part.line)) {
            return false;
        }
        if (!now.instance().equals(part.line.instance())) {
            part.gaveUp = false;
        }
        part.reminded.clear();
        part.line = now;
        part.again = true;
        return isOpen(part);
    }

    /** Takes note that nobody can be seen, whether there or not. */
    synchronized void seesNobody() {
        blind = seconds();
    }

    /**
     * Whether no more is to be expected: all have answered or given up, or are away.
     *
     * @param patience seconds for which somebody must be away at least
     * @param sight seconds for which the router must have been able to see them
     */
    synchronized boolean isForlorn(double patience, double sight) {
        double now = seconds();
        return parts.values().stream()
                .filter(Job::isOpen)
                .allMatch(part -> now - part.awaySince >= patience && !(now - blind < sight));
    }

    private static boolean isOpen(Part part) {
        return !part.gaveUp && part.answered.cardinality() < part.asked;
    }

    /** What becomes of an order to an agent. */
    ComputeFleet.Sent sending(int worker) {
        return new ComputeFleet.Sent() {
            @Override
            public void left(long bytes) {
                sent(bytes);
            }

            @Override
            public void lost() {
                forget(worker);
            }

            @Override
            public void failed() {
                giveUp(worker);
            }

            @Override
            public boolean isWanted() {
                return !isOver();
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

    /** Whether a result is of a task that the agent was asked for, or of another job. */
    synchronized boolean isOfTask(int worker, ProductReply.Result result) {
        Part part = parts.get(worker);
        return part == null || result.number() != number || (result.task() >= 0 && result.task() < part.asked);
    }

    /**
     * Takes a result; one of another job, or after the end, does not count.
     *
     * @throws RefusedAnswerException if it does not count for another reason, which {@link #refuse} is to be told; everything is as it was
     */
    synchronized void take(int worker, ProductReply.Result result) {
        Part part = parts.get(worker);
        if (over || part == null || result.number() != number) {
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

    /** Whether an agent that lacks a factor is to be told it once more; true once for each line. */
    synchronized boolean remind(int worker, long factor) {
        Part part = parts.get(worker);
        return part != null && part.reminded.add(factor);
    }

    /** What an agent was told has not left: it is told again when it is seen next. */
    private synchronized void forget(int worker) {
        Part part = parts.get(worker);
        if (part != null) {
            part.line = Line.NONE;
        }
    }

    /** Nothing counts any more. */
    synchronized void end() {
        over = true;
    }

    private synchronized boolean isOver() {
        return over;
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

    /** Agents of which more may come, if they are there. */
    synchronized Set<Integer> unfinished() {
        return agents(Job::isOpen);
    }

    /** Agents that may do something for it yet. */
    synchronized Set<Integer> busy() {
        return agents(part -> isOpen(part) || part.again);
    }

    /** All agents that were asked. */
    synchronized Set<Integer> asked() {
        return agents(part -> true);
    }

    private Set<Integer> agents(Predicate<Part> which) {
        Set<Integer> agents = new TreeSet<>();
        parts.forEach((worker, part) -> {
            if (which.test(part)) {
                agents.add(worker);
            }
        });
        return agents;
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
