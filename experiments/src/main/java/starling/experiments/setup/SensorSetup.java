package starling.experiments.setup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.experiments.folder.TemporaryFolder;
import starling.experiments.plans.Trial;
import starling.models.UnfitException;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.plan.Plan;
import starling.models.zoo.ShippedModels;
import starling.repurpose.evaluate.Evaluation;
import starling.repurpose.finetune.FineTuning;
import starling.repurpose.partition.LoadedNetwork;

/**
 * A sensor network of the thesis, section 6.5.1: a model trained in one place, whose parts run where the inputs are. For a range
 * of thresholds RePurpose before and after it goes on learning, direct sparsification with the same threshold, and cross
 * edges per layer; for a range of budgets the values objective, before and after, and direct sparsification at as many
 * values; late fusion beside them.
 *
 * <p>The model is one that {@code experiments train} wrote and the jar has, unless {@code model=FILE} names another: what it
 * learned from, how and how well stands in its metadata and in the findings.
 */
public final class SensorSetup implements Experiment {
    private static final int CALIBRATION = 4_000;

    /** Test samples of a run whose losses are held to what was asked for. */
    private static final int REQUIRED_SAMPLES = 10_000;

    private final Setup setup;
    private final Parameter<String> model;
    private final Parameter<Integer> workers;
    private final Parameter<DataSpec> data;
    private final Parameter<List<Double>> thresholds;
    private final Parameter<List<Integer>> budgets;
    private final Parameter<Integer> epochs;
    private final Parameter<Integer> train;
    private final Parameter<Integer> test;

    /** What the three have of their own. */
    private enum Setup {
        REGION("setup1", "region", "Two sensors that see one coordinate each say whether a place is in a region.", 2),
        DIGITS("setup2", "digits-mean", "P sensors see a digit each, the answer is the rounded mean.", 6),
        CAMERAS("setup3", "dog-watch", "Two cameras, the answer is whether one of them sees a dog.", 2);

        private final String title;
        private final String network;
        private final String description;
        private final int workers;

        Setup(String title, String network, String description, int workers) {
            this.title = title;
            this.network = network;
            this.description = description;
            this.workers = workers;
        }
    }

    private SensorSetup(
            Setup setup, String data, String quickData, String etas, String quickEtas, String limits, int epochs) {
        this.setup = setup;
        boolean small = setup == Setup.REGION; // a quick run need not leave anything out
        this.model = new Parameter<>(
                "model", "shipped or an ONNX file", "shipped", "shipped", "what is split", Function.identity());
        this.workers = Parameter.integer("P", setup.workers, setup.workers, 2, 64, "workers, a sensor each");
        this.data =
                new Parameter<>("data", "DATA of single samples", data, quickData, "what sensors see", DataSpec::parse);
        this.thresholds =
                Parameter.list("eta2", "numbers of at least 0", etas, quickEtas, "thresholds on what crosses", text -> {
                    double value = Double.parseDouble(text);
                    if (!(value >= 0 && Double.isFinite(value))) {
                        throw new IllegalArgumentException("out of bounds: " + value);
                    }
                    return value;
                });
        String[] all = limits.split(",", -1);
        this.budgets = Parameter.list("values", "integers", limits, all[0], "budgets of values", Integer::parseInt);
        this.epochs = Parameter.integer("epochs", epochs, small ? epochs : 1, 1, 1000, "of fine-tuning");
        this.train = Parameter.integer(
                "train",
                60_000,
                small ? 60_000 : setup == Setup.DIGITS ? 600 : 3_000,
                100,
                10_000_000,
                "samples to go on learning from");
        this.test = Parameter.integer("test", 10_000, small ? 10_000 : 1_000, 10, 1_000_000, "samples to judge on");
    }

    /** Setup 1: Fig. 6.3. */
    public static SensorSetup region() {
        return new SensorSetup(
                Setup.REGION, "builtin:region", "builtin:region", "0.01,0.03,0.1,0.3", "0.01,0.1", "6,5,4", 10);
    }

    /** Setup 2: Fig. 6.4. */
    public static SensorSetup digits() {
        return new SensorSetup(
                Setup.DIGITS, "builtin:mnist", "builtin:mnist", "0.001,0.003,0.01,0.03,0.1", "0.01", "200,100,50", 2);
    }

    /** Setup 3: Fig. 6.5. */
    public static SensorSetup cameras() {
        return new SensorSetup(
                Setup.CAMERAS,
                "cifar10:../shared/data/cifar10",
                "cifar10:../shared/data/cifar10",
                "0.001,0.003,0.01,0.03,0.1",
                "0.01",
                "200,100,20",
                3);
    }

    @Override
    public String name() {
        return setup.title;
    }

    @Override
    public String description() {
        return setup.description;
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(model, workers, data, thresholds, budgets, epochs, train, test);
    }

    @Override
    public Findings run(Context context) {
        int sensors = context.get(workers);
        byte[] file = model(context.get(model), sensors);
        LoadedNetwork network = LoadedNetwork.parse(setup.network, file);
        Dataset learned = data(context, Split.TRAIN, context.get(train));
        Dataset judged = data(context, Split.TEST, context.get(test));
        Evaluation.requireSuitable(learned, network.probed());
        Evaluation.requireSuitable(judged, network.probed());
        Map<String, String> facts = ModelFacts.of(file);
        context.say("model: " + (facts.isEmpty() ? "its file says nothing of its training" : facts));
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            Trial trial = new Trial(
                    network,
                    sensors,
                    "split",
                    learned.slice(0, Math.min(CALIBRATION, learned.count())),
                    new FineTuning(learned, context.get(epochs), context.seed()),
                    judged,
                    context.seed(),
                    folder.path());
            return findings(context, trial);
        }
    }

    private byte[] model(String choice, int sensors) {
        if (!choice.equals("shipped")) {
            try {
                return Files.readAllBytes(Path.of(choice));
            } catch (IOException e) {
                throw new UnfitException(
                        "model must be shipped or an ONNX file: '" + choice + "' cannot be read: " + e.getMessage(), e);
            }
        }
        String file = setup.network + (setup == Setup.DIGITS ? "-" + sensors : "") + ".onnx";
        try (InputStream in = SensorSetup.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new UnfitException("there is no shipped model for " + sensors
                        + " sensors: train one with 'experiments train " + setup.network + "' on data with group="
                        + sensors + " and give model=FILE");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UnfitException("the shipped model " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private Dataset data(Context context, Split part, int count) {
        DataSpec single = context.get(data);
        DataSpec grouped =
                switch (setup) {
                    case REGION -> single.part(part, count);
                    case DIGITS -> single.part(part, Integer.MAX_VALUE).grouped(context.get(workers), count, "mean");
                    case CAMERAS -> single.part(part, Integer.MAX_VALUE).grouped(context.get(workers), count, "any/5");
                };
        return context.open(data, grouped, part);
    }

    private Findings findings(Context context, Trial trial) {
        Trial.Planned whole = trial.whole();
        double original = whole.accuracy();
        List<Claim> claims = new ArrayList<>();
        Map<String, Series> series = new LinkedHashMap<>();
        context.say("original: accuracy " + original + ", always the most frequent class " + trial.majority());
        Series about = new Series("accuracy", "majority", "rival", "samples", "unprunedValues", "busiestWorker");
        double rival = rival(context, trial);
        about.row(original, trial.majority(), rival, trial.test().count(), whole.values(), whole.busiest());
        series.put("original", about);
        claims.addAll(aboutOriginal(original, trial.majority(), rival));
        thresholds(context, trial, claims, series);
        budgets(context, trial, original, claims, series);
        return new Findings(claims, series, List.of(figure(series)));
    }

    private List<Claim> aboutOriginal(double original, double majority, double rival) {
        List<Claim> claims = new ArrayList<>();
        if (setup == Setup.REGION) {
            claims.add(Claim.atLeast("original-accuracy", 0.94, original, true));
            claims.add(Claim.atLeast("paper-original-accuracy", 0.945, original, false));
        } else {
            claims.add(Claim.atLeast("original-above-majority-class", majority, original, true));
        }
        if (setup == Setup.DIGITS) {
            claims.add(Claim.atLeast("original-above-local-classification", rival, original, false)
                    .because(
                            "each sensor's digit, told by a classifier of its own and sent as one value, gives more than"
                                    + " the end-to-end network has learned"));
        }
        return claims;
    }

    /** Each sensor names its digit by the shipped {@code lenet}, and the names are averaged; NaN where that is no rival. */
    private double rival(Context context, Trial trial) {
        if (setup != Setup.DIGITS) {
            return Double.NaN;
        }
        double accuracy = LocalDigits.accuracy(ShippedModels.read("lenet"), trial.test(), trial.workers());
        context.say("rival: every sensor tells its own digit by 'lenet', accuracy of the rounded mean " + accuracy);
        return accuracy;
    }

    private void thresholds(Context context, Trial trial, List<Claim> claims, Map<String, Series> series) {
        Series pruned = new Series("eta2", "values", "rounds", "hiddenShare", "accuracy", "tuned");
        Series direct = new Series("eta2", "values", "rounds", "accuracy");
        Series edges = new Series("eta2", "layer", "crossEdges", "keptEdges", "values");
        double least = Double.NaN;
        for (double eta2 : context.get(thresholds)) {
            Trial.Planned plan = trial.byEdges(eta2);
            double tuned = trial.accuracy(trial.learned(plan));
            context.say("RePurpose, eta2 " + eta2 + ": " + Trial.words(plan, tuned));
            pruned.row(eta2, plan.values(), plan.plan().rounds(), plan.hiddenShare(), plan.accuracy(), tuned);
            int number = 0;
            for (Plan.Layer layer : plan.plan().layers()) {
                edges.row(eta2, ++number, (double) layer.crossEdges(), (double) layer.keptEdges(), (double)
                        layer.values());
            }
            Trial.Planned sparse = trial.sparse(eta2);
            context.say("direct sparsification, eta2 " + eta2 + ": " + Trial.words(sparse, null));
            direct.row(eta2, sparse.values(), sparse.plan().rounds(), sparse.accuracy());
            least = Double.isNaN(least) ? plan.hiddenShare() : Math.min(least, plan.hiddenShare());
        }
        series.put("rePurpose", pruned);
        series.put("directSparsification", direct);
        series.put("crossEdgesPerLayer", edges);
        if (setup != Setup.REGION && !Double.isNaN(least)) {
            claims.add(Claim.atMost("paper-share-of-hidden-cross-edges", 0.0003, least, false)
                    .because("the thresholds tried keep more than the paper's"));
        }
    }

    private void budgets(
            Context context, Trial trial, double original, List<Claim> claims, Map<String, Series> series) {
        Trial.Planned fused = trial.lateFusion();
        double fusedTuned = trial.accuracy(trial.learned(fused));
        context.say("late fusion: " + Trial.words(fused, fusedTuned));
        Series late = new Series("values", "rounds", "accuracy", "tuned");
        late.row(fused.values(), fused.plan().rounds(), fused.accuracy(), fusedTuned);
        Series ours = new Series("budget", "values", "rounds", "bytes", "busiestWorker", "accuracy", "tuned");
        Series sparse = new Series("budget", "values", "accuracy", "tuned");
        int demanded = setup == Setup.REGION ? 6 : 200;
        double allowed = setup == Setup.REGION ? 0.002 : 0.01;
        for (int budget : context.get(budgets)) {
            Trial.Planned plan = trial.atMost(budget);
            double tuned = trial.accuracy(fused.values() <= budget ? trial.learned(fused, plan) : trial.learned(plan));
            context.say("at most " + budget + " values: " + Trial.words(plan, tuned));
            ours.row(
                    budget,
                    plan.values(),
                    plan.plan().rounds(),
                    (double) plan.plan().account().bytes(),
                    plan.busiest(),
                    plan.accuracy(),
                    tuned);
            Trial.Planned rival = trial.sparse(plan.values());
            double rivalTuned = trial.accuracy(trial.learned(rival));
            context.say("direct sparsification: " + Trial.words(rival, rivalTuned));
            sparse.row(budget, rival.values(), rival.accuracy(), rivalTuned);
            if (budget == demanded) {
                claims.add(Claim.atMost("values", demanded, plan.values(), true));
                boolean whole = context.get(test) >= REQUIRED_SAMPLES;
                claims.add(Claim.atMost("accuracy-lost-after-tuning", allowed, original - tuned, whole)
                        .because("a quick run learns on from few samples and is judged on few"));
                claims.add(Claim.atLeast("better-than-direct-sparsification", rivalTuned, tuned, false));
                if (setup == Setup.REGION) {
                    claims.add(Claim.atMost("busiest-worker-share-of-multiply-adds", 0.27, plan.busiest(), true));
                }
            }
        }
        series.put("lateFusion", late);
        series.put("values", ours);
        series.put("directSparsificationAtValues", sparse);
    }

    private Figure figure(Map<String, Series> series) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title(setup.title + ": accuracy against values per inference")
                .xAxisTitle("values + 1")
                .yAxisTitle("accuracy")
                .build();
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideSE);
        add(chart, "RePurpose", series.get("rePurpose"), "accuracy");
        add(chart, "RePurpose, fine-tuned", series.get("rePurpose"), "tuned");
        add(chart, "direct sparsification", series.get("directSparsification"), "accuracy");
        add(chart, "values objective", series.get("values"), "accuracy");
        add(chart, "values objective, fine-tuned", series.get("values"), "tuned");
        add(chart, "late fusion, fine-tuned", series.get("lateFusion"), "tuned");
        return Figure.png("accuracy-against-values", chart);
    }

    private static void add(XYChart chart, String title, @Nullable Series table, String column) {
        if (table == null || table.size() == 0) {
            return;
        }
        chart.addSeries(title, Figure.plusOne(table.column("values")), table.column(column));
    }
}
