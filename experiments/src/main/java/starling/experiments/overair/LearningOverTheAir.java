package starling.experiments.overair;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.markers.SeriesMarkers;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.learning.settings.TrialSettings;
import starling.models.data.DataSpec;
import starling.models.data.Split;
import starling.router.trial.RoundRecord;
import starling.router.trial.Trial;

/**
 * Figures 5.3 and 5.4 of the thesis as simulated trials: random linear coding over the air, quantized compressive sampling by
 * messages, and no compression. Nodes have data sets of unequal size and take part with probability 1/2.
 *
 * <p>Messages of nodes are sent one after the other, so their channel uses are counted twice, once for the nodes that send and once as
 * if all had sent; those of random linear coding are the same either way.
 */
public final class LearningOverTheAir implements Experiment {
    private static final double FLOAT_BITS = 32;
    private static final double DECIBEL = 18;
    private static final double PARTICIPATION = 0.5;
    private static final String EQUAL = "qcs-equal-";
    private static final int[] QCS_BLOCKS = {1024, 4096, 16_384};

    private final String name;
    private final String description;
    private final String network;
    private final Parameter<DataSpec> data;
    private final Parameter<DataSpec> test;
    private final Parameter<Integer> nodes;
    private final Parameter<Integer> rounds;
    private final Parameter<Integer> batch;
    private final Parameter<Double> rate;
    private final Parameter<Integer> seeds;
    private final Parameter<Integer> rivalSeeds;
    private final Parameter<List<Double>> gains;
    private final boolean equalUses;

    private LearningOverTheAir(
            String name,
            String description,
            String network,
            String trained,
            String judged,
            int nodes,
            int rounds,
            double rate,
            int seeds,
            String gains,
            boolean equalUses) {
        this.name = name;
        this.description = description;
        this.network = network;
        this.data = new Parameter<>("data", "DATA", trained, quick(trained, 1000), "what is learned", DataSpec::parse);
        this.test =
                new Parameter<>("test", "DATA", judged, quick(judged, 200), "what it is judged on", DataSpec::parse);
        this.nodes = Parameter.integer("nodes", nodes, 8, 1, 10_000, "nodes");
        this.rounds = Parameter.integer("rounds", rounds, 6, 1, 1_000_000, "rounds of learning");
        this.batch = Parameter.integer("batch", 4, 2, 1, 10_000, "samples of a node in a round");
        this.rate = Parameter.number("rate", rate, rate, 1e-9, 1e3, "step size of the server");
        this.seeds = Parameter.integer(
                "seeds", seeds, 1, 1, 1000, "trials over the air and without compression, with seeds of their own");
        this.rivalSeeds = Parameter.integer("rivalSeeds", 3, 1, 1, 1000, "trials of every kind of messages");
        this.gains = Parameter.list("gains", "numbers from 1 to 10000", gains, "20", "compression gains d/m", text -> {
            double value = Double.parseDouble(text);
            if (!(value >= 1 && value <= 10_000)) {
                throw new IllegalArgumentException("out of bounds: " + value);
            }
            return value;
        });
        this.equalUses = equalUses;
    }

    private static String quick(String data, int samples) {
        return DataSpec.parse(data).part(Split.TRAIN, samples).toString().replace(",split=train", "");
    }

    /** Figure 5.3: CifarNet, gain 20 against messages of gain 30. */
    public static LearningOverTheAir cifarNet() {
        String place = "cifar10:../shared/data/cifar10,mean=0.5";
        return new LearningOverTheAir(
                "fig5-3",
                "Fig. 5.3: CifarNet learned over the air by 50 nodes, beside messages and no compression.",
                "cifarnet",
                place + ",limit=20000",
                place + ",crop=24,limit=4000",
                50,
                300,
                0.01,
                8,
                "20",
                false);
    }

    /** Figure 5.4: LeNet, several gains against messages that take as many channel uses. */
    public static LearningOverTheAir leNet() {
        return new LearningOverTheAir(
                "fig5-4",
                "Fig. 5.4: LeNet-5 learned by 32 nodes at gains 2 to 100, beside messages at equal channel uses.",
                "lenet-5",
                "builtin:mnist,mean=0.5",
                "builtin:mnist,mean=0.5",
                32,
                400,
                0.05,
                3,
                "2,5,20,100",
                true);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(data, test, nodes, rounds, batch, rate, seeds, rivalSeeds, gains);
    }

    /** The curve of one way, the mean over all seeds, with the last accuracy of each. */
    private record Curve(String name, List<double[]> points, List<Double> last, double uses, double usesAll) {
        double mean() {
            return last.stream().mapToDouble(accuracy -> accuracy).average().orElseThrow();
        }
    }

    @Override
    public Findings run(Context context) {
        Series curves = Series.ofRecords("way", "round", "accuracy");
        Series totals = Series.ofRecords("way", "accuracy", "accuracies", "channelUses", "channelUsesAll");
        List<Curve> all = new ArrayList<>();
        Curve baseline = curve(context, "baseline", "{mode: digital, code: none, channel: {snr: 18}}", 1, seeds);
        all.add(baseline);
        List<Claim> claims = new ArrayList<>();
        for (double gain : context.get(gains)) {
            String label = String.format(Locale.ROOT, "%.0f", gain);
            Curve air = curve(
                    context,
                    "rlc-" + label,
                    String.format(Locale.ROOT, "{mode: over-the-air, gain: %s, channel: {snr: 18}}", gain),
                    PARTICIPATION,
                    seeds);
            all.add(air);
            if (equalUses) {
                all.addAll(rivals(context, gain, label, air, claims));
            } else {
                Curve qcs = curve(
                        context,
                        "qcs-30",
                        "{mode: digital, code: 'qcs:gain=30', channel: {snr: 18}}",
                        PARTICIPATION,
                        rivalSeeds);
                all.add(qcs);
                claims.add(Claim.atMost("most-points-of-rlc-from-baseline", 2, apart(air, baseline), enough(context)));
                claims.add(Claim.atLeast(
                        "channel-uses-of-qcs-over-rlc-all-nodes", 300, qcs.usesAll() / air.usesAll(), enough(context)));
                claims.add(Claim.atLeast(
                        "channel-uses-of-qcs-over-rlc-senders", 150, qcs.uses() / air.uses(), enough(context)));
            }
        }
        for (Curve curve : all) {
            for (double[] point : curve.points()) {
                curves.entry(curve.name(), point[0], point[1]);
            }
            totals.entry(curve.name(), curve.mean(), curve.last(), curve.uses(), curve.usesAll());
        }
        return new Findings(claims, Map.of("curves", curves, "totals", totals), List.of(chart(all)));
    }

    private boolean enough(Context context) {
        return context.get(rounds) >= 200 && context.get(nodes) >= 32;
    }

    /** Messages at as many channel uses: the gain as the paper equates it, and the one by which uses are really equal. */
    private List<Curve> rivals(Context context, double gain, String label, Curve air, List<Claim> claims) {
        double senders = PARTICIPATION * context.get(nodes);
        double capacity = Math.log(1 + Math.pow(10, DECIBEL / 10)) / (2 * Math.log(2));
        Map<String, Double> ways = new LinkedHashMap<>();
        ways.put("qcs-paper-" + label, senders * gain);
        ways.put(EQUAL + label, FLOAT_BITS * senders * gain / capacity);
        List<Curve> found = new ArrayList<>();
        ways.forEach((way, wanted) -> {
            int block = QCS_BLOCKS[QCS_BLOCKS.length - 1];
            for (int i = QCS_BLOCKS.length - 1; i >= 0; i--) {
                block = QCS_BLOCKS[i] >= 4 * wanted ? QCS_BLOCKS[i] : block;
            }
            double most = Math.min(wanted, block);
            Curve curve = curve(
                    context,
                    way,
                    String.format(
                            Locale.ROOT,
                            "{mode: digital, code: 'qcs:gain=%s,block=%d', channel: {snr: 18}}",
                            most,
                            block),
                    PARTICIPATION,
                    rivalSeeds);
            found.add(curve);
            boolean wins = true;
            for (int i = 0; i < Math.min(air.last().size(), curve.last().size()); i++) {
                wins &= air.last().get(i) > curve.last().get(i);
            }
            double ahead = 100 * (air.mean() - curve.mean());
            claims.add(Claim.atLeast(
                            "points-of-rlc-over-" + way,
                            0,
                            ahead,
                            gain >= 20 && way.startsWith(EQUAL) && enough(context))
                    .because((wins ? "ahead with every common seed" : "not ahead with every common seed")
                            + String.format(
                                    Locale.ROOT, "; %.3g channel uses against %.3g", curve.uses(), air.uses())));
        });
        return found;
    }

    /** The most points of accuracy between two curves, at the same rounds. */
    private static double apart(Curve a, Curve b) {
        double most = 0;
        for (int i = 0; i < a.points().size(); i++) {
            most = Math.max(
                    most, 100 * Math.abs(a.points().get(i)[1] - b.points().get(i)[1]));
        }
        return most;
    }

    private Curve curve(Context context, String way, String uplink, double participation, Parameter<Integer> trials) {
        int count = context.get(trials);
        List<double[]> points = new ArrayList<>();
        List<Double> last = new ArrayList<>();
        double uses = 0;
        double usesAll = 0;
        for (int seed = 0; seed < count; seed++) {
            TrialSettings settings =
                    TrialSettings.parse(way, yaml(context, uplink, participation, context.seed() + seed));
            Trial.Result result = new Trial(settings, new LeftOut(context, way)).run();
            int place = 0;
            for (RoundRecord record : result.records()) {
                uses += record.channelUses() / count;
                usesAll += record.channelUsesAll() / count;
                Double accuracy = record.accuracy();
                if (accuracy != null) {
                    if (seed == 0) {
                        points.add(new double[] {record.round(), 0});
                    }
                    points.get(place++)[1] += accuracy / count;
                }
            }
            last.add(result.accuracy());
        }
        Curve curve = new Curve(way, points, last, uses, usesAll);
        context.say(String.format(
                Locale.ROOT,
                "%s: %.2f %% after %d rounds (%s), %.4g channel uses of those that sent, %.4g if all had",
                way,
                100 * curve.mean(),
                context.get(rounds),
                last,
                uses,
                usesAll));
        return curve;
    }

    /** Counts updates that were left out; the first is said. */
    private static final class LeftOut implements Trial.Watch {
        private final Context context;
        private final String way;
        private int count;

        LeftOut(Context context, String way) {
            this.context = context;
            this.way = way;
        }

        @Override
        public void round(RoundRecord record) {
            // Curves are said when they are whole.
        }

        @Override
        public synchronized void warning(String sentence) {
            if (count++ == 0) {
                context.say(way + ": " + sentence);
            }
        }
    }

    private String yaml(Context context, String uplink, double participation, long seed) {
        DataSpec trained = context.get(data);
        DataSpec judged = context.get(test)
                .part(
                        Objects.requireNonNullElse(context.get(test).split(), Split.TEST),
                        context.get(test).limit());
        int every = Math.max(1, context.get(rounds) / 8);
        return String.join(
                "\n",
                "model: " + network,
                "data: '" + trained + "'",
                "test: '" + judged + "'",
                "nodes: " + context.get(nodes),
                "participation: " + participation,
                "share: {by: unbalanced, spread: 0.5}",
                "local: {batch: " + context.get(batch) + "}",
                "uplink: " + uplink,
                "server: {optimizer: sgd, rate: " + context.get(rate) + "}",
                "rounds: " + context.get(rounds),
                "evaluate: " + every,
                "seed: " + seed);
    }

    private Figure chart(List<Curve> all) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title(description)
                .xAxisTitle("round")
                .yAxisTitle("accuracy")
                .build();
        for (Curve curve : all) {
            chart.addSeries(
                            curve.name(),
                            curve.points().stream()
                                    .mapToDouble(point -> point[0])
                                    .toArray(),
                            curve.points().stream()
                                    .mapToDouble(point -> point[1])
                                    .toArray())
                    .setMarker(SeriesMarkers.NONE);
        }
        return Figure.png(name, chart);
    }
}
