package starling.experiments.bound;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
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
import starling.models.graph.GraphBuilder;
import starling.models.plan.Bundle;
import starling.models.run.Network;
import starling.models.run.ProbedModel;
import starling.models.zoo.ShippedModels;
import starling.repurpose.assign.Capacities;
import starling.repurpose.evaluate.DeviationBound;
import starling.repurpose.evaluate.Evaluation;
import starling.repurpose.extract.WholeModels;
import starling.repurpose.partition.BundleNetwork;
import starling.repurpose.partition.LoadedNetwork;
import starling.repurpose.partition.Partitioner;
import starling.repurpose.partition.Request;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/**
 * Theorem 17 of the thesis, with the biases it leaves out ({@link DeviationBound}), against the deviation that is measured:
 * over random networks some of whose weights were dropped and moved, and over the shipped models planned with fewer and fewer
 * values. Where the theorem applies (layers in sequence, 1-Lipschitz operators between) it must never be violated; of every
 * {@link Family} outside it, each network drawn must be recognised as such. A float32 rounding of 1e-5 of the largest signal
 * comes on top of the bound. Each row's {@code deviation} is the largest over the samples.
 */
public final class Theorem17 implements Experiment {
    private static final int SAMPLES = 20;
    private static final double ROUNDING = 1e-5;

    private static final Parameter<Integer> NETWORKS =
            Parameter.integer("networks", 500, 50, 1, 100_000, "random networks of each family");
    private static final Parameter<List<Integer>> BUDGETS = Parameter.list(
            "budgets",
            "positive integers",
            "400,200,100,50,20",
            "200,50",
            "values that may cross in the shipped models",
            text -> {
                int budget = Integer.parseInt(text);
                if (budget < 1) {
                    throw new IllegalArgumentException("out of bounds: " + budget);
                }
                return budget;
            });
    private static final Parameter<DataSpec> DATA = new Parameter<>(
            "data",
            "DATA of MNIST images",
            "builtin:mnist",
            "builtin:mnist,limit=200",
            "what deviation is measured on",
            DataSpec::parse);

    @Override
    public String name() {
        return "theorem17";
    }

    @Override
    public String description() {
        return "How far answers can be off by Theorem 17, and how far they are: random networks and the shipped models.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(NETWORKS, BUDGETS, DATA);
    }

    @Override
    public Findings run(Context context) {
        Map<String, Series> series = new LinkedHashMap<>();
        List<Claim> claims = new ArrayList<>();
        for (Family family : Family.values()) {
            int inside = 0;
            Series rows = rows();
            for (int k = 0; k < context.get(NETWORKS); k++) {
                SplittableRandom random = new SplittableRandom(
                        context.seed() * 1_000_003 + 1009L * k + family.text().hashCode());
                Drawn drawn = Drawn.of(family, random);
                @Nullable String obstacle = DeviationBound.obstacle(drawn.graph());
                if (obstacle == null) {
                    inside++;
                    rows.row(drawn.row(k, random));
                } else if (k == 0) {
                    context.say(family.text() + " is outside: " + obstacle);
                }
            }
            double share = (double) inside / context.get(NETWORKS);
            if (family.within()) {
                claims.add(Claim.near("theorem-applies-to-all-" + family.text(), 1, share, 0, true));
                claims.add(neverViolated(family.text(), rows));
                series.put(family.text(), rows);
            } else {
                claims.add(Claim.near("theorem-is-said-not-to-apply-to-" + family.text(), 0, share, 0, true));
            }
        }
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            for (String model : ShippedModels.names()) {
                Series rows = shipped(model, context, folder.path().resolve("bundle"));
                series.put(model + "Shipped", rows);
                claims.add(neverViolated("shipped-" + model, rows));
            }
        }
        return new Findings(claims, series, List.of(figure(series)));
    }

    private static Series rows() {
        return new Series("case", "layers", "bound", "layered", "deviation", "roundingAllowed", "violated");
    }

    private static double[] row(int name, DeviationBound bound, double deviation) {
        double allowed = ROUNDING * Math.max(1, bound.signal());
        boolean violated = !(deviation <= bound.layered() + allowed && bound.layered() <= bound.bound() * (1 + 1e-9));
        return new double[] {name, bound.layers(), bound.bound(), bound.layered(), deviation, allowed, violated ? 1 : 0
        };
    }

    private static Claim neverViolated(String what, Series rows) {
        double violations = 0;
        for (double violated : rows.column("violated")) {
            violations += violated;
        }
        return Claim.atMost("bound-violations-" + what, 0, violations, true);
    }

    /** A network, its changed form and samples of its input. */
    private record Drawn(GraphBuilder builder, SplitGraph graph) {
        static Drawn of(Family family, SplittableRandom random) {
            GraphBuilder builder = family.draw(random);
            return new Drawn(builder, SpaceAnalysis.of(ProbedModel.of(builder.build()), Map.of()));
        }

        double[] row(int name, SplittableRandom random) {
            float[] samples = new float[SAMPLES * graph.model().elements("x")];
            for (int i = 0; i < samples.length; i++) {
                samples[i] = 4 * (float) random.nextDouble() - 2;
            }
            SplitNetwork changed = changed(random);
            return Theorem17.row(name, DeviationBound.of(changed, samples, SAMPLES), deviation(changed, samples));
        }

        /** Every fourth weight is dropped; the others and the biases move, more in one network than in another. */
        private SplitNetwork changed(SplittableRandom random) {
            SplitNetwork original = SplitNetwork.original(graph, 1, new int[graph.units()]);
            float much = (float) Math.pow(10, -4 * random.nextDouble());
            Map<String, SplitNetwork.Weights> layers = new LinkedHashMap<>();
            original.layers().forEach((layer, weights) -> {
                float[] values = weights.values().clone();
                for (int i = 0; i < values.length; i++) {
                    values[i] = random.nextInt(4) == 0 ? 0 : values[i] + much * ((float) random.nextDouble() - 0.5f);
                }
                float[] bias = weights.bias() == null ? null : weights.bias().clone();
                for (int i = 0; bias != null && i < bias.length; i++) {
                    bias[i] += much * ((float) random.nextDouble() - 0.5f);
                }
                layers.put(layer, new SplitNetwork.Weights(values, bias));
            });
            return new SplitNetwork(graph, 1, original.owners(), layers);
        }

        private double deviation(SplitNetwork changed, float[] samples) {
            try (Network before = new Network("before", builder.build(), 1);
                    Network after = new Network("after", WholeModels.reference(changed), 1)) {
                float[] y = before.run(samples, SAMPLES).values().iterator().next();
                float[] now = after.run(samples, SAMPLES).values().iterator().next();
                int width = y.length / SAMPLES;
                double largest = 0;
                for (int i = 0; i < SAMPLES; i++) {
                    double sum = 0;
                    for (int j = i * width; j < (i + 1) * width; j++) {
                        sum += ((double) y[j] - now[j]) * ((double) y[j] - now[j]);
                    }
                    largest = Math.max(largest, Math.sqrt(sum));
                }
                return largest;
            }
        }
    }

    private static Series shipped(String model, Context context, Path out) {
        Dataset data = context.open(DATA, Split.TEST);
        LoadedNetwork network = LoadedNetwork.parse(model, ShippedModels.read(model));
        Series rows = rows();
        for (int budget : context.get(BUDGETS)) {
            Bundle bundle = new Partitioner(Request.of(network, Capacities.equal(2), context.seed(), out)
                            .atMost(budget)
                            .replacing(out))
                    .run();
            DeviationBound bound = DeviationBound.of(BundleNetwork.of(bundle), data);
            rows.row(row(budget, bound, Evaluation.of(bundle, data).maxDeviation()));
            context.say(model + " with at most " + budget + " values: bound " + bound.bound() + ", layer by layer "
                    + bound.layered());
        }
        return rows;
    }

    private static Figure figure(Map<String, Series> series) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title("Deviation against the bound, each layer with its own norms (the line: equal)")
                .xAxisTitle("bound")
                .yAxisTitle("largest deviation measured")
                .build();
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNW);
        chart.getStyler().setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        for (Map.Entry<String, Series> entry : series.entrySet()) {
            List<Double> bounds = new ArrayList<>();
            List<Double> deviations = new ArrayList<>();
            double[] bound = entry.getValue().column("layered");
            double[] deviation = entry.getValue().column("deviation");
            for (int i = 0; i < bound.length; i++) {
                if (bound[i] > 0 && deviation[i] > 0) { // a logarithm has no place for nothing
                    bounds.add(bound[i]);
                    deviations.add(deviation[i]);
                    least = Math.min(least, bound[i]);
                    most = Math.max(most, bound[i]);
                }
            }
            if (!bounds.isEmpty()) {
                chart.addSeries(entry.getKey(), bounds, deviations);
            }
        }
        double[] ends = most > 0 ? new double[] {least, most} : new double[] {1, 10};
        chart.addSeries("equal", ends, ends).setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
        return Figure.png("deviation-against-bound", chart);
    }
}
