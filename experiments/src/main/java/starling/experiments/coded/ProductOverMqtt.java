package starling.experiments.coded;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import starling.codes.computation.CodedFactor;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Matrix;
import starling.codes.computation.Partition;
import starling.codes.threshold.MdsCode;
import starling.codes.threshold.UncodedCode;
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
import starling.router.product.Work;

/**
 * A matrix that stays on agents, each a process, times many vectors over Mosquitto: seconds until the product is known, with an MDS code and
 * uncoded, side by side, with 0, 1 and 2 agents that take several times as long on purpose. Every product is compared with the one computed
 * here.
 */
public final class ProductOverMqtt implements Experiment {
    private static final Parameter<Integer> SIZE =
            Parameter.integer("size", 6000, 240, 8, 20_000, "rows and columns of the matrix");
    private static final Parameter<Integer> AGENTS = Parameter.integer("agents", 8, 4, 2, 64, "agents");
    private static final Parameter<Integer> BLOCKS =
            Parameter.integer("k", 6, 3, 1, 64, "answers that determine the coded product");
    private static final Parameter<List<Integer>> STRAGGLERS =
            Parameters.integers("stragglers", 0, 64, "0,1,2", "0,1", "agents that are slow");
    private static final Parameter<Double> SLOW =
            Parameter.number("slow", 5, 5, 1, 1000, "times that a slow agent takes");
    private static final Parameter<Integer> PRODUCTS =
            Parameter.integer("products", 40, 5, 1, 100_000, "products with each code, the first few apart");
    /** Products before those that count. */
    private static final int FIRST = 3;

    private static final double MOST_PART = 0.6;
    private static final double MOST_ERROR = 1e-8;
    private static final int NAMED_SIZE = 3000;
    private static final int NAMED_STRAGGLERS = 2;

    @Override
    public String name() {
        return "coded-mqtt";
    }

    @Override
    public String description() {
        return "Time of a product on agents over Mosquitto, coded and uncoded, with 0, 1 and 2 stragglers of 8.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(SIZE, AGENTS, BLOCKS, STRAGGLERS, SLOW, PRODUCTS, Parameters.SEED);
    }

    /** What a product took, of the agent whose answer was the last that counted. */
    private record Times(
            double seconds, double computing, double waiting, double transfer, double decoding, double bytes) {
        static Times of(Outcome outcome) {
            Work last = outcome.works().stream()
                    .filter(work -> work.results() > 0)
                    .max(Comparator.comparingDouble(Work::last))
                    .orElseThrow();
            return new Times(
                    outcome.seconds() + outcome.decoding(),
                    last.computing(),
                    last.waiting(),
                    last.transfer(),
                    outcome.decoding(),
                    (double) outcome.bytesUp() + outcome.bytesDown());
        }

        static double median(List<Times> all, ToDoubleFunction<Times> of) {
            return all.stream().mapToDouble(of).sorted().toArray()[all.size() / 2];
        }
    }

    @Override
    public Findings run(Context context) {
        int size = context.get(SIZE);
        int agents = context.get(AGENTS);
        if (context.get(BLOCKS) > agents || context.get(STRAGGLERS).stream().anyMatch(count -> count > agents)) {
            throw new UnfitException("k and stragglers must be at most the number of agents, " + agents + ": they are "
                    + context.get(BLOCKS) + " and " + context.get(STRAGGLERS));
        }
        Matrix matrix = RandomMatrix.uniform(size, size, Parameters.seed(context));
        Map<String, CodedFactor> factors = new LinkedHashMap<>();
        int threads = Runtime.getRuntime().availableProcessors();
        for (ComputationCode code : List.of(
                UncodedCode.of(Partition.rowsTimesColumns(agents, 1), agents),
                MdsCode.of(context.get(BLOCKS), agents))) {
            factors.put(code.name(), CodedFactor.left(code, matrix, threads));
        }
        Series table = Series.ofRecords(
                "stragglers", "code", "seconds", "computing", "waiting", "transfer", "decoding", "bytes", "products");
        List<Claim> claims = new ArrayList<>();
        double worst = 0;
        try (TemporaryFolder folder = TemporaryFolder.create();
                Mosquitto broker = Mosquitto.start(folder.path())) {
            for (int stragglers : context.get(STRAGGLERS)) {
                Map<String, List<Times>> times = new LinkedHashMap<>();
                try (AgentProcesses processes = new AgentProcesses(folder.path(), broker.port());
                        CodedProduct product = AgentMill.start(broker.port(), agents, size, context)) {
                    for (int node = 0; node < agents; node++) {
                        processes.start(
                                "compute",
                                node,
                                "--slow",
                                Double.toString(node < stragglers ? context.get(SLOW) : 1),
                                "--memory",
                                "1024");
                    }
                    AgentMill.gatherAll(product, agents);
                    worst = Math.max(worst, measure(context, product, matrix, factors, times));
                }
                double[] seconds = new double[2];
                int place = 0;
                for (Map.Entry<String, List<Times>> entry : times.entrySet()) {
                    List<Times> all = entry.getValue();
                    seconds[place++] = Times.median(all, Times::seconds);
                    table.entry(
                            stragglers,
                            entry.getKey(),
                            Times.median(all, Times::seconds),
                            Times.median(all, Times::computing),
                            Times.median(all, Times::waiting),
                            Times.median(all, Times::transfer),
                            Times.median(all, Times::decoding),
                            Times.median(all, Times::bytes),
                            all.size());
                }
                double part = seconds[1] / seconds[0];
                context.say(String.format(
                        Locale.ROOT,
                        "%d of %d agents slow: uncoded %.1f ms, coded %.1f ms, %.2f of it",
                        stragglers,
                        agents,
                        1e3 * seconds[0],
                        1e3 * seconds[1],
                        part));
                if (stragglers == NAMED_STRAGGLERS) {
                    claims.add(Claim.atMost(
                            "coded-part-of-uncoded-with-2-stragglers", MOST_PART, part, size >= NAMED_SIZE));
                }
            }
        }
        claims.add(Claim.atMost("error", MOST_ERROR, worst, true));
        return new Findings(claims, Map.of("coded-mqtt", table), List.of());
    }

    /** Multiplies by both codes in turn, so that what disturbs one disturbs the other; returns the largest relative error. */
    private static double measure(
            Context context,
            CodedProduct product,
            Matrix matrix,
            Map<String, CodedFactor> factors,
            Map<String, List<Times>> times) {
        Map<String, Operand.Kept> kept = new LinkedHashMap<>();
        factors.forEach((name, factor) -> {
            kept.put(name, product.keep(factor));
            times.put(name, new ArrayList<>());
        });
        double worst = 0;
        for (int i = 0; i < context.get(PRODUCTS) + FIRST; i++) {
            Matrix vector = RandomMatrix.uniform(matrix.columns(), 1, Parameters.seed(context) + 1 + i);
            Matrix expected = matrix.times(vector);
            for (Map.Entry<String, Operand.Kept> entry : kept.entrySet()) {
                Operand.Kept left = entry.getValue();
                Outcome outcome = product.multiply(
                        left, new Operand.Sent(CodedFactor.right(left.factor().code(), vector)), new Goal.All());
                double error = Math.sqrt(outcome.decoded().result().squaredDistance(expected) / expected.squaredNorm());
                worst = Math.max(worst, outcome.met() ? error : Double.POSITIVE_INFINITY);
                if (i >= FIRST && outcome.met()) {
                    Objects.requireNonNull(times.get(entry.getKey())).add(Times.of(outcome));
                }
            }
        }
        return worst;
    }
}
