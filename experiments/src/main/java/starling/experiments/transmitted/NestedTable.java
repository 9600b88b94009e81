package starling.experiments.transmitted;

import java.util.ArrayList;
import java.util.LinkedHashMap;
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
import starling.experiments.workers.Learner;
import starling.experiments.workers.Survey;
import starling.models.data.DataSpec;
import starling.models.data.Split;
import starling.models.training.Optimizer;

/**
 * Table 2.1 of the thesis: raw and compressed bits of one worker in one round, for nested quantization (half of the workers by
 * dithered quantization), stochastic quantization and one-bit quantization, on the gradients of networks that 16 workers
 * learn with a batch of 200 divided among them.
 */
public final class NestedTable implements Experiment {
    private static final double MEGA = 1e6;

    /** Mbit: raw nested, QSG, one-bit; compressed nested, QSG, one-bit. */
    private static final Map<String, double[]> PAPER = Map.of(
            "fc-300-100", new double[] {0.61, 0.78, 0.35, 0.328, 0.36, 0.339},
            "lenet", new double[] {3.758, 4.775, 1.898, 2.42, 2.673, 1.895},
            "cifarnet", new double[] {2.435, 3.088, 1.254, 1.269, 1.312, 1.253});

    private static final Parameter<List<String>> NETWORKS = Parameter.list(
            "networks", "names of the zoo", "fc-300-100,lenet,cifarnet", "fc-300-100", "which networks", text -> {
                if (!PAPER.containsKey(text)) {
                    throw new IllegalArgumentException("not in the table: " + text);
                }
                return text;
            });
    private static final Parameter<Integer> WORKERS = Parameter.integer("workers", 16, 16, 2, 1000, "workers");
    private static final Parameter<Integer> BATCH =
            Parameter.integer("batch", 200, 200, 2, 100_000, "samples of all workers in a round");
    private static final Parameter<Integer> ROUNDS =
            Parameter.integer("rounds", 61, 21, 1, 100_000, "rounds of learning; every tenth is counted");
    private static final Parameter<DataSpec> MNIST = new Parameter<>(
            "mnist",
            "DATA",
            "builtin:mnist,mean=0.5",
            "builtin:mnist,mean=0.5",
            "what the MNIST networks learn",
            DataSpec::parse);
    private static final Parameter<DataSpec> CIFAR = new Parameter<>(
            "cifar10",
            "DATA",
            "cifar10:../shared/data/cifar10",
            "cifar10:../shared/data/cifar10",
            "what cifarnet learns",
            DataSpec::parse);

    private static final Parameter<Scales> SCALES =
            new Parameter<>("scales", "column|layer", "column", "column", "what has a scale of its own", Scales::parse);

    @Override
    public String name() {
        return "table2-1";
    }

    @Override
    public String description() {
        return "Table 2.1: raw and compressed bits per worker for nested, stochastic and one-bit quantization.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(NETWORKS, WORKERS, BATCH, ROUNDS, MNIST, CIFAR, SCALES);
    }

    @Override
    public Findings run(Context context) {
        Map<String, Series> series = new LinkedHashMap<>();
        List<Claim> claims = new ArrayList<>();
        Series table =
                Series.ofRecords("network", "method", "rawMbits", "compressedMbits", "paperRaw", "paperCompressed");
        for (String network : context.get(NETWORKS)) {
            DataSpec data = context.get(network.equals("cifarnet") ? CIFAR : MNIST);
            Course course = new Course(
                    network,
                    data.open(Split.TRAIN, context.seed()),
                    data.open(Split.TRAIN, context.seed()),
                    context.get(WORKERS),
                    Math.max(1, context.get(BATCH) / context.get(WORKERS)),
                    context.get(ROUNDS),
                    new Optimizer.Sgd(0, 0),
                    0.01,
                    0.9,
                    context.get(ROUNDS),
                    context.seed());
            Map<String, Bits> bits = new Survey(course, 0, 10).of(ThesisCodes.chapterTwo(context.get(SCALES)), false);
            long parameters;
            try (Learner learner = course.learner(false)) {
                parameters = learner.parameterCount();
            }
            double baseline = parameters * (double) Float.SIZE / MEGA;
            table.entry(network, "baseline", baseline, baseline, baseline, Double.NaN);
            double[] paper = PAPER.getOrDefault(network, new double[6]);
            List<String> methods = List.of(ThesisCodes.NESTED, ThesisCodes.STOCHASTIC, ThesisCodes.ONE_BIT);
            for (int k = 0; k < methods.size(); k++) {
                Bits found = bits.getOrDefault(methods.get(k), Bits.NONE);
                table.entry(network, methods.get(k), found.raw() / MEGA, found.sent() / MEGA, paper[k], paper[3 + k]);
                context.say(String.format(
                        Locale.ROOT,
                        "%s, %s: raw %.3f Mbit (paper %.3f), compressed %.3f (paper %.3f)",
                        network,
                        methods.get(k),
                        found.raw() / MEGA,
                        paper[k],
                        found.sent() / MEGA,
                        paper[3 + k]));
                claims.add(Claim.near(
                        "raw-mbits-" + methods.get(k) + "-" + network,
                        paper[k],
                        found.raw() / MEGA,
                        0.05 * paper[k],
                        k < 2));
                claims.add(Claim.near(
                                "compressed-mbits-" + methods.get(k) + "-" + network,
                                paper[3 + k],
                                found.sent() / MEGA,
                                0.25 * paper[3 + k],
                                false)
                        .because(
                                "the entropy of the symbols depends on how far learning has come and on the batch, which"
                                        + " the paper does not say"));
            }
            claims.add(Claim.atMost(
                    "compressed-nested-to-compressed-stochastic-" + network,
                    1,
                    bits.getOrDefault(ThesisCodes.NESTED, Bits.NONE).sent()
                            / bits.getOrDefault(ThesisCodes.STOCHASTIC, Bits.NONE)
                                    .sent(),
                    true));
        }
        series.put("table2-1", table);
        return new Findings(claims, series, List.of());
    }
}
