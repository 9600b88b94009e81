package starling.experiments.sensors;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
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
import starling.experiments.plans.Paired;
import starling.experiments.train.Course;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.zoo.Zoo;
import starling.models.zoo.ZooNetwork;
import starling.repurpose.evaluate.Evaluation;
import starling.repurpose.partition.LoadedNetwork;
import starling.repurpose.partition.Request;

/**
 * 24 ultrasound sensors around a robot that follows a wall: the network {@code sensor-ring} of the zoo learns which of four
 * turns to take, then is split over P workers, each with 24 / P neighbouring sensors. For each P the plans of the values objective
 * over budgets, late fusion among them, each as repaired and as fine-tuned; and direct sparsification (contiguous units, small
 * weights dropped) at no more values, fine-tuned as long.
 *
 * <p>One budget more than those asked for is late fusion's own number of values, so that both stand side by side there. From that
 * budget on late fusion is one of the plans, and a tenth of the samples, held back from learning, chooses (as {@code repurpose
 * partition --finetune} does). A plan counts as no worse than its rival unless the paired 95 % confidence interval of its gain,
 * over the test samples that only one of both gets right, lies below zero altogether; the claims state its upper end.
 */
public final class SensorRing implements Experiment {
    private static final int SENSORS = 24;
    private static final int TURNS = 4;
    private static final Parameter<DataSpec> DATA = new Parameter<>(
            "data",
            "DATA of 24 readings and one of four turns",
            "csv:../shared/data/sensor/robot_wall_24us.csv",
            "csv:../shared/data/sensor/robot_wall_24us.csv",
            "what is learned from (split=train) and judged on (split=test)",
            DataSpec::parse);
    private static final Parameter<List<Integer>> WORKERS =
            Parameter.list("workers", "integers from 2 to 24", "2,4,8,24", "2,4", "numbers of workers", text -> {
                int value = Integer.parseInt(text);
                if (value < 2 || value > SENSORS) {
                    throw new IllegalArgumentException("out of bounds: " + value);
                }
                return value;
            });
    private static final Parameter<List<Integer>> BUDGETS =
            positive("budgets", "400,200,96,64,48,32,24,16,8,4", "32,8", "values that may cross");
    private static final Parameter<Integer> EPOCHS =
            Parameter.integer("epochs", 80, 20, 1, 1000, "times the network sees each sample");
    private static final Parameter<Integer> TUNING =
            Parameter.integer("tuning", 20, 3, 1, 1000, "times that fine-tuning sees each sample");

    @Override
    public String name() {
        return "sensor-ring";
    }

    @Override
    public String description() {
        return "A ring of 24 sensors over 2, 4, 8 and 24 workers: accuracy against the values that cross.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(DATA, WORKERS, BUDGETS, EPOCHS, TUNING);
    }

    @Override
    public Findings run(Context context) {
        Dataset train = context.open(DATA, Split.TRAIN);
        Dataset test = context.open(DATA, Split.TEST);
        Evaluation.requireSuitable(train, new int[] {SENSORS}, TURNS);
        Evaluation.requireSuitable(test, new int[] {SENSORS}, TURNS);
        ZooNetwork ring = Zoo.network("sensor-ring");
        Course.Result learned = new Course(
                        ring,
                        ring.stage().recipe().withEpochs(context.get(EPOCHS)).on(context.seed(), 1),
                        context.get(DATA),
                        context.get(DATA),
                        null,
                        Map.of())
                .run(new PrintWriter(PrintWriter.nullWriter()));
        context.say(String.format(
                Locale.ROOT,
                "sensor-ring learned from %d samples: accuracy %.4f on %d others (always the most frequent turn: %.4f)",
                train.count(),
                learned.accuracy(),
                test.count(),
                learned.majority()));
        List<Claim> claims = new ArrayList<>();
        Map<String, Series> series = new LinkedHashMap<>();
        List<Figure> figures = new ArrayList<>();
        Series original = new Series("accuracy", "majority", "parameters", "trainSamples", "testSamples");
        original.row(
                learned.accuracy(), learned.majority(), (double) learned.parameters(), train.count(), test.count());
        series.put("original", original);
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            RingPlans plans = new RingPlans(
                    LoadedNetwork.parse("sensor-ring", learned.model().toByteArray()),
                    train,
                    test,
                    context.get(TUNING),
                    context.seed(),
                    folder.path());
            for (int workers : context.get(WORKERS)) {
                Frontier frontier = new Frontier(context, plans, workers);
                claims.addAll(frontier.claims(learned.accuracy()));
                frontier.series.forEach((title, table) -> series.put("workers-" + workers + "-" + title, table));
                figures.add(frontier.figure(learned.accuracy()));
            }
        }
        return new Findings(claims, series, figures);
    }

    private static Parameter<List<Integer>> positive(String name, String standard, String quick, String description) {
        return Parameter.list(name, "positive integers", standard, quick, description, text -> {
            int value = Integer.parseInt(text);
            if (value < 1) {
                throw new IllegalArgumentException("out of bounds: " + value);
            }
            return value;
        });
    }

    /** All plans for one number of workers. */
    private static final class Frontier {
        private final int workers;
        private final RingPlans.Point whole;
        private final RingPlans.Point fused;
        private final RingPlans.Point fusedTuned;
        private final int samples;
        private final List<Claim> gains = new ArrayList<>();
        private final Map<String, Series> series = new LinkedHashMap<>();

        Frontier(Context context, RingPlans plans, int workers) {
            this.workers = workers;
            this.samples = plans.test().count();
            whole = plans.of(workers, null, null, false);
            fused = plans.of(workers, Request.Baseline.LATE_FUSION, null, false);
            fusedTuned = plans.of(workers, Request.Baseline.LATE_FUSION, null, true);
            row("nothing-dropped", 0, whole);
            row("late-fusion", 0, fused);
            row("late-fusion-tuned", 0, fusedTuned);
            TreeSet<Integer> budgets = new TreeSet<>(Comparator.reverseOrder());
            budgets.addAll(context.get(BUDGETS));
            budgets.removeIf(budget -> budget >= whole.values()); // there is nothing to drop
            int fusion = (int) fusedTuned.values();
            budgets.add(fusion);
            for (int budget : budgets) {
                budget(context, plans, budget);
            }
            context.say(String.format(
                    Locale.ROOT,
                    "%d workers: nothing dropped %s; late fusion %s, fine-tuned %s",
                    workers,
                    words(whole),
                    words(fused),
                    words(fusedTuned)));
        }

        /** Our plan within a budget, and its rival at no more values than it has. */
        private void budget(Context context, RingPlans plans, int budget) {
            RingPlans.Point repaired = plans.of(workers, null, budget, false);
            RingPlans.Point better = plans.of(workers, null, budget, true);
            RingPlans.Point rival =
                    plans.of(workers, Request.Baseline.SPARSE, (int) Math.max(1, better.values()), true);
            row("repaired", budget, repaired);
            row("tuned", budget, better);
            row("sparse-tuned", budget, rival);
            gain("sparse-tuned", budget, better, rival);
            if (better.values() >= fusedTuned.values()) {
                gain("late-fusion-tuned", budget, better, fusedTuned);
            }
            context.say(String.format(
                    Locale.ROOT,
                    "%d workers, at most %d values: %s repaired, %s fine-tuned; sparse %s",
                    workers,
                    budget,
                    words(repaired),
                    words(better),
                    words(rival)));
        }

        private void row(String title, int budget, RingPlans.Point point) {
            series.computeIfAbsent(title, t -> new Series("budget", "values", "bytes", "rounds", "accuracy"))
                    .row(
                            budget == 0 ? Double.NaN : budget,
                            point.values(),
                            point.bytes(),
                            point.rounds(),
                            point.accuracy());
        }

        List<Claim> claims(double original) {
            String of = "-with-" + workers + "-workers";
            List<Claim> claims = new ArrayList<>();
            claims.add(Claim.near("accuracy-when-nothing-is-dropped" + of, original, whole.accuracy(), 0, true));
            claims.addAll(gains);
            return claims;
        }

        /** Holds unless a plan is worse than its rival by more than chance explains. */
        private void gain(String title, int budget, RingPlans.Point plan, RingPlans.Point rival) {
            Paired gain = Paired.of(plan.right(), rival.right(), samples);
            series.computeIfAbsent("gain-over-" + title, t -> new Series("budget", "gain", "low", "high"))
                    .row(budget, gain.difference(), gain.low(), gain.high());
            gains.add(Claim.atLeast(
                            "paired-upper-end-of-gain-over-" + title + "-within-" + budget + "-values-with-" + workers
                                    + "-workers",
                            0,
                            gain.high(),
                            false)
                    .because(String.format(
                            Locale.ROOT,
                            "it gets %.4f right and the rival %.4f: the paired 95 %% interval of the gain is %.4f to %.4f",
                            plan.accuracy(),
                            rival.accuracy(),
                            gain.low(),
                            gain.high())));
        }

        Figure figure(double original) {
            XYChart chart = new XYChartBuilder()
                    .width(900)
                    .height(600)
                    .title("Ring of 24 sensors over " + workers + " workers (original "
                            + String.format(Locale.ROOT, "%.3f", original) + ")")
                    .xAxisTitle("values per inference + 1")
                    .yAxisTitle("accuracy")
                    .build();
            chart.getStyler().setXAxisLogarithmic(true);
            chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideSE);
            series.forEach((title, table) -> {
                if (table.columns().contains("accuracy")) {
                    chart.addSeries(title, Figure.plusOne(table.column("values")), table.column("accuracy"));
                }
            });
            return Figure.png("ring-" + workers + "-workers", chart);
        }

        private static String words(RingPlans.Point point) {
            return String.format(
                    Locale.ROOT,
                    "%.4f (%d values, %d rounds)",
                    point.accuracy(),
                    (long) point.values(),
                    point.rounds());
        }
    }
}
