package starling.experiments.budget;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.plan.Bundle;
import starling.models.zoo.ShippedModels;
import starling.repurpose.assign.Capacities;
import starling.repurpose.evaluate.Evaluation;
import starling.repurpose.partition.LoadedNetwork;
import starling.repurpose.partition.Partitioner;
import starling.repurpose.partition.Request;

/**
 * How much accuracy the shipped {@code dense} model keeps when only so many values may cross per inference: the values
 * objective, repaired but not fine-tuned, beside thresholds without rearranging ({@code sparse}) at as many values, late
 * fusion, and the split that drops nothing. The demands (at 350 values within 0.1 points of the original, at 200 within 0.3,
 * at 100 within 0.6, at 50 within 1.0) are made for two workers, 4 000 training images and all 10 000 test images of MNIST;
 * with fewer test images they are compared but not required.
 */
public final class ValuesBudgets implements Experiment {
    private static final int ENOUGH_SAMPLES = 10_000;
    /** At most 300 + 100 + 10: each layer's outputs, as activations or partial sums, cross once at most. */
    private static final long NOTHING_DROPPED = 410;

    private static final Map<Integer, Double> MOST_LOST = Map.of(350, 0.001, 200, 0.003, 100, 0.006, 50, 0.010);

    private static final Parameter<List<Integer>> BUDGETS = Parameter.list(
            "budgets", "positive integers", "350,200,100,50,30", "200,50", "values that may cross", text -> {
                int budget = Integer.parseInt(text);
                if (budget < 1) {
                    throw new IllegalArgumentException("out of bounds: " + budget);
                }
                return budget;
            });
    private static final Parameter<Integer> WORKERS = Parameter.integer("workers", 2, 2, 2, 64, "workers");
    private static final Parameter<DataSpec> CALIBRATE = data(
            "calibrate", "builtin:mnist,split=train", "builtin:mnist,split=train,limit=1000", "what is repaired on");
    private static final Parameter<DataSpec> DATA =
            data("data", "builtin:mnist", "builtin:mnist,limit=500", "what accuracy is measured on");

    @Override
    public String name() {
        return "values-budgets";
    }

    @Override
    public String description() {
        return "Accuracy of the dense model against the values that may cross: the values objective and its rivals.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(BUDGETS, WORKERS, CALIBRATE, DATA);
    }

    @Override
    public Findings run(Context context) {
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            Planning planning = new Planning(context, folder.path());
            Judged whole = planning.judge(null, null, false);
            double original = whole.accuracy().original();
            boolean demanded = planning.data.count() >= ENOUGH_SAMPLES && context.get(WORKERS) == 2;
            List<Claim> claims = new ArrayList<>();
            claims.add(Claim.atMost("values-when-nothing-is-dropped", NOTHING_DROPPED, whole.values(), demanded));
            claims.add(Claim.near(
                    "accuracy-when-nothing-is-dropped",
                    original,
                    whole.accuracy().plan(),
                    0,
                    true));
            Judged fused = planning.judge(Request.Baseline.LATE_FUSION, null, true);
            context.say("late fusion: " + fused.text());

            Series plans = new Series("budget", "values", "bytes", "rounds", "accuracy", "seconds");
            Series sparse = new Series("budget", "values", "bytes", "rounds", "accuracy", "seconds");
            for (int budget : context.get(BUDGETS)) {
                Judged plan = planning.judge(null, budget, true);
                plans.row(plan.row(budget));
                Judged rival = planning.judge(Request.Baseline.SPARSE, (int) plan.values(), false);
                sparse.row(rival.row(budget));
                context.say("at most " + budget + " values: " + plan.text() + "; sparse: " + rival.text());
                Double most = MOST_LOST.get(budget);
                if (most != null) {
                    double lost = original - plan.accuracy().plan();
                    claims.add(Claim.atMost("accuracy-lost-at-" + budget + "-values", most, lost, demanded));
                }
            }
            Series rivals = new Series("values", "bytes", "rounds", "accuracy");
            rivals.row(
                    fused.values(),
                    fused.bytes(),
                    fused.rounds(),
                    fused.accuracy().plan());
            Series unpruned = new Series("values", "bytes", "rounds", "accuracy", "originalAccuracy", "samples");
            unpruned.row(
                    whole.values(),
                    whole.bytes(),
                    whole.rounds(),
                    whole.accuracy().plan(),
                    original,
                    planning.data.count());
            Map<String, Series> series = new LinkedHashMap<>();
            series.put("plans", plans);
            series.put("sparse", sparse);
            series.put("lateFusion", rivals);
            series.put("unpruned", unpruned);
            return new Findings(claims, series, plans.size() == 0 ? List.of() : List.of(figure(series)));
        }
    }

    private static Parameter<DataSpec> data(String name, String standard, String quick, String description) {
        return new Parameter<>(name, "DATA of MNIST images", standard, quick, description, DataSpec::parse);
    }

    private static Figure figure(Map<String, Series> series) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title("Accuracy against values per inference")
                .xAxisTitle("values")
                .yAxisTitle("accuracy")
                .build();
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideSE);
        series.forEach((title, table) -> chart.addSeries(title, table.column("values"), table.column("accuracy")));
        return Figure.png("accuracy-against-values", chart);
    }

    /** A plan and what it is worth. */
    private record Judged(double values, double bytes, int rounds, Evaluation accuracy, double seconds) {
        double[] row(int budget) {
            return new double[] {budget, values, bytes, rounds, accuracy.plan(), seconds};
        }

        String text() {
            return (long) values + " values, accuracy " + accuracy.plan();
        }
    }

    /** The model, the data and a folder that plans are written to. */
    private static final class Planning {
        private final LoadedNetwork network;
        private final Dataset calibration;
        private final Dataset data;
        private final Capacities capacities;
        private final long seed;
        private final Path folder;

        Planning(Context context, Path folder) {
            this.folder = folder;
            this.seed = context.seed();
            this.capacities = Capacities.equal(context.get(WORKERS));
            this.calibration = context.open(CALIBRATE, Split.TRAIN);
            this.data = context.open(DATA, Split.TEST);
            this.network = LoadedNetwork.parse("dense", ShippedModels.read("dense"));
        }

        Judged judge(Request.@Nullable Baseline baseline, @Nullable Integer budget, boolean repaired) {
            Path out = folder.resolve("bundle");
            long started = System.nanoTime();
            Bundle bundle = new Partitioner(Request.of(network, capacities, seed, out)
                            .rival(baseline)
                            .atMost(budget)
                            .calibrated(repaired ? calibration : null)
                            .replacing(out))
                    .run();
            double seconds = (System.nanoTime() - started) / 1e9;
            Evaluation evaluation = Evaluation.of(bundle, data);
            return new Judged(
                    bundle.plan().account().values(),
                    bundle.plan().account().bytes(),
                    bundle.plan().rounds(),
                    evaluation,
                    seconds);
        }
    }
}
