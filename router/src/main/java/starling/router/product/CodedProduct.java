package starling.router.product;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import starling.codes.computation.Answer;
import starling.codes.computation.CodedFactor;
import starling.codes.computation.CodedJob;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Inputs;
import starling.codes.computation.JobDecoder;
import starling.codes.computation.Matrix;
import starling.codes.computation.Recovery;
import starling.codes.computation.RefusedAnswerException;
import starling.codes.computation.Task;
import starling.learning.product.ProductOrder;
import starling.learning.product.ProductReply;
import starling.link.LinkException;
import starling.link.Transport;
import starling.models.UnfitException;

/**
 * Products of matrices that agents compute for the router. The router encodes and decodes; agents multiply what they keep or are sent and
 * answer task by task; when the goal of a product is met, what is left of it is cancelled.
 *
 * <p><b>Stragglers.</b> An agent that is slow, dies, or refuses is waited for only as long as the goal needs it and it is there. One that has been
 * restarted is given again what it has to keep.
 *
 * <p><b>What is refused.</b> Answers of an older product, to no task, a second one to the same, of a wrong shape, with a number that is not
 * finite: said once each and counted; all other answers count. One product at a time.
 */
public final class CodedProduct implements AutoCloseable {
    private final ProductTerms terms;
    private final Consumer<String> warnings;
    private final ComputeFleet fleet;
    private final int threads;
    private final Map<Long, Operand.Kept> kept = new ConcurrentHashMap<>();

    private final Object lock = new Object();
    /** Of each factor, which run of an agent keeps it. */
    private final Map<Long, Map<Integer, String>> holders = new HashMap<>();
    /** Of each factor, which run of an agent has no room for it. */
    private final Map<Long, Map<Integer, String>> refusers = new HashMap<>();

    private long numbers;
    private @Nullable Job current;

    private CodedProduct(ProductTerms terms, Transport transport, int threads, Consumer<String> warnings) {
        this.terms = terms;
        this.threads = threads;
        this.warnings = warnings;
        this.fleet = ComputeFleet.start(terms, transport, this::heard, warnings);
    }

    /**
     * Connects.
     *
     * @param transport not connected yet; closed with this
     * @param threads of decoding
     * @param warnings is told what people should know, one sentence each, on any thread
     * @throws LinkException when the broker cannot be reached or refuses
     */
    public static CodedProduct start(ProductTerms terms, Transport transport, int threads, Consumer<String> warnings) {
        return new CodedProduct(terms, transport, threads, warnings);
    }

    /**
     * Waits until all agents are there, or the time to gather is over.
     *
     * @return who is there
     * @throws UnfitException if nobody is
     */
    public BitSet gather() {
        fleet.await(terms.gather(), () -> fleet.present().cardinality() == terms.workers());
        BitSet present = fleet.present();
        if (present.isEmpty()) {
            throw new UnfitException("a product needs at least one agent: none was there within "
                    + terms.gather().toSeconds() + " s; " + fleet.describe());
        }
        return present;
    }

    /**
     * Lets every agent that is there keep its shares of a factor.
     *
     * @return what products name it by, when all have said that they keep it, or the deadline is over
     * @throws IllegalArgumentException if the code has more workers than are expected
     */
    public Operand.Kept keep(CodedFactor factor) {
        fits(factor.code());
        Operand.Kept operand = new Operand.Kept(next(), factor);
        kept.put(operand.number(), operand);
        BitSet asked = present(factor.code());
        asked.stream().forEach(worker -> keep(worker, operand, null));
        boolean all =
                fleet.await(terms.deadline(), () -> asked.stream().allMatch(worker -> isSettled(worker, operand)));
        if (!all) {
            warnings.accept("not every agent keeps factor " + operand.number() + " within "
                    + terms.deadline().toSeconds() + " s");
        }
        return operand;
    }

    /** Lets agents drop a factor. */
    public void drop(Operand.Kept operand) {
        kept.remove(operand.number());
        fleet.present().stream()
                .forEach(worker ->
                        fleet.send(worker, new ProductOrder.Drop(operand.number()), ComputeFleet.Sent.IGNORED));
    }

    private void fits(ComputationCode code) {
        if (code.workers().size() > terms.workers()) {
            throw new IllegalArgumentException("a code must have at most as many workers as there are agents, "
                    + terms.workers() + ": it has " + code.workers().size());
        }
    }

    private long next() {
        synchronized (lock) {
            return ++numbers;
        }
    }

    private BitSet present(ComputationCode code) {
        return fleet.present().get(0, code.workers().size());
    }

    /** One that cannot be told is taken for one without room. */
    private void keep(int worker, Operand.Kept operand, @Nullable Job job) {
        String instance = fleet.instance(worker);
        ProductOrder order = new ProductOrder.Keep(operand.number(), shares(operand.factor(), worker));
        fleet.send(worker, order, new ComputeFleet.Sent() {
            @Override
            public void left(long bytes) {
                if (job != null) {
                    job.sent(bytes);
                }
            }

            @Override
            public void failed() {
                synchronized (lock) {
                    of(refusers, operand.number()).put(worker, instance);
                }
                if (job != null) {
                    job.giveUp(worker);
                }
            }
        });
    }

    private boolean isSettled(int worker, Operand.Kept operand) {
        String instance = fleet.instance(worker);
        synchronized (lock) {
            return instance.isEmpty()
                    || instance.equals(of(holders, operand.number()).get(worker))
                    || instance.equals(of(refusers, operand.number()).get(worker));
        }
    }

    private static Map<Integer, String> of(Map<Long, Map<Integer, String>> all, long factor) {
        return all.computeIfAbsent(factor, none -> new HashMap<>());
    }

    private static List<List<Matrix>> shares(CodedFactor factor, int worker) {
        return IntStream.range(0, factor.code().workers().get(worker).size())
                .mapToObj(task -> factor.input(worker, task))
                .toList();
    }

    /**
     * Multiplies: asks all agents that are there, and returns when the goal is met, when no agent is left that could bring more, or at
     * the deadline.
     *
     * @throws UnfitException at once, if the agents that are there cannot meet the goal
     * @throws IllegalArgumentException if the factors are not of one code or do not fit together
     */
    public Outcome multiply(Operand left, Operand right, Goal goal) {
        CodedJob coded = new CodedJob(next(), left.factor(), right.factor());
        ComputationCode code = coded.code();
        fits(code);
        Map<Integer, String> asked = new HashMap<>();
        present(code).stream().forEach(worker -> asked.put(worker, fleet.instance(worker)));
        asked.values().removeIf(String::isEmpty);
        requireEnough(code, asked, goal);
        JobDecoder decoder = coded.decoder();
        Job job = new Job(
                coded.number(),
                worker -> order(coded.number(), left, right, worker),
                (worker, task, value) -> decoder.accept(new Answer(coded.number(), worker, task, value)));
        asked.forEach((worker, instance) ->
                job.ask(worker, instance, code.workers().get(worker).size()));
        BooleanSupplier isMet = () -> job.look(() -> decoder.complete()
                || (goal instanceof Goal.Fraction part && decoder.pieces().cardinality() >= part.pieces(code)));
        Duration longest =
                goal instanceof Goal.Deadline deadline && deadline.time().compareTo(terms.deadline()) < 0
                        ? deadline.time()
                        : terms.deadline();
        run(job, longest, isMet, () -> Long.MAX_VALUE);
        double seconds = job.seconds();
        return job.look(() -> new Outcome(
                decoder.decode(threads),
                isMet.getAsBoolean(),
                seconds,
                job.seconds() - seconds,
                job.works(),
                job.down(),
                job.up(),
                job.refused()));
    }

    /** Tells all that are asked, waits, and cancels what is left. */
    private void run(Job job, Duration longest, BooleanSupplier done, LongSupplier soon) {
        synchronized (lock) {
            current = job;
        }
        try {
            job.unfinished().keySet().forEach(worker -> fleet.send(worker, job.order(worker), job.sending(worker)));
            fleet.await(longest, () -> done.getAsBoolean() || nobodyLeft(job), soon);
        } finally {
            synchronized (lock) {
                current = null;
            }
            job.unfinished()
                    .keySet()
                    .forEach(worker ->
                            fleet.send(worker, new ProductOrder.Cancel(job.number()), ComputeFleet.Sent.IGNORED));
        }
    }

    /**
     * A round of a stream: every agent that is there does its tasks and sends all results together. It ends when they are enough and a
     * part more time is over than the first agent took.
     *
     * @param tasks for every agent what it multiplies
     * @param receiver takes results, on another thread
     * @param enough whether these results are enough: for every agent the places of its tasks whose results came
     * @param mu the part, from 0
     */
    public Round round(List<List<Inputs>> tasks, Round.Receiver receiver, Predicate<List<BitSet>> enough, double mu) {
        if (tasks.size() > terms.workers() || !(mu >= 0)) {
            throw new IllegalArgumentException("a round must be for at most " + terms.workers()
                    + " agents and wait 0 or more: it is for " + tasks.size() + " and waits " + mu);
        }
        List<BitSet> arrived = tasks.stream().map(own -> new BitSet()).toList();
        long number = next();
        Job job = new Job(number, worker -> order(number, tasks.get(worker)), (worker, place, value) -> {
            receiver.accept(worker, place, value);
            arrived.get(worker).set(place);
        });
        for (int worker = 0; worker < tasks.size(); worker++) {
            String instance = fleet.instance(worker);
            if (!instance.isEmpty() && !tasks.get(worker).isEmpty()) {
                job.ask(worker, instance, tasks.get(worker).size());
            }
        }
        BooleanSupplier isEnough = () -> job.look(() -> enough.test(arrived));
        DoubleSupplier left = () -> (1 + mu) * job.first() - job.seconds();
        run(
                job,
                terms.deadline(),
                () -> isEnough.getAsBoolean() && (job.unfinished().isEmpty() || left.getAsDouble() <= 0),
                () -> left.getAsDouble() > 0 ? (long) (1e3 * left.getAsDouble()) : Long.MAX_VALUE);
        double seconds = job.seconds();
        return job.look(() -> new Round(
                isEnough.getAsBoolean(),
                arrived.stream().map(places -> (BitSet) places.clone()).toList(),
                seconds,
                job.works(),
                job.down(),
                job.up(),
                job.refused()));
    }

    private static ProductOrder.Multiply order(long job, List<Inputs> tasks) {
        List<ProductOrder.Step> steps = new ArrayList<>();
        for (int place = 0; place < tasks.size(); place++) {
            steps.add(new ProductOrder.Step(place, place == tasks.size() - 1));
        }
        return new ProductOrder.Multiply(
                job,
                steps,
                new ProductOrder.Sent(tasks.stream().map(Inputs::left).toList()),
                new ProductOrder.Sent(tasks.stream().map(Inputs::right).toList()));
    }

    private void requireEnough(ComputationCode code, Map<Integer, String> asked, Goal goal) {
        if (goal instanceof Goal.Deadline || asked.size() == code.workers().size()) {
            return;
        }
        Recovery recovery = code.recovery();
        asked.keySet()
                .forEach(worker -> IntStream.range(0, code.workers().get(worker).size())
                        .forEach(task -> recovery.add(code.functional(worker, task))));
        int pieces = code.pieces(recovery).cardinality();
        boolean enough = goal instanceof Goal.Fraction part ? pieces >= part.pieces(code) : code.complete(recovery);
        if (!enough) {
            throw new UnfitException("the agents that are there must be enough for the code '" + code.name() + "' of "
                    + code.workers().size() + " workers: " + asked.size() + " are there, " + asked.keySet()
                    + ", and know " + pieces + " of " + code.pieces().size() + " pieces together; " + fleet.describe());
        }
    }

    private boolean nobodyLeft(Job job) {
        return job.unfinished().entrySet().stream()
                .noneMatch(left -> left.getValue().equals(fleet.instance(left.getKey())));
    }

    private static ProductOrder.Multiply order(long job, Operand left, Operand right, int worker) {
        List<Task> tasks = left.factor().code().workers().get(worker);
        List<ProductOrder.Step> steps = new ArrayList<>();
        for (int task = 0; task < tasks.size(); task++) {
            steps.add(new ProductOrder.Step(task, tasks.get(task).sends()));
        }
        return new ProductOrder.Multiply(job, steps, side(left, worker), side(right, worker));
    }

    private static ProductOrder.Operand side(Operand operand, int worker) {
        return operand instanceof Operand.Kept one
                ? new ProductOrder.Kept(one.number())
                : new ProductOrder.Sent(shares(operand.factor(), worker));
    }

    /** On the transport's thread. */
    private void heard(int worker, String instance, ProductReply reply, int bytes) {
        Job job;
        synchronized (lock) {
            job = current;
            if (reply instanceof ProductReply.Holds holds) {
                of(holders, holds.number()).put(worker, instance);
            } else if (reply instanceof ProductReply.Refuses refuses && kept.containsKey(refuses.number())) {
                of(refusers, refuses.number()).put(worker, instance);
            }
        }
        if (reply instanceof ProductReply.Refuses refuses) {
            warnings.accept("agent " + worker + " refuses: " + refuses.why());
        }
        if (job == null) {
            return;
        }
        job.received(bytes);
        if (reply instanceof ProductReply.Result result) {
            try {
                job.take(worker, result);
            } catch (RefusedAnswerException e) {
                // First the warning: who waits for the product may go on as soon as nothing more is expected.
                warnings.accept("agent " + worker + ": " + e.getMessage());
                job.refuse(worker, result, e.reason());
            }
        } else if (reply instanceof ProductReply.Lacks lacks && lacks.number() == job.number()) {
            lacks(job, worker, instance, lacks);
        } else if (reply instanceof ProductReply.Refuses refuses && refuses.number() == job.number()) {
            job.giveUp(worker);
        }
    }

    /** An agent that began after its shares were sent, or has been restarted, is sent them once. */
    private void lacks(Job job, int worker, String instance, ProductReply.Lacks lacks) {
        Operand.Kept operand = kept.get(lacks.factor());
        boolean full;
        synchronized (lock) {
            full = instance.equals(of(refusers, lacks.factor()).get(worker));
        }
        if (operand == null || full || !job.remind(worker)) {
            job.giveUp(worker);
        } else {
            keep(worker, operand, job);
            fleet.send(worker, job.order(worker), job.sending(worker));
        }
    }

    @Override
    public void close() {
        fleet.close();
    }
}
