package starling.experiments.codes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import starling.codes.random.Draw;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.models.UnfitException;
import starling.models.training.GradientSession;
import starling.models.zoo.Zoo;
import starling.models.zoo.ZooNetwork;

/**
 * What a batch costs one worker: forwards, backwards, and the messages, packed to the last byte, by several methods. What the
 * server spends on the messages of one worker (decoding, and for indirect codes the product of the factors) stands apart.
 * Everything runs on one thread. Inputs and classes are drawn at random: times do not hang on them.
 *
 * <p>Methods that need the same graph share its run, so they differ by their codes only; rounds go over all batch sizes and
 * methods in turn, and medians are taken, of processor time for claims. Two small batches come first to warm up.
 *
 * <p>Memory for AlexNet: a heap of 3 GB, and outside of it the parameters and gradients of both graphs (0.75 GB) and what ONNX
 * Runtime needs for their largest batch (4 GB at 256 samples).
 */
public final class BatchTimes implements Experiment {
    private static final int LEAST_ROUNDS = 3;
    private static final int WARM_UPS = 2;
    private static final int WARM_UP_SAMPLES = 8;
    private static final double DECODE_SECONDS = 3;
    private static final double SAME_LOSS = 1e-4;

    /**
     * What a network takes and gives.
     *
     * @param sample shape of an input
     * @param classes answers
     */
    private record Sizes(int[] sample, int classes) {}

    private static final Map<String, Sizes> SIZES = Map.of(
            "fc-1000-300-100", new Sizes(new int[] {1, 28, 28}, 10),
            "lenet", new Sizes(new int[] {1, 28, 28}, 10),
            "cifarnet", new Sizes(new int[] {3, 24, 24}, 10),
            "alexnet", new Sizes(new int[] {3, 227, 227}, 1000));

    private static final double TOLERANCE = 0.1;

    private static final Parameter<List<String>> NETWORKS = Parameter.list(
            "networks",
            "names of the zoo among " + SIZES.keySet().stream().sorted().toList(),
            "fc-1000-300-100,lenet,cifarnet,alexnet",
            "fc-1000-300-100,lenet",
            "which networks",
            text -> {
                if (!SIZES.containsKey(text)) {
                    throw new IllegalArgumentException("not in the table: " + text);
                }
                return text;
            });
    private static final Parameter<List<Integer>> BATCHES =
            Parameter.list("batch", "counts from 1 to 4096", "256,128,64", "32", "samples of a batch", text -> {
                int batch = Integer.parseInt(text);
                if (batch < 1 || batch > 4096) {
                    throw new IllegalArgumentException("out of bounds: " + batch);
                }
                return batch;
            });
    private static final Parameter<Integer> REPEATS =
            Parameter.integer("repeats", 21, 2, 1, 10_000, "most rounds of one network");
    private static final Parameter<Double> SECONDS = Parameter.number(
            "seconds",
            30,
            4,
            0,
            36_000,
            "no round begins after so many seconds of one network, but the first three do");

    private final BatchSetting setting;

    private BatchTimes(BatchSetting setting) {
        this.setting = setting;
    }

    /** Table 3.1: stochastic and indirect quantization. */
    public static BatchTimes indirect() {
        return new BatchTimes(BatchSetting.indirect());
    }

    /** Figure 4.3: compressive sampling. */
    public static BatchTimes sampling() {
        return new BatchTimes(BatchSetting.sampling());
    }

    @Override
    public String name() {
        return setting.name();
    }

    @Override
    public String description() {
        return setting.description();
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(NETWORKS, BATCHES, REPEATS, SECONDS);
    }

    @Override
    public Findings run(Context context) {
        Series table = Series.ofRecords(
                "network",
                "batch",
                "method",
                "cpuSeconds",
                "seconds",
                "computeCpuSeconds",
                "encodeCpuSeconds",
                "decodeCpuSeconds",
                "messageBytes",
                "toBaseline",
                "paperToBaseline",
                "paperSeconds",
                "rounds");
        List<Claim> claims = new ArrayList<>();
        List<Figure> figures = new ArrayList<>();
        for (String network : context.get(NETWORKS)) {
            Map<Integer, Map<String, Times>> times = measure(context, network, claims);
            times.forEach((batch, methods) -> note(context, network, batch, methods, table, claims));
            figures.add(chart(network, times));
        }
        return new Findings(claims, Map.of(setting.name(), table), figures);
    }

    /** What one method took in every round. */
    private static final class Times {
        private final List<Span> computing = new ArrayList<>();
        private final List<Span> encoding = new ArrayList<>();
        private final List<Span> decoding = new ArrayList<>();
        private long bytes;

        Span total() {
            List<Span> sums = new ArrayList<>();
            for (int i = 0; i < computing.size(); i++) {
                sums.add(computing.get(i).plus(encoding.get(i)));
            }
            return Span.median(sums);
        }

        double decoded() {
            return decoding.stream().mapToDouble(Span::seconds).sum();
        }
    }

    private Map<Integer, Map<String, Times>> measure(Context context, String network, List<Claim> claims) {
        Sizes sizes = Objects.requireNonNull(SIZES.get(network));
        List<Integer> batches = context.get(BATCHES);
        int most = batches.stream()
                .mapToInt(Integer::intValue)
                .max()
                .orElseThrow(() -> new UnfitException("batch must name at least one size: it is empty"));
        boolean factors = setting.methods().stream().anyMatch(method -> method.dense() != null);
        Map<Integer, Map<String, Times>> all = new LinkedHashMap<>();
        try (BatchWorker worker = worker(network, sizes, factors, most, context.seed())) {
            for (int round = 0; round < WARM_UPS; round++) {
                round(
                        worker,
                        Math.min(most, WARM_UP_SAMPLES),
                        new Draw(context.seed(), 0, round, 0),
                        new LinkedHashMap<>());
            }
            long began = System.nanoTime();
            double unlike = 0;
            for (int round = 0;
                    round < context.get(REPEATS)
                            && (round < LEAST_ROUNDS || (System.nanoTime() - began) / 1e9 < context.get(SECONDS));
                    round++) {
                for (int batch : batches) {
                    Map<String, Times> times = all.computeIfAbsent(batch, count -> new LinkedHashMap<>());
                    Draw draw = new Draw(context.seed(), 0, WARM_UPS + round, 0);
                    unlike = Math.max(unlike, round(worker, batch, draw, times));
                }
            }
            if (factors) {
                claims.add(Claim.atMost(
                        "difference-of-losses-without-dense-gradients-" + network, SAME_LOSS, unlike, true));
            }
        }
        return all;
    }

    private static BatchWorker worker(String network, Sizes sizes, boolean factors, int most, long seed) {
        ZooNetwork.Stage stage = Zoo.network(network).stage();
        return new BatchWorker(
                stage.builder().build(sizes.sample(), 1, seed), stage.recipe(), sizes.classes(), factors, most, seed);
    }

    /** One batch by every method. Returns by how much the two graphs' losses differ, relative to the loss. */
    private double round(BatchWorker worker, int batch, Draw draw, Map<String, Times> times) {
        GradientSession.Outcome[] outcomes = new GradientSession.Outcome[2];
        Span[] computing = new Span[2];
        for (BatchMethod method : setting.methods()) {
            Times own = times.computeIfAbsent(method.name(), name -> new Times());
            int graph = method.dense() == null ? 0 : 1;
            if (computing[graph] == null) {
                computing[graph] = Span.of(() -> outcomes[graph] =
                        graph == 0 ? worker.computeAll(batch, draw) : worker.computeFactors(batch, draw));
            }
            List<byte[]> messages = new ArrayList<>();
            own.computing.add(computing[graph]);
            own.encoding.add(Span.of(() -> messages.addAll(worker.encode(method, outcomes[graph], batch, draw))));
            own.bytes = method.direct() == null
                    ? Float.BYTES * worker.parameters()
                    : messages.stream().mapToLong(message -> message.length).sum();
            if (own.decoded() < DECODE_SECONDS) {
                own.decoding.add(Span.of(() -> worker.decode(method, messages, batch, draw)));
            }
        }
        return outcomes[1] == null ? 0 : Math.abs(outcomes[1].loss() - outcomes[0].loss()) / outcomes[0].loss();
    }

    private void note(
            Context context, String network, int batch, Map<String, Times> methods, Series table, List<Claim> claims) {
        double baseline = total(methods, BatchSetting.BASELINE).cpuSeconds();
        String place = network + "-batch-" + batch;
        methods.forEach((method, times) -> {
            Span total = times.total();
            double ratio = total.cpuSeconds() / baseline;
            double papersSeconds = setting.papersSeconds(network, method, batch);
            double paper = papersSeconds / setting.papersSeconds(network, BatchSetting.BASELINE, batch);
            double encode = Span.median(times.encoding).cpuSeconds();
            table.entry(
                    network,
                    batch,
                    method,
                    total.cpuSeconds(),
                    total.seconds(),
                    Span.median(times.computing).cpuSeconds(),
                    encode,
                    Span.median(times.decoding).cpuSeconds(),
                    times.bytes,
                    ratio,
                    paper,
                    papersSeconds,
                    times.computing.size());
            context.say(String.format(
                    Locale.ROOT,
                    "%s, batch %d, %s: %.2f ms (%.2f by the clock), of which %.2f to encode; %.2f to decode; %d bytes; %.3f of"
                            + " the baseline (paper %.3f)",
                    network,
                    batch,
                    method,
                    1e3 * total.cpuSeconds(),
                    1e3 * total.seconds(),
                    1e3 * encode,
                    1e3 * Span.median(times.decoding).cpuSeconds(),
                    times.bytes,
                    ratio,
                    paper));
            if (!method.equals(BatchSetting.BASELINE) && !Double.isNaN(paper)) {
                claims.add(Claim.near(method + "-to-baseline-" + place, paper, ratio, TOLERANCE * paper, false)
                        .because(String.format(
                                Locale.ROOT,
                                "a batch takes %.2f ms without a code on this machine's one thread, and the messages, which are"
                                        + " really packed, %.2f ms",
                                1e3 * baseline,
                                1e3 * encode)));
            }
        });
        for (BatchSetting.Order order : setting.orders()) {
            double first = total(methods, order.method()).cpuSeconds();
            double second = total(methods, order.than()).cpuSeconds();
            claims.add(Claim.atMost(
                            order.method() + "-to-" + order.than() + "-" + place, order.most(), first / second, false)
                    .because(String.format(
                            Locale.ROOT,
                            "%s takes %.2f ms to encode on one thread and %s %.2f ms%s",
                            order.method(),
                            1e3 * encode(methods, order.method()),
                            order.than(),
                            1e3 * encode(methods, order.than()),
                            order.known())));
        }
    }

    private static Span total(Map<String, Times> methods, String method) {
        return Objects.requireNonNull(methods.get(method)).total();
    }

    private static double encode(Map<String, Times> methods, String method) {
        return Span.median(Objects.requireNonNull(methods.get(method)).encoding).cpuSeconds();
    }

    private Figure chart(String network, Map<Integer, Map<String, Times>> times) {
        XYChart chart = new XYChartBuilder()
                .width(800)
                .height(500)
                .title("a batch of " + network + " on one thread")
                .xAxisTitle("samples")
                .yAxisTitle("milliseconds of processor time")
                .build();
        chart.getStyler().setYAxisMin(0.0);
        double[] x = times.keySet().stream().mapToDouble(Integer::doubleValue).toArray();
        for (BatchMethod method : setting.methods()) {
            double[] y = times.values().stream()
                    .mapToDouble(methods -> 1e3 * total(methods, method.name()).cpuSeconds())
                    .toArray();
            chart.addSeries(method.name(), x, y);
        }
        return Figure.png(network, chart);
    }
}
