package starling.experiments.transmitted;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.experiments.workers.Bits;
import starling.experiments.workers.Course;
import starling.experiments.workers.Exchange;
import starling.experiments.workers.Survey;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.training.Optimizer;

/**
 * Table 2.2 of the thesis: bits of one worker in one round for FC-300-100 with 4, 8 and 16 workers and a batch of 200 divided
 * among them, by dithered quantization with distributed source coding, nested, stochastic and one-bit quantization.
 */
public final class SourceCodingTable implements Experiment {
    private static final double KILO = 1e3;
    private static final String DISCUS = "dqsg+dsc";
    /** Kbit by number of workers: DISCUS, nested, QSG, one-bit. */
    private static final Map<Integer, double[]> PAPER = Map.of(
            4, new double[] {299.9181, 374.3954, 410.9895, 340.8525},
            8, new double[] {293.7495, 354.5950, 389.1265, 340.0748},
            16, new double[] {285.2091, 328.2543, 359.6669, 339.1252});

    private static final Parameter<List<Integer>> WORKERS =
            Parameter.list("workers", "4, 8 or 16", "4,8,16", "4,16", "workers", text -> {
                int value = Integer.parseInt(text);
                if (!PAPER.containsKey(value)) {
                    throw new IllegalArgumentException("not in the table: " + value);
                }
                return value;
            });
    private static final Parameter<Integer> BATCH =
            Parameter.integer("batch", 200, 200, 16, 100_000, "samples of all workers in a round");
    private static final Parameter<Integer> ROUNDS =
            Parameter.integer("rounds", 101, 21, 1, 100_000, "rounds of learning; every twentieth is counted");
    private static final Parameter<DataSpec> DATA = new Parameter<>(
            "data", "DATA", "builtin:mnist,mean=0.5", "builtin:mnist,mean=0.5", "what is learned", DataSpec::parse);
    private static final Parameter<Scales> SCALES =
            new Parameter<>("scales", "column|layer", "layer", "layer", "what has a scale of its own", Scales::parse);
    private static final int EVERY = 20;
    private static final double RATE = 0.01;

    @Override
    public String name() {
        return "table2-2";
    }

    @Override
    public String description() {
        return "Table 2.2: bits per worker with distributed source coding, for 4, 8 and 16 workers.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(WORKERS, BATCH, ROUNDS, DATA, SCALES);
    }

    @Override
    public Findings run(Context context) {
        Scales scales = context.get(SCALES);
        Series table = Series.ofRecords("workers", "method", "kbits", "paper");
        List<Claim> claims = new ArrayList<>();
        Dataset train = context.get(DATA).open(Split.TRAIN, context.seed());
        for (int workers : context.get(WORKERS)) {
            Course course = new Course(
                    "fc-300-100",
                    train,
                    train,
                    workers,
                    context.get(BATCH) / workers,
                    context.get(ROUNDS),
                    new Optimizer.Sgd(0, 0),
                    RATE,
                    1,
                    context.get(ROUNDS),
                    context.seed());
            List<Exchange> exchanges = new ArrayList<>(List.of(
                    ThesisCodes.discus(context.seed(), scales),
                    ThesisCodes.nested(scales),
                    ThesisCodes.stochastic(scales),
                    ThesisCodes.oneBit()));
            exchanges.addAll(ThesisCodes.withContexts(scales));
            Map<String, Bits> bits = new Survey(course, 0, EVERY).of(exchanges, false);
            double[] paper = PAPER.getOrDefault(workers, new double[4]);
            int column = 0;
            for (String method : List.of(DISCUS, ThesisCodes.NESTED, ThesisCodes.STOCHASTIC, ThesisCodes.ONE_BIT)) {
                double sent = kilobits(bits, method);
                table.entry(workers, method, sent, paper[column]);
                context.say(String.format(
                        Locale.ROOT, "%d workers, %s: %.1f Kbit (paper %.1f)", workers, method, sent, paper[column]));
                claims.add(Claim.near(
                                "kbits-" + method + "-" + workers + "-workers",
                                paper[column],
                                sent,
                                0.25 * paper[column],
                                false)
                        .because(
                                "the entropy of the symbols depends on how far learning has come, which the paper does not"
                                        + " say"));
                column++;
            }
            for (String method : List.of(ThesisCodes.DITHERED_CONTEXTS, ThesisCodes.NESTED_CONTEXTS)) {
                table.entry(workers, method, kilobits(bits, method), Double.NaN);
                context.say(String.format(
                        Locale.ROOT, "%d workers, %s: %.1f Kbit", workers, method, kilobits(bits, method)));
            }
            claims.add(below(workers, DISCUS, ThesisCodes.NESTED, bits));
            claims.add(below(workers, ThesisCodes.NESTED, ThesisCodes.STOCHASTIC, bits));
        }
        return new Findings(claims, Map.of("table2-2", table), List.of());
    }

    private static Claim below(int workers, String less, String more, Map<String, Bits> bits) {
        return Claim.atMost(
                "bits-of-" + less + "-to-" + more + "-" + workers + "-workers",
                1,
                kilobits(bits, less) / kilobits(bits, more),
                true);
    }

    private static double kilobits(Map<String, Bits> bits, String method) {
        return bits.getOrDefault(method, Bits.NONE).sent() / KILO;
    }
}
