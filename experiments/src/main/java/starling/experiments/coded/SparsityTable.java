package starling.experiments.coded;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.markers.SeriesMarkers;
import starling.codes.computation.Matrix;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.models.data.Dataset;
import starling.models.data.Split;

/**
 * Table II and Figure 4 of Tegin et al.: how many entries of each layer's gradient G_{i+1}, weights and inputs are at most a threshold, and
 * the normal law fitted to the rest, at mini-batch 389 of learning without stragglers.
 */
public final class SparsityTable implements Experiment {
    private static final Parameter<Integer> STEP =
            Parameter.integer("step", 389, 20, 1, 1_000_000, "the mini-batch that is looked at");
    private static final Parameter<Double> RATE = Parameter.number("rate", 0.01, 0.01, 1e-9, 100, "of learning");
    /** That of the paper; before, the network is sure of nothing. */
    private static final int NAMED_STEP = 389;

    private static final List<String> KINDS = List.of("gradient", "weight", "input");
    /** Percent, by layer and kind; the first layer's inputs are the images. */
    private static final double[][] PAPER = {{50.09, 0.15, Double.NaN}, {59.09, 0.11, 33.11}, {57.97, 0.10, 38.63}};

    private static final double PAPER_TOLERANCE = 5;
    private static final int PLACES = 60;

    @Override
    public String name() {
        return "uep-table2";
    }

    @Override
    public String description() {
        return "Tegin et al., Table II and Figure 4: sparsity of gradients, weights and inputs by layer.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(
                CodedTraining.DATA,
                STEP,
                CodedTraining.BATCH,
                RATE,
                CodedTraining.SEEDS,
                CodedTraining.GRADIENT_THRESHOLDS,
                CodedTraining.OTHER_THRESHOLDS,
                Parameters.SEED);
    }

    /** Shares of small entries over the seeds, and the law of the others at the last one. */
    private static final class Entries {
        private final Measured sparse = new Measured();
        private double mean;
        private double deviation;
        private double[] dense = new double[0];

        void add(Matrix matrix, double threshold) {
            dense = Arrays.stream(matrix.values())
                    .filter(value -> Math.abs(value) > threshold)
                    .toArray();
            sparse.add(100 - 100.0 * dense.length / matrix.values().length);
            mean = Arrays.stream(dense).average().orElse(Double.NaN);
            deviation = Math.sqrt(Arrays.stream(dense)
                    .map(value -> (value - mean) * (value - mean))
                    .average()
                    .orElse(Double.NaN));
        }
    }

    @Override
    public Findings run(Context context) {
        Dataset train = context.open(CodedTraining.DATA, Split.TRAIN);
        Entries[][] found = new Entries[PAPER.length][KINDS.size()];
        for (Entries[] row : found) {
            Arrays.setAll(row, kind -> new Entries());
        }
        for (int number = 0; number < context.get(CodedTraining.SEEDS); number++) {
            measure(context, train, Parameters.seed(context) + number, found);
        }
        Series table = Series.ofRecords("layer", "of", "percent", "paper", "mean", "deviation");
        List<Claim> claims = new ArrayList<>();
        List<Figure> figures = new ArrayList<>();
        for (int kind = 0; kind < KINDS.size(); kind++) {
            for (int layer = 0; layer < PAPER.length; layer++) {
                Entries entries = found[layer][kind];
                double paper = PAPER[layer][kind];
                table.entry(layer + 1, KINDS.get(kind), entries.sparse.mean(), paper, entries.mean, entries.deviation);
                context.say(String.format(
                        Locale.ROOT,
                        "layer %d, %s: %.2f %% (paper %.2f %%), the others %.3g +- %.3g",
                        layer + 1,
                        KINDS.get(kind),
                        entries.sparse.mean(),
                        paper,
                        entries.mean,
                        entries.deviation));
                if (!Double.isNaN(paper)) {
                    claims.add(Claim.near(
                                    "percent-of-layer-" + (layer + 1) + "-" + KINDS.get(kind),
                                    paper,
                                    entries.sparse.mean(),
                                    PAPER_TOLERANCE,
                                    false)
                            .because("the paper tells neither its first weights nor how images are scaled"));
                }
            }
            figures.add(Figure.png("uep-table2-" + KINDS.get(kind), chart(KINDS.get(kind), found, kind)));
        }
        double least = 100;
        double densest = 0;
        for (Entries[] row : found) {
            least = Math.min(least, row[0].sparse.mean());
            densest = Math.max(densest, row[1].sparse.mean());
        }
        claims.add(Claim.atLeast("least-percent-of-gradients-at-least-half", 50, least, false)
                .because("the last layer's gradient is small only where the network is sure"));
        claims.add(Claim.atLeast(
                "gradients-are-sparser-than-weights", 10 * densest, least, context.get(STEP) >= NAMED_STEP));
        claims.add(Claim.atLeast(
                "deviation-of-gradients-grows-with-depth", found[0][0].deviation, found[2][0].deviation, true));
        return new Findings(claims, Map.of("uep-table2", table), figures);
    }

    private static void measure(Context context, Dataset train, long seed, Entries[][] found) {
        int step = context.get(STEP);
        CodedCourse course = new CodedCourse(
                "uep-mnist", train, train, context.get(CodedTraining.BATCH), context.get(RATE), step, step, seed);
        DenseNetwork network = course.first();
        CodedProducts products = new CodedProducts(
                CodedProducts.Setting.none(
                        context.get(CodedTraining.GRADIENT_THRESHOLDS), context.get(CodedTraining.OTHER_THRESHOLDS)),
                network.layers(),
                seed);
        for (int before = 0; before + 1 < step; before++) {
            network.move(CodedCourse.backward(network, course.batch(before), products), course.rate());
        }
        CodedCourse.Batch batch = course.batch(step - 1);
        List<Matrix> inputs = network.forward(batch.samples());
        DenseNetwork.Backward backward = CodedCourse.backward(network, batch, products);
        for (int layer = 0; layer < network.layers(); layer++) {
            found[layer][0].add(
                    backward.passed().get(layer),
                    CodedProducts.threshold(context.get(CodedTraining.GRADIENT_THRESHOLDS), layer));
            double other = CodedProducts.threshold(context.get(CodedTraining.OTHER_THRESHOLDS), layer);
            found[layer][1].add(network.weight(layer), other);
            found[layer][2].add(inputs.get(layer), other);
        }
    }

    /** Densities of what is not sparse: as it is, and the fitted normal law. */
    private static XYChart chart(String kind, Entries[][] found, int column) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title(kind + ", entries above the threshold")
                .xAxisTitle("value")
                .yAxisTitle("density")
                .build();
        for (int layer = 0; layer < found.length; layer++) {
            Entries entries = found[layer][column];
            if (entries.dense.length < 2 || !(entries.deviation > 0)) {
                continue;
            }
            double width = 6 * entries.deviation / PLACES;
            double from = entries.mean - 3 * entries.deviation;
            double[] x = new double[PLACES];
            double[] measured = new double[PLACES];
            double[] fitted = new double[PLACES];
            for (double value : entries.dense) {
                int place = (int) Math.floor((value - from) / width);
                if (place >= 0 && place < PLACES) {
                    measured[place] += 1 / (width * entries.dense.length);
                }
            }
            for (int place = 0; place < PLACES; place++) {
                x[place] = from + (place + 0.5) * width;
                double off = (x[place] - entries.mean) / entries.deviation;
                fitted[place] = Math.exp(-off * off / 2) / (entries.deviation * Math.sqrt(2 * Math.PI));
            }
            chart.addSeries("layer " + (layer + 1), x, measured);
            chart.addSeries("layer " + (layer + 1) + ", normal", x, fitted).setMarker(SeriesMarkers.NONE);
        }
        return chart;
    }
}
