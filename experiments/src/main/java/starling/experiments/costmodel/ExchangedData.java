package starling.experiments.costmodel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

/**
 * Fig. 6.8: the bytes a node sends out in one inference against the number of nodes. The figure lets them fall linearly with
 * sparsity, as if values were in proportion to weights (column {@code bytesIfLinear}). Beside it stands what has to be
 * sent ({@code bytesByValues}) when the kept weights are random: the {@linkplain RandomCover fewest values} that serve them.
 */
public final class ExchangedData implements Experiment {
    private static final Parameter<Integer> NEURONS = Parameter.integer(
            "neurons", 8192, 2048, 64, 16_384, "neurons of each layer, a multiple of 32 for whole numbers per node");

    @Override
    public String name() {
        return "fig6-8";
    }

    @Override
    public String description() {
        return "Data each node sends: falling linearly with sparsity as in Fig. 6.8, and counted in values that must cross.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(NEURONS, CostModel.BYTES, Platform.DATACENTER.latency(), Platform.EDGE.latency());
    }

    @Override
    public Findings run(Context context) {
        int neurons = context.get(NEURONS);
        double unit = (double) context.get(CostModel.BYTES) * CostModel.LAYERS;
        CoveredLinks links = new CoveredLinks(neurons, context);
        List<Claim> claims = new ArrayList<>(links.claims());
        Series data = new Series("workers", "sparsity", "bytesIfLinear", "bytesByValues", "shareOfBaselineByValues");
        double mostAtHalf = 0;
        double leastAbove = Double.POSITIVE_INFINITY;
        for (int workers : CostModel.WORKERS) {
            double baseline = CostModel.baselineValues(neurons, workers);
            data.row(workers, 0, unit * baseline, unit * baseline, 1);
            for (double sparsity : CostModel.SPARSITIES) {
                double values = links.values(workers, sparsity);
                data.row(workers, sparsity, unit * (1 - sparsity) * baseline, unit * values, values / baseline);
                leastAbove = Math.min(leastAbove, values / ((1 - sparsity) * baseline));
                if (sparsity == 0.5) {
                    mostAtHalf = Math.max(mostAtHalf, Math.abs(values / baseline - 1));
                }
            }
        }
        claims.add(Claim.near("values-saved-by-dropping-half-of-random-weights", 0, mostAtHalf, 0.01, true));
        claims.add(Claim.atLeast("values-over-linear-at-least-as-many", 1, leastAbove, true));
        int most = CostModel.WORKERS.get(CostModel.WORKERS.size() - 1);
        claims.add(Claim.near(
                "paper-growth-of-data-from-2-nodes-converges-to-2",
                2,
                CostModel.baselineValues(neurons, most) / CostModel.baselineValues(neurons, 2),
                0.1,
                false));
        for (double sparsity : CostModel.SPARSITIES) {
            claims.add(Claim.near(
                            "paper-data-falls-linearly-at-" + Math.round(100 * sparsity) + "-percent",
                            1 - sparsity,
                            meanShare(links, neurons, sparsity),
                            0.05,
                            false)
                    .because(
                            "a value serves all weights of its neuron on a link, so dropping random weights saves it only"
                                    + " when the last of them goes"));
        }
        Map<String, Series> series = new LinkedHashMap<>();
        series.put("data", data);
        series.put("assumptions", CostModel.assumptions(context));
        return new Findings(claims, series, List.of(figure(data)));
    }

    private static double meanShare(CoveredLinks links, int neurons, double sparsity) {
        return CostModel.WORKERS.stream()
                .mapToDouble(workers -> links.values(workers, sparsity) / CostModel.baselineValues(neurons, workers))
                .average()
                .orElseThrow();
    }

    private static Figure figure(Series data) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title("Data each node sends per inference: linear in sparsity (thesis) and in values that must cross")
                .xAxisTitle("nodes")
                .yAxisTitle("bytes")
                .build();
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        Rows rows = new Rows(data);
        chart.addSeries("baseline", rows.column("workers", "sparsity", 0), rows.column("bytesIfLinear", "sparsity", 0));
        for (double sparsity : CostModel.SPARSITIES) {
            double[] workers = rows.column("workers", "sparsity", sparsity);
            String name = "RP-" + Math.round(100 * sparsity);
            chart.addSeries(name + ", linear", workers, rows.column("bytesIfLinear", "sparsity", sparsity));
            chart.addSeries(name + ", values", workers, rows.column("bytesByValues", "sparsity", sparsity));
        }
        return Figure.png("data-against-nodes", chart);
    }
}
