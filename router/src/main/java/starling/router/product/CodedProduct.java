package starling.router.product;

import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
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
 * <p><b>Stragglers.</b> An agent that is slow, dies, or refuses is waited for only as long as the goal needs it and it is there, or was a few seconds
 * ago. One that has been restarted is given again what it has to keep.
 *
 * <p><b>Lost connections.</b> Whoever is reached by another line than before, because the agent, the broker or the router was away or has been
 * restarted, is told again to do what it has not answered.
 *
 * <p><b>What is refused.</b> Answers of an older product, to no task, a second one to the same, of a wrong shape, with a number that is not
 * finite: said and counted, those of an older product only counted; all other answers count. One product at a time.
 */
public final class CodedProduct implements AutoCloseable {
    /** Seconds for which an agent that is away, and was there when the product began, may come back. */
    private static final double PATIENCE = 5;
    /** Seconds that agents have to connect again, after the router has: an attempt of theirs and the pause after it. */
    private static final double SIGHT = 16;

    private final ProductTerms terms;
    private final Consumer<String> warnings;
    private final ComputeFleet fleet;
    private final int threads;
    private final Map<Long, Keeping> kept = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private volatile @Nullable Job current;

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
        fleet.await(
                terms.gather(), () -> {}, () -> fleet.present().cardinality() == terms.workers(), () -> Long.MAX_VALUE);
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
        Operand.Kept operand = new Operand.Kept(numbers.incrementAndGet(), factor);
        Keeping keeping = new Keeping(operand);
        kept.put(operand.number(), keeping);
        int[] asked = present(factor.code()).stream().toArray();
        boolean all = fleet.await(
                terms.deadline(),
                () -> Arrays.stream(asked).forEach(worker -> tell(worker, keeping)),
                () -> Arrays.stream(asked).noneMatch(worker -> keeping.isOpen(worker, fleet.line(worker))),
                () -> Long.MAX_VALUE);
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

    private BitSet present(ComputationCode code) {
        return fleet.present().get(0, code.workers().size());
    }

    private void tell(int worker, Keeping keeping) {
        Line line = fleet.line(worker);
        if (fleet.isConnected() && keeping.tells(worker, line)) {
            tell(worker, line.instance(), keeping, null);
        }
    }

    /** One that cannot be told is taken for one without room. */
    private void tell(int worker, String instance, Keeping keeping, @Nullable Job job) {
        Operand.Kept operand = keeping.operand();
        List<List<Matrix>> shares = shares(operand.factor(), worker, allTasks(operand.factor(), worker));
        fleet.send(worker, new ProductOrder.Keep(operand.number(), shares), new ComputeFleet.Sent() {
            @Override
            public void left(long bytes) {
                if (job != null) {
                    job.sent(bytes);
                }
            }

            @Override
            public void lost() {
                keeping.forget(worker);
                if (job != null) {
                    job.sending(worker).lost();
                }
            }

            @Override
            public void failed() {
                keeping.refuses(worker, instance);
                if (job != null) {
                    job.giveUp(worker);
                }
            }
        });
    }

    private static List<Integer> allTasks(CodedFactor factor, int worker) {
        return IntStream.range(0, factor.code().workers().get(worker).size())
                .boxed()
                .toList();
    }

    private static List<List<Matrix>> shares(CodedFactor factor, int worker, List<Integer> tasks) {
        return tasks.stream().map(task -> factor.input(worker, task)).toList();
    }

    /**
     * Multiplies: asks all agents that are there, and returns when the goal is met, when no agent is left that could bring more, or at
     * the deadline.
     *
     * @throws UnfitException at once, if the agents that are there cannot meet the goal
     * @throws IllegalArgumentException if the factors are not of one code or do not fit together
     */
    public Outcome multiply(Operand left, Operand right, Goal goal) {
        CodedJob coded = new CodedJob(numbers.incrementAndGet(), left.factor(), right.factor());
        ComputationCode code = coded.code();
        fits(code);
        Map<Integer, Line> asked = new TreeMap<>();
        IntStream.range(0, code.workers().size()).forEach(worker -> asked.put(worker, fleet.line(worker)));
        asked.values().removeIf(line -> !line.isThere());
        requireEnough(code, asked.keySet(), goal);
        JobDecoder decoder = coded.decoder();
        Job job = new Job(
                coded.number(),
                (worker, tasks) -> order(coded.number(), left, right, worker, tasks),
                (worker, task, value) -> decoder.accept(new Answer(coded.number(), worker, task, value)));
        asked.forEach((worker, line) ->
                job.ask(worker, line, code.workers().get(worker).size()));
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
        current = job;
        try {
            job.asked().forEach(worker -> tell(worker, job));
            fleet.await(longest, () -> look(job), () -> done.getAsBoolean() || job.isForlorn(PATIENCE, SIGHT), soon);
        } finally {
            current = null;
            job.end();
            job.busy()
                    .forEach(worker ->
                            fleet.send(worker, new ProductOrder.Cancel(job.number()), ComputeFleet.Sent.IGNORED));
        }
    }

    private void tell(int worker, Job job) {
        job.order(worker).ifPresent(order -> fleet.send(worker, order, job.sending(worker)));
    }

    /** Looks who is there, and tells those again whose line has changed: what they were told, or have answered, may be lost. */
    private void look(Job job) {
        if (!fleet.isConnected()) {
            job.seesNobody();
            return;
        }
        job.asked().stream()
                .filter(worker -> job.sees(worker, fleet.line(worker)))
                .forEach(worker -> tell(worker, job));
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
        long number = numbers.incrementAndGet();
        Job job = new Job(
                number, (worker, places) -> order(number, tasks.get(worker), places), (worker, place, value) -> {
                    receiver.accept(worker, place, value);
                    arrived.get(worker).set(place);
                });
        for (int worker = 0; worker < tasks.size(); worker++) {
            Line line = fleet.line(worker);
            if (line.isThere() && !tasks.get(worker).isEmpty()) {
                job.ask(worker, line, tasks.get(worker).size());
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

    private static ProductOrder.Multiply order(long job, List<Inputs> tasks, List<Integer> places) {
        int last = places.get(places.size() - 1);
        return new ProductOrder.Multiply(
                job,
                places.stream()
                        .map(place -> new ProductOrder.Step(place, place == last))
                        .toList(),
                new ProductOrder.Sent(
                        places.stream().map(place -> tasks.get(place).left()).toList()),
                new ProductOrder.Sent(
                        places.stream().map(place -> tasks.get(place).right()).toList()));
    }

    private void requireEnough(ComputationCode code, Set<Integer> asked, Goal goal) {
        if (goal instanceof Goal.Deadline || asked.size() == code.workers().size()) {
            return;
        }
        Recovery recovery = code.recovery();
        asked.forEach(worker -> IntStream.range(0, code.workers().get(worker).size())
                .forEach(task -> recovery.add(code.functional(worker, task))));
        int pieces = code.pieces(recovery).cardinality();
        boolean enough = goal instanceof Goal.Fraction part ? pieces >= part.pieces(code) : code.complete(recovery);
        if (!enough) {
            throw new UnfitException("the agents that are there must be enough for the code '" + code.name() + "' of "
                    + code.workers().size() + " workers: " + asked.size() + " are there, " + asked
                    + ", and know " + pieces + " of " + code.pieces().size() + " pieces together; " + fleet.describe());
        }
    }

    private static ProductOrder.Multiply order(long job, Operand left, Operand right, int worker, List<Integer> tasks) {
        List<Task> all = left.factor().code().workers().get(worker);
        return new ProductOrder.Multiply(
                job,
                tasks.stream()
                        .map(task -> new ProductOrder.Step(task, all.get(task).sends()))
                        .toList(),
                side(left, worker, tasks),
                side(right, worker, tasks));
    }

    private static ProductOrder.Operand side(Operand operand, int worker, List<Integer> tasks) {
        return operand instanceof Operand.Kept one
                ? new ProductOrder.Kept(one.number())
                : new ProductOrder.Sent(shares(operand.factor(), worker, tasks));
    }

    /** On the transport's thread. Whoever waits may go on as soon as something is noted, so what people should know is said before. */
    private void heard(int worker, String instance, ProductReply reply, int bytes) {
        Keeping keeping = kept.get(reply.number());
        if (reply instanceof ProductReply.Refuses refuses) {
            warnings.accept("agent " + worker + " refuses: " + refuses.why());
            if (keeping != null) {
                keeping.refuses(worker, instance);
            }
        } else if (reply instanceof ProductReply.Holds && keeping != null) {
            keeping.holds(worker, instance);
        }
        Job job = current;
        if (job == null) {
            return;
        }
        job.received(bytes);
        if (reply instanceof ProductReply.Result result && !job.isOfTask(worker, result)) {
            warnings.accept("agent " + worker + ": answers must be of a task of the job: there is no task "
                    + result.task() + " of worker " + worker);
            job.refuse(worker, result, RefusedAnswerException.Reason.UNKNOWN_TASK);
        } else if (reply instanceof ProductReply.Result result) {
            try {
                job.take(worker, result);
            } catch (RefusedAnswerException e) {
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
        Keeping keeping = kept.get(lacks.factor());
        if (keeping == null || keeping.isRefusedBy(worker, instance) || !job.remind(worker, lacks.factor())) {
            job.giveUp(worker);
        } else {
            tell(worker, instance, keeping, job);
            tell(worker, job);
        }
    }

    @Override
    public void close() {
        fleet.close();
    }
}
