package starling.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import starling.agent.compute.ComputeAgent;
import starling.agent.compute.ComputeSettings;
import starling.agent.compute.Pace;
import starling.codes.computation.CodedFactor;
import starling.codes.computation.CodedJob;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.JobDecoder;
import starling.codes.computation.Matrix;
import starling.codes.computation.Partition;
import starling.codes.partial.PartialGradientCodes;
import starling.codes.random.RandomStream;
import starling.codes.sequential.ArbitraryStragglers;
import starling.codes.sequential.Dip;
import starling.codes.sequential.Idip;
import starling.codes.sequential.SequentialScheme;
import starling.codes.straggler.ShiftedExponential;
import starling.codes.threshold.MdsCode;
import starling.codes.threshold.PolynomialCode;
import starling.codes.threshold.UncodedCode;
import starling.codes.uep.NormOrder;
import starling.codes.uep.ProtectionScheme;
import starling.codes.uep.UepCode;
import starling.codes.uep.Windows;
import starling.learning.product.ProductOrder;
import starling.learning.product.ProductReply;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.frame.FrameDescriptor;
import starling.link.frame.MalformedFrameException;
import starling.link.frame.PlanHash;
import starling.link.memory.InMemoryBroker;
import starling.link.memory.InMemoryTransport;
import starling.link.piece.Piece;
import starling.link.presence.Presence;
import starling.link.presence.PresenceAnnouncer;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.UnfitException;
import starling.router.product.CodedProduct;
import starling.router.product.Goal;
import starling.router.product.Operand;
import starling.router.product.Outcome;
import starling.router.product.ProductStream;
import starling.router.product.ProductTerms;

/** Products that agents compute, in one process over the in-memory broker: they are the true ones, whatever happens on the way. */
@Timeout(120)
class CodedProductTest {
    private static final String FLEET = "mill";
    private static final Topics TOPICS = new Topics(FLEET);
    private static final long MEBIBYTE = 1 << 20;
    private static final Pace NEVER = Pace.of(1, new ShiftedExponential(1000, 1, 3));
    private static final Goal ALL = new Goal.All();

    private final InMemoryBroker broker = new InMemoryBroker();
    private final List<ComputeAgent> agents = new ArrayList<>();
    private final Map<Integer, InMemoryTransport> transports = new HashMap<>();
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private final Matrix a = random(7, 10, 1);
    private final Matrix b = random(10, 5, 2);
    private int instances;
    private @Nullable CodedProduct product;
    private @Nullable InMemoryTransport routerLine;

    @AfterEach
    void end() {
        if (product != null) {
            product.close();
        }
        agents.forEach(ComputeAgent::close);
        broker.close();
    }

    private static Matrix random(int rows, int columns, long seed) {
        RandomStream stream = new RandomStream(seed);
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = stream.uniform(i) - 0.5;
        }
        return new Matrix(rows, columns, values);
    }

    private CodedProduct router(int workers, int deadline, int gather) {
        SessionSettings session = SessionSettings.of(TOPICS, new Role.Router(), "router-" + ++instances);
        InMemoryTransport line = broker.newTransport();
        routerLine = line;
        CodedProduct begun = CodedProduct.start(
                new ProductTerms(
                        FLEET,
                        "router-" + instances,
                        session,
                        workers,
                        10_000,
                        Duration.ofSeconds(deadline),
                        Duration.ofSeconds(gather)),
                line,
                1,
                warnings::add);
        product = begun;
        return begun;
    }

    private ComputeAgent agent(int node, Pace pace, long memory) {
        String instance = "agent-" + ++instances;
        InMemoryTransport transport = broker.newTransport();
        ComputeAgent agent =
                new ComputeAgent(new ComputeSettings(FLEET, node, pace, memory, 1, "test"), instance, transport);
        agents.add(agent);
        transports.put(node, transport);
        agent.start(SessionSettings.of(TOPICS, new Role.Worker(node), instance));
        return agent;
    }

    private void agents(int count) {
        for (int node = 0; node < count; node++) {
            agent(node, Pace.OWN, MEBIBYTE);
        }
    }

    private static void equal(Matrix expected, Matrix found) {
        assertEquals(0, Math.sqrt(expected.squaredDistance(found) / expected.squaredNorm()), 1e-9);
    }

    private static ComputationCode code(String name) {
        return switch (name) {
            case "uncoded" -> UncodedCode.of(new Partition(2, 2, 2), 4);
            case "mds" -> MdsCode.of(3, 4);
            case "polynomial" -> PolynomialCode.of(2, 2, 4);
            case "matdot" -> PolynomialCode.matDot(2, 4);
            default -> PartialGradientCodes.mcc(4, 2);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"uncoded", "mds", "polynomial", "matdot"})
    void productsAreTheTrueOnes(String name) {
        ComputationCode code = code(name);
        agents(4);
        CodedProduct router = router(4, 20, 20);
        assertEquals(4, router.gather().cardinality());
        Operand.Kept left = router.keep(CodedFactor.left(code, a));
        Operand.Kept right = router.keep(CodedFactor.right(code, b));
        for (Operand one : List.of(left, new Operand.Sent(left.factor()))) {
            for (Operand other : List.of(right, new Operand.Sent(right.factor()))) {
                Outcome outcome = router.multiply(one, other, ALL);
                assertTrue(outcome.met() && outcome.decoded().complete());
                equal(a.times(b), outcome.decoded().result());
                assertTrue(outcome.bytesUp() > 0 && outcome.bytesDown() > 0);
            }
        }
        router.drop(left);
        router.drop(right);
        assertEquals(List.of(), warnings);
    }

    /** An answer of several products of blocks, held back until a task that sends. */
    @Test
    void tasksThatWaitForALaterOneAreSentWithIt() {
        ComputationCode code = code("cpgc");
        int workers = code.workers().size();
        agents(workers);
        CodedProduct router = router(workers, 20, 20);
        router.gather();
        Matrix wide = random(16, 10, 5);
        Outcome outcome = router.multiply(
                new Operand.Sent(CodedFactor.left(code, wide)), new Operand.Sent(CodedFactor.right(code, b)), ALL);
        assertTrue(outcome.met());
        equal(wide.times(b), outcome.decoded().result());
    }

    /** Agents are slow in rounds of their own; every product of the stream is the true one, at most T rounds after it began. */
    @ParameterizedTest
    @ValueSource(strings = {"uncoded", "polynomial", "dip", "idip"})
    void streamsOfProductsAreTheTrueOnes(String name) {
        int jobs = 12;
        for (int node = 0; node < 4; node++) {
            int self = node;
            agent(node, new Pace(1e6, 20, (round, worker) -> (round + self) % 4 == 0, null), MEBIBYTE);
        }
        CodedProduct router = router(4, 60, 20);
        router.gather();
        SequentialScheme scheme =
                switch (name) {
                    case "uncoded" -> Dip.uncoded(4, jobs);
                    case "polynomial" -> Dip.polynomial(2, 1, 4, jobs);
                    case "dip" -> Dip.of(2, 3, 4, 3, 1, jobs);
                    default -> new Idip(2, 3, 4, new ArbitraryStragglers(10, 4), jobs);
                };
        ProductStream stream = new ProductStream(router, scheme, 0.25);
        Map<Long, Matrix> lefts = new HashMap<>();
        Map<Long, Matrix> rights = new HashMap<>();
        int known = 0;
        for (long round = 1; !stream.over(); round++) {
            ProductStream.Step step;
            if (round <= jobs) {
                lefts.put(round, random((int) (3 + round % 4), 8, round));
                rights.put(round, random(8, 6, -round));
                step = stream.begin(
                        Objects.requireNonNull(lefts.get(round)), Objects.requireNonNull(rights.get(round)));
            } else {
                step = stream.next();
            }
            for (Map.Entry<Long, Matrix> entry : step.known().entrySet()) {
                long job = entry.getKey();
                assertTrue(round - job <= scheme.delay(), "job " + job + " in round " + round);
                equal(
                        Objects.requireNonNull(lefts.get(job)).times(Objects.requireNonNull(rights.get(job))),
                        entry.getValue());
                known++;
            }
        }
        assertEquals(jobs, known);
        assertEquals(List.of(), warnings);
    }

    @Test
    void aStreamThatCannotGoOnSaysSo() {
        agents(3);
        CodedProduct router = router(4, 60, 1);
        awaitAgents(router, 3);
        ProductStream stream = new ProductStream(router, Dip.uncoded(4, 1), 0);
        long begun = System.nanoTime();
        UnfitException few = assertThrows(UnfitException.class, () -> stream.begin(a, b));
        assertTrue(String.valueOf(few.getMessage()).startsWith("round 1 of the stream needs more results"));
        assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(30), "nobody is left: it is not the deadline");
    }

    /** To eight agents at once, each more than an eighth of what a session lets wait. */
    @Test
    void longSharesTravelToAllAgentsAtOnce() {
        for (int node = 0; node < 8; node++) {
            agent(node, Pace.OWN, 16 * MEBIBYTE);
        }
        CodedProduct router = router(8, 60, 20);
        router.gather();
        Matrix large = random(1600, 1600, 6);
        Matrix vector = random(1600, 1, 7);
        Operand.Kept left = router.keep(CodedFactor.left(MdsCode.of(6, 8), large));
        assertEquals(List.of(), warnings);
        Outcome outcome = router.multiply(
                left, new Operand.Sent(CodedFactor.right(left.factor().code(), vector)), ALL);
        equal(large.times(vector), outcome.decoded().result());
    }

    private Outcome multiply(CodedProduct router, ComputationCode code, Goal goal) {
        return router.multiply(
                new Operand.Sent(CodedFactor.left(code, a)), new Operand.Sent(CodedFactor.right(code, b)), goal);
    }

    @Test
    void aStragglerIsNotWaitedForAndIsFreeAgainAtOnce() {
        agents(3);
        ComputeAgent slow = agent(3, NEVER, MEBIBYTE);
        CodedProduct router = router(4, 60, 20);
        router.gather();
        ComputationCode code = MdsCode.of(3, 4);
        Outcome outcome = multiply(router, code, ALL);
        assertTrue(outcome.met());
        equal(a.times(b), outcome.decoded().result());
        assertEquals(0, outcome.works().get(3).results());
        long begun = System.nanoTime();
        router.keep(CodedFactor.left(code, a));
        assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(30), "the slow one answers: it was cancelled");
        assertEquals("0 tasks done", slow.status());
        assertEquals(List.of(), warnings);
    }

    @Test
    void oneThatDiesIsAStragglerAndNotWaitedForWhereItIsNeeded() {
        agents(3);
        agent(3, NEVER, MEBIBYTE);
        CodedProduct router = router(4, 60, 20);
        router.gather();
        CountDownLatch told = new CountDownLatch(1);
        broker.setFaults((from, to, topic) -> {
            if (topic.equals(TOPICS.orders(new Role.Worker(3)))) {
                told.countDown();
            }
            return List.of(Duration.ZERO);
        });
        Thread killer = new Thread(() -> {
            try {
                told.await();
                Objects.requireNonNull(transports.get(3)).kill();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        killer.start();
        ComputationCode code = UncodedCode.of(Partition.rowsTimesColumns(4, 1), 4);
        Outcome outcome = multiply(router, code, ALL);
        assertFalse(outcome.met());
        assertTrue(outcome.seconds() < 30, "it ends with the agent, not with the deadline: " + outcome.seconds());
        assertEquals(3, outcome.decoded().pieces().cardinality());
        assertTrue(multiply(router, MdsCode.of(3, 4), ALL).met());
        UnfitException tooFew = assertThrows(UnfitException.class, () -> multiply(router, code, ALL));
        assertTrue(String.valueOf(tooFew.getMessage()).contains("3 are there"), tooFew.getMessage());
    }

    /** What is published on a topic comes to nobody until the connections of those who need it have been renewed. */
    private Outcome withLost(String topic, Runnable renew) throws InterruptedException {
        CodedProduct router = router(4, 60, 20);
        router.gather();
        CountDownLatch lost = new CountDownLatch(1);
        AtomicBoolean loses = new AtomicBoolean(true);
        broker.setFaults((from, to, published) -> {
            if (published.equals(topic) && loses.get()) {
                lost.countDown();
                return List.of();
            }
            return List.of(Duration.ZERO);
        });
        Thread mender = new Thread(() -> {
            try {
                lost.await();
                loses.set(false);
                renew.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        mender.start();
        Outcome outcome = multiply(router, UncodedCode.of(Partition.rowsTimesColumns(4, 1), 4), ALL);
        mender.join();
        return outcome;
    }

    private static void renew(@Nullable InMemoryTransport line) {
        InMemoryTransport one = Objects.requireNonNull(line);
        one.cut();
        one.mend();
    }

    @Test
    void anOrderThatIsLostWithTheConnectionComesAgain() throws InterruptedException {
        agents(4);
        Outcome outcome = withLost(TOPICS.orders(new Role.Worker(3)), () -> renew(transports.get(3)));
        assertTrue(outcome.met(), warnings.toString());
        equal(a.times(b), outcome.decoded().result());
    }

    @Test
    void anAnswerThatIsLostWithTheRoutersConnectionComesAgain() throws InterruptedException {
        agents(4);
        Outcome outcome = withLost(TOPICS.products(new Role.Worker(2)), () -> renew(routerLine));
        assertTrue(outcome.met(), warnings.toString());
        equal(a.times(b), outcome.decoded().result());
    }

    @Test
    void aProductOutlivesItsBroker() throws InterruptedException {
        agents(4);
        Outcome outcome = withLost(TOPICS.products(new Role.Worker(2)), () -> {
            broker.stop();
            broker.start();
        });
        assertTrue(outcome.met(), warnings.toString());
        equal(a.times(b), outcome.decoded().result());
    }

    @Test
    void anAgentThatIsRestartedMeanwhileDoesItsPart() throws InterruptedException {
        agents(3);
        agent(3, NEVER, MEBIBYTE);
        Outcome outcome = withLost(TOPICS.products(new Role.Worker(2)), () -> {
            renew(transports.get(2));
            Objects.requireNonNull(transports.get(3)).kill();
            agent(3, Pace.OWN, MEBIBYTE);
        });
        assertTrue(outcome.met(), warnings.toString());
        equal(a.times(b), outcome.decoded().result());
    }

    @Test
    void aFractionOrADeadlineIsEnoughWhereItIsTheGoal() {
        agents(3);
        agent(3, NEVER, MEBIBYTE);
        CodedProduct router = router(4, 60, 20);
        router.gather();
        ComputationCode code = UncodedCode.of(Partition.rowsTimesColumns(4, 1), 4);
        Outcome part = multiply(router, code, new Goal.Fraction(0.75));
        assertTrue(part.met());
        assertEquals(3, part.decoded().pieces().cardinality());
        Outcome soon = multiply(router, code, new Goal.Deadline(Duration.ofSeconds(3)));
        assertFalse(soon.met());
        assertTrue(soon.seconds() >= 2.99 && soon.seconds() < 20, "seconds " + soon.seconds());
        Matrix expected = a.times(b);
        // Rows 0 to 5 are of the first three blocks of two; the last one is not known.
        equal(expected.part(0, 0, 6, 5), soon.decoded().result().part(0, 0, 6, 5));
        assertEquals(0, soon.decoded().result().part(6, 0, 1, 5).squaredNorm());
        assertThrows(IllegalArgumentException.class, () -> new Goal.Fraction(0));
        assertThrows(IllegalArgumentException.class, () -> new Goal.Deadline(Duration.ZERO));
    }

    /** What is known at the deadline is what the answers that have come determine; the rest is zero. */
    @ParameterizedTest
    @CsvSource({"NON_OVERLAPPING, true", "EXPANDING, true", "NON_OVERLAPPING, false", "EXPANDING, false"})
    void withUnequalProtectionADeadlineBringsWhatIsKnown(Windows.Kind kind, boolean idealised) {
        agents(6);
        agent(6, NEVER, MEBIBYTE);
        CodedProduct router = router(7, 60, 20);
        router.gather();
        Partition partition = Partition.rowsTimesColumns(3, 1);
        Windows windows = Windows.usual(kind, 3);
        ProtectionScheme scheme = idealised
                ? ProtectionScheme.idealised(partition, windows, 7)
                : ProtectionScheme.factorCoded(partition, windows, 7, UepCode.Pairing.RANDOM);
        NormOrder order = scheme.order(a, b, true);
        Matrix left = order.left(a);
        Matrix right = order.right(b);
        ComputationCode code = scheme.code(left, right, 1);
        CodedJob here = CodedJob.of(1, code, left, right);
        JobDecoder expected = here.decoder();
        for (int worker = 0; worker < 6; worker++) {
            expected.accept(here.answer(worker, 0));
        }
        Outcome outcome = router.multiply(
                new Operand.Sent(CodedFactor.left(code, left)),
                new Operand.Sent(CodedFactor.right(code, right)),
                new Goal.Deadline(Duration.ofSeconds(3)));
        assertEquals(expected.pieces(), outcome.decoded().pieces());
        Matrix found = order.restore(outcome.decoded().result());
        equal(order.restore(expected.decode().result()), found);
        assertFalse(outcome.decoded().pieces().isEmpty());
        Matrix truth = a.times(b);
        for (int row = 0; row < truth.rows(); row++) {
            Matrix own = found.part(row, 0, 1, 5);
            assertTrue(
                    own.squaredNorm() == 0 || own.squaredDistance(truth.part(row, 0, 1, 5)) < 1e-18,
                    "row " + row + " is the true one, or zero");
        }
    }

    /** Gathers as often as that takes. */
    private static void awaitAgents(CodedProduct router, int count) {
        for (int attempt = 0; attempt < 20 && router.gather().cardinality() < count; attempt++) {
            // Each takes a second.
        }
        assertEquals(count, router.gather().cardinality());
    }

    @Test
    void oneThatComesLateOrWasRestartedIsGivenAgainWhatItKeeps() {
        agents(3);
        CodedProduct router = router(4, 20, 1);
        awaitAgents(router, 3);
        ComputationCode code = UncodedCode.of(Partition.rowsTimesColumns(4, 1), 4);
        Operand.Kept left = router.keep(CodedFactor.left(code, a));
        Operand right = new Operand.Sent(CodedFactor.right(code, b));
        agent(3, Pace.OWN, MEBIBYTE);
        agents.get(0).close();
        agent(0, Pace.OWN, MEBIBYTE);
        awaitAgents(router, 4);
        Outcome again = router.multiply(left, right, ALL);
        assertTrue(again.met(), warnings.toString());
        equal(a.times(b), again.decoded().result());
        Outcome last = router.multiply(left, right, ALL);
        assertTrue(last.bytesDown() < again.bytesDown() - 2 * 2 * 10 * Double.BYTES, "kept ones do not travel again");
    }

    @Test
    void oneWithoutRoomIsAStraggler() {
        agents(3);
        agent(3, Pace.OWN, 1000);
        CodedProduct router = router(4, 20, 20);
        router.gather();
        ComputationCode code = MdsCode.of(3, 4);
        Matrix large = random(60, 10, 4);
        router.keep(CodedFactor.left(code, random(30, 10, 4)));
        assertEquals(List.of(), warnings);
        Operand.Kept left = router.keep(CodedFactor.left(code, random(30, 10, 4)));
        assertTrue(
                warnings.get(0).startsWith("agent 3 refuses: shares that are kept must have at most 1000 bytes"),
                warnings.toString());
        Outcome outcome = router.multiply(left, new Operand.Sent(CodedFactor.right(code, b)), ALL);
        assertTrue(outcome.met());
        equal(random(30, 10, 4).times(b), outcome.decoded().result());
        // An order that is longer than all its room is refused before it has come whole.
        Operand.Kept more = router.keep(CodedFactor.left(code, large));
        assertTrue(
                warnings.stream()
                        .anyMatch(sentence ->
                                sentence.startsWith("agent 3 refuses: orders that wait must have at most 1000 bytes")),
                warnings.toString());
        Outcome again = router.multiply(more, new Operand.Sent(CodedFactor.right(code, b)), ALL);
        assertTrue(again.met());
        equal(large.times(b), again.decoded().result());
    }

    /** An agent that answers at once, whatever it was asked for. */
    private final class Liar implements AutoCloseable {
        private final InMemoryTransport transport = broker.newTransport();
        private final Role.Worker role;
        private final PresenceAnnouncer announcer;
        private final LongFunction<List<ProductReply>> answers;
        private long messages;

        Liar(int node, LongFunction<List<ProductReply>> answers) {
            this.role = new Role.Worker(node);
            this.answers = answers;
            this.announcer = new PresenceAnnouncer(
                    TOPICS, role, Presence.starting(role, "liar-" + ++instances, PlanHash.NONE, "test", false));
        }

        void begin() {
            var orders = transport.subscribe(TOPICS.orders(role), message -> {
                try {
                    Piece piece = Piece.decode(message.payload());
                    ProductOrder order = ProductOrder.decode(piece.bytes());
                    if (order instanceof ProductOrder.Multiply) {
                        answers.apply(order.number())
                                .forEach(reply -> say(piece.key().epoch(), reply.encode()));
                    }
                } catch (MalformedFrameException e) {
                    throw new IllegalStateException(e);
                }
            });
            var runs = transport.subscribe(TOPICS.routerPresence(), message -> {
                Presence router = Presence.parse(message.payload());
                if (router.status() == Presence.Status.READY) {
                    announcer.update(
                            before -> before.withStatus(Presence.Status.READY).withEpoch(router.epoch()));
                }
            });
            announcer.begin(transport, ProductOrder.HEARTBEAT);
            transport.connect(announcer.settings(SessionSettings.of("liar-" + role.number())));
            orders.join();
            runs.join();
        }

        void say(long epoch, byte[] message) {
            for (Piece piece : Piece.of(new Piece.Key(1, role.number(), epoch, ++messages), message, Piece.BYTES)) {
                var unused = transport.publish(TOPICS.products(role), piece.encode(), Qos.AT_LEAST_ONCE, false);
            }
        }

        @Override
        public void close() {
            announcer.close();
            transport.close();
        }
    }

    private static ProductReply.Result result(long job, int task, Matrix value) {
        return new ProductReply.Result(job, task, 0, 0, value);
    }

    @Test
    void answersThatAreNoneAreRefusedAndTheOthersCount() {
        Matrix share = random(1, 5, 9);
        Matrix broken = random(1, 5, 9);
        broken.values()[4] = Double.NaN;
        agents(3);
        try (Liar liar = new Liar(
                3,
                job -> List.of(
                        result(job - 1, 0, share),
                        result(job, 2, share),
                        result(job, 0, random(5, 3, 9)),
                        result(job, 1, broken)))) {
            liar.begin();
            CodedProduct router = router(4, 20, 20);
            router.gather();
            ComputationCode code = UncodedCode.of(Partition.rowsTimesColumns(8, 1), 4);
            Outcome needed = multiply(router, code, ALL);
            assertFalse(needed.met());
            assertEquals(4, needed.refused());
            assertEquals(6, needed.decoded().pieces().cardinality());
            assertTrue(needed.seconds() < 15, "nothing more is expected of it: " + needed.seconds());
            assertTrue(
                    warnings.stream().anyMatch(sentence -> sentence.contains("answers must be of 1 x 5 numbers")),
                    warnings.toString());
            assertTrue(warnings.stream().anyMatch(sentence -> sentence.contains("answers must be finite")));
            assertTrue(warnings.stream().anyMatch(sentence -> sentence.contains("no task 2 of worker 3")));
            Outcome outcome = multiply(router, MdsCode.of(3, 4), ALL);
            assertTrue(outcome.met());
            equal(a.times(b), outcome.decoded().result());
            assertEquals(0, outcome.works().get(3).results());
        }
    }

    @Test
    void oneThatAnswersTwiceOrForAnotherChangesNothing() {
        agents(3);
        Matrix share = random(2, 5, 9);
        try (Liar liar = new Liar(3, job -> List.of(result(job, 0, share), result(job, 0, random(2, 5, 8))))) {
            liar.begin();
            CodedProduct router = router(4, 20, 20);
            router.gather();
            ComputationCode code = UncodedCode.of(Partition.rowsTimesColumns(4, 1), 4);
            Outcome outcome = multiply(router, code, new Goal.Deadline(Duration.ofSeconds(5)));
            assertTrue(outcome.met());
            // Its first word stands, for nobody can know better; the rest is the true product.
            equal(share.part(0, 0, 1, 5), outcome.decoded().result().part(6, 0, 1, 5));
            equal(a.times(b).part(0, 0, 6, 5), outcome.decoded().result().part(0, 0, 6, 5));
        }
    }

    /** Whatever is published on its topic, an agent goes on; and so does the router. */
    @Test
    void bytesWithoutMeaningChangeNothing() {
        agents(4);
        CodedProduct router = router(4, 20, 20);
        router.gather();
        InMemoryTransport noise = broker.newTransport();
        noise.connect(SessionSettings.of("noise"));
        CompletableFuture<Long> run = new CompletableFuture<>();
        noise.subscribe(
                        TOPICS.routerPresence(),
                        message ->
                                run.complete(Presence.parse(message.payload()).epoch()))
                .join();
        long epoch = run.join();
        RandomStream stream = new RandomStream(17);
        for (int i = 0; i < 400; i++) {
            byte[] bytes = new byte[1 + i % 90];
            for (int k = 0; k < bytes.length; k++) {
                bytes[k] = (byte) (256 * stream.uniform(100L * i + k));
            }
            if (i % 5 == 0) {
                // A kind that there is.
                bytes[0] = (byte) (1 + i / 5 % 4);
            }
            Role.Worker role = new Role.Worker(i % 4);
            boolean order = i / 4 % 2 == 0;
            // With a higher number than the router's next order it would be taken for a newer one.
            Piece.Key key = order
                    ? new Piece.Key(ProductOrder.KIND, FrameDescriptor.ROUTER, epoch, 0)
                    : new Piece.Key(ProductOrder.KIND, role.number(), epoch, i);
            byte[] piece = Piece.of(key, bytes, Piece.BYTES).get(0).encode();
            noise.publish(
                            order ? TOPICS.orders(role) : TOPICS.products(role),
                            i % 3 == 0 ? bytes : piece,
                            Qos.AT_LEAST_ONCE,
                            false)
                    .join();
        }
        Outcome outcome = multiply(router, code("uncoded"), ALL);
        assertTrue(outcome.met());
        equal(a.times(b), outcome.decoded().result());
        assertTrue(
                warnings.stream().anyMatch(sentence -> sentence.contains("a reply's kind must be")),
                warnings.toString());
        assertTrue(warnings.size() > 100, "most was said: " + warnings.size());
        noise.close();
    }
}
