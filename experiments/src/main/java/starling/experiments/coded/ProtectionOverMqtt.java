package starling.experiments.coded;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleFunction;
import starling.codes.computation.CodedFactor;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Matrix;
import starling.codes.random.RandomStream;
import starling.codes.straggler.ShiftedExponential;
import starling.codes.threshold.PolynomialCode;
import starling.codes.uep.DeadlineProduct;
import starling.codes.uep.ExpectedLoss;
import starling.codes.uep.NormOrder;
import starling.codes.uep.ProtectionScheme;
import starling.codes.uep.UepCode;
import starling.codes.uep.Windows;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.experiments.folder.TemporaryFolder;
import starling.experiments.processes.AgentProcesses;
import starling.experiments.processes.Mosquitto;
import starling.models.UnfitException;
import starling.router.product.CodedProduct;
import starling.router.product.Goal;
import starling.router.product.Operand;
import starling.router.product.Outcome;

/**
 * The normalised loss at a deadline of products on agents, each a process, over Mosquitto, whose times are exponential by injected waiting:
 * with unequal error protection, uncoded and with an MDS code. Beside it the expected loss: in closed form where no windows are drawn, else
 * by the virtual clock with other draws.
 */
public final class ProtectionOverMqtt implements Experiment {
    private static final Parameter<Integer> AGENTS =
            Parameter.integer("workers", 12, 10, 10, 64, "agents, an even number");
    private static final Parameter<Double> MEAN =
            Parameter.number("mean", 1, 0.5, 0.05, 60, "mean seconds that an agent takes for a product of blocks");
    private static final Parameter<List<Double>> DEADLINES =
            Parameters.numbers("deadlines", 0.01, 1000, "0.5,1", "1", "deadlines in mean times");
    private static final Parameter<Integer> PRODUCTS =
            Parameter.integer("products", 40, 4, 2, 100_000, "products for each code and deadline");
    private static final Parameter<Integer> TRIALS =
            Parameter.integer("trials", 2000, 200, 10, 1_000_000, "products on the virtual clock");

    private static final SyntheticProduct FACTORS = SyntheticProduct.ROWS_TIMES_COLUMNS;
    private static final int SHRINK = 10;
    /** Seconds by which an answer may be later than its waiting: orders, products, transfer, on a machine that all agents share. */
    private static final double SLACK = 0.06;
    /** Of a normal distribution: beyond on one side with probability 5e-5. */
    private static final double SURE = 3.89;
    /** From so many products on their mean is taken for normal. */
    private static final int NAMED_PRODUCTS = 30;

    @Override
    public String name() {
        return "uep-mqtt";
    }

    @Override
    public String description() {
        return "Loss at a deadline with unequal error protection, uncoded and MDS, on agents over Mosquitto.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(AGENTS, MEAN, DEADLINES, PRODUCTS, TRIALS, Parameters.SEED);
    }

    /** Factors in the order in which they are coded, and their code. */
    private record Coded(ComputationCode code, Matrix left, Matrix right) {}

    /**
     * A way to protect.
     *
     * @param coding codes two factors; the seed is of windows and coefficients
     * @param expected the loss expected at a deadline in mean times
     */
    private record Way(Coding coding, DoubleFunction<Measured> expected) {}

    /** How factors are coded. */
    private interface Coding {
        Coded of(Matrix a, Matrix b, long seed);
    }

    @Override
    public Findings run(Context context) {
        int agents = context.get(AGENTS);
        if (agents % 2 == 1) {
            throw new UnfitException(
                    "workers must be even, for an odd number of Chebyshev nodes has 0 among them, where a"
                            + " coded block is a block itself and the code not all or nothing: they are " + agents);
        }
        Map<String, Way> ways = ways(agents, context);
        Series table =
                Series.ofRecords("code", "deadline", "loss", "deviation", "expected", "expectedDeviation", "products");
        List<Claim> claims = new ArrayList<>();
        try (TemporaryFolder folder = TemporaryFolder.create();
                Mosquitto broker = Mosquitto.start(folder.path());
                AgentProcesses processes = new AgentProcesses(folder.path(), broker.port());
                CodedProduct mill = AgentMill.start(broker.port(), agents, 1 << 20, context)) {
            for (int node = 0; node < agents; node++) {
                processes.start(
                        "compute",
                        node,
                        "--delay",
                        "exponential:" + 1 / context.get(MEAN),
                        "--seed",
                        Long.toString(Parameters.seed(context)));
            }
            AgentMill.gatherAll(mill, agents);
            for (Map.Entry<String, Way> entry : ways.entrySet()) {
                // Whoever multiplies for the first time is late.
                loss(mill, entry.getValue(), 10, -1, context);
                for (double deadline : context.get(DEADLINES)) {
                    Measured found = new Measured();
                    for (int i = 0; i < context.get(PRODUCTS); i++) {
                        found.add(loss(mill, entry.getValue(), deadline, i, context));
                    }
                    DoubleFunction<Measured> law = entry.getValue().expected();
                    Measured expected = law.apply(deadline);
                    Measured slower = law.apply(Math.max(0, deadline - SLACK / context.get(MEAN)));
                    table.entry(
                            entry.getKey(),
                            deadline,
                            found.mean(),
                            found.deviation(),
                            expected.mean(),
                            expected.deviation(),
                            found.count());
                    double outside = Math.max(
                            expected.mean() - SURE * Math.hypot(found.deviation(), expected.deviation()) - found.mean(),
                            found.mean() - slower.mean() - SURE * Math.hypot(found.deviation(), slower.deviation()));
                    String cell = entry.getKey() + "-" + deadline;
                    claims.add(Claim.atMost("outside-" + cell, 0, outside, found.count() >= NAMED_PRODUCTS));
                    context.say(String.format(
                            Locale.ROOT,
                            "%s at %s mean times: loss %.4f (%.4f), expected %.4f",
                            entry.getKey(),
                            deadline,
                            found.mean(),
                            found.deviation(),
                            expected.mean()));
                }
            }
        }
        return new Findings(claims, Map.of("uep-mqtt", table), List.of());
    }

    private static Map<String, Way> ways(int agents, Context context) {
        Map<String, Way> ways = new LinkedHashMap<>();
        double[] energies = FACTORS.levels().energies();
        ExpectedLoss loss = new ExpectedLoss(windows(Windows.Kind.NON_OVERLAPPING), energies);
        ProtectionScheme uncoded = ProtectionScheme.uncoded(FACTORS.partition());
        ways.put("uncoded", new Way(coding(uncoded), time -> sure(Math.exp(-time))));
        ComputationCode polynomial = PolynomialCode.of(
                FACTORS.partition().rows(), FACTORS.partition().columns(), agents);
        ways.put(
                "mds",
                new Way(
                        (a, b, seed) -> new Coded(polynomial, a, b),
                        time -> sure(loss.mdsMixed(agents, -Math.expm1(-time)) / loss.whole())));
        for (Windows.Kind kind : Windows.Kind.values()) {
            for (ProtectionScheme scheme : List.of(
                    ProtectionScheme.idealised(FACTORS.partition(), windows(kind), agents),
                    ProtectionScheme.factorCoded(FACTORS.partition(), windows(kind), agents, UepCode.Pairing.RANDOM))) {
                ways.put(scheme.name(), new Way(coding(scheme), time -> simulated(scheme, time, context)));
            }
        }
        return ways;
    }

    private static Windows windows(Windows.Kind kind) {
        return new Windows(
                kind,
                SyntheticProduct.SIZES,
                Windows.usual(kind, SyntheticProduct.SIZES.length).probabilities());
    }

    private static Coding coding(ProtectionScheme scheme) {
        return (a, b, seed) -> {
            NormOrder order = scheme.order(a, b, true);
            Matrix left = order.left(a);
            Matrix right = order.right(b);
            return new Coded(scheme.code(left, right, seed), left, right);
        };
    }

    private static Measured sure(double value) {
        Measured measured = new Measured();
        measured.add(value);
        measured.add(value);
        return measured;
    }

    /** The virtual clock; a worker with several products of blocks takes so many times as long. */
    private static Measured simulated(ProtectionScheme scheme, double time, Context context) {
        RandomStream draws = new RandomStream(Parameters.seed(context)).branch(1);
        DeadlineProduct product = new DeadlineProduct(
                scheme, ShiftedExponential.scaled(1, 1, draws.bits(0)), time, true, true, draws.bits(1));
        Measured measured = new Measured();
        for (long trial = 0; trial < context.get(TRIALS); trial++) {
            Matrix a = FACTORS.left(SHRINK, draws.bits(2 + 2 * trial));
            Matrix b = FACTORS.right(SHRINK, draws.bits(3 + 2 * trial));
            measured.add(product.multiply(trial, a, b).product().squaredDistance(a.times(b)) / FACTORS.energy(SHRINK));
        }
        return measured;
    }

    /** The loss of a product on the agents; of a norm, so it does not depend on the order of rows and columns. */
    private static double loss(CodedProduct mill, Way way, double deadline, int number, Context context) {
        RandomStream draws =
                new RandomStream(Parameters.seed(context)).branch(2).branch(number);
        Coded coded = way.coding()
                .of(FACTORS.left(SHRINK, draws.bits(0)), FACTORS.right(SHRINK, draws.bits(1)), draws.bits(2));
        Outcome outcome = mill.multiply(
                new Operand.Sent(CodedFactor.left(coded.code(), coded.left())),
                new Operand.Sent(CodedFactor.right(coded.code(), coded.right())),
                new Goal.Deadline(Duration.ofNanos((long) (1e9 * deadline * context.get(MEAN)))));
        Matrix found = outcome.decoded().result();
        Matrix expected = coded.left().times(coded.right());
        return found.squaredDistance(expected) / FACTORS.energy(SHRINK);
    }
}
