package starling.experiments.costmodel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
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
 * Fig. 6.10: times against the size of the layers by the {@link CostModel}, each the mean over 2 to 32 nodes and the four
 * sparsities, and the ratio of the baseline's mean to the pruned one. Where computing is all that counts that ratio is
 * sum 1/P over the mean of (1/P) (1/P + (1-s)(1 - 1/P)), 2.063: the thesis' 2.06 for the largest datacenter size. The
 * column {@code ratioIfNoValueIsSaved} takes from pruning nothing but multiplications.
 */
public final class ModelSizes implements Experiment {
    private static final Parameter<List<Integer>> DATACENTER =
            sizes("datacenter", "1024,2048,4096,8192,16384,32768,65536,131072,262144,524288,1048576");
    private static final Parameter<List<Integer>> EDGE = sizes("edge", "1024,2048,4096,8192,16384,32768");

    @Override
    public String name() {
        return "fig6-10";
    }

    @Override
    public String description() {
        return "Times of a split stack of layers against its size, datacenter and edge, as in Fig. 6.10.";
    }

    private static Parameter<List<Integer>> sizes(String platform, String sizes) {
        return Parameter.list(
                platform + "-neurons", "multiples of 32", sizes, sizes, "neurons of each layer, ascending", text -> {
                    int size = Integer.parseInt(text);
                    if (size < 32 || size % 32 != 0) {
                        throw new IllegalArgumentException("not a positive multiple of 32: " + size);
                    }
                    return size;
                });
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(DATACENTER, EDGE, CostModel.BYTES, Platform.DATACENTER.latency(), Platform.EDGE.latency());
    }

    @Override
    public Findings run(Context context) {
        Map<String, Series> series = new LinkedHashMap<>();
        List<Claim> claims = new ArrayList<>();
        List<Figure> figures = new ArrayList<>();
        for (Platform platform : Platform.values()) {
            Series sizes = new Series(
                    "neurons",
                    "computeSeconds",
                    "communicationSeconds",
                    "baselineComputeSeconds",
                    "baselineCommunicationSeconds",
                    "ratio",
                    "ratioIfNoValueIsSaved",
                    "weightBytesPerNodeOf32");
            CostModel model = CostModel.of(platform, context);
            for (int neurons : context.get(platform == Platform.DATACENTER ? DATACENTER : EDGE)) {
                sizes.row(row(model, neurons));
            }
            series.put(platform.text(), sizes);
            if (sizes.size() > 0) {
                claims.addAll(claims(platform, sizes));
                figures.add(figure(platform, sizes));
            }
        }
        series.put("assumptions", CostModel.assumptions(context));
        return new Findings(claims, series, figures);
    }

    private static double[] row(CostModel model, int neurons) {
        double compute = mean((p, s) -> model.time(neurons, (int) p, s).compute());
        double sent = mean((p, s) -> model.time(neurons, (int) p, s).communication());
        double baseline = mean((p, s) -> model.time(neurons, (int) p, 0).compute());
        double baselineSent = mean((p, s) -> model.time(neurons, (int) p, 0).communication());
        return new double[] {
            neurons,
            compute,
            sent,
            baseline,
            baselineSent,
            (baseline + baselineSent) / (compute + sent),
            (baseline + baselineSent) / (compute + baselineSent),
            (double) CostModel.LAYERS * neurons * neurons * Float.BYTES / 32
        };
    }

    private static double mean(DoubleBinaryOperator ofWorkersAndSparsity) {
        return CostModel.WORKERS.stream()
                .flatMapToDouble(workers -> CostModel.SPARSITIES.stream()
                        .mapToDouble(sparsity -> ofWorkersAndSparsity.applyAsDouble(workers, sparsity)))
                .average()
                .orElseThrow();
    }

    /** The ratio where only computing counts. */
    static double computingOnly() {
        return mean((p, s) -> 1 / p) / mean((p, s) -> 1 / p / CostModel.computeSpeedUp((int) p, s));
    }

    private static List<Claim> claims(Platform platform, Series sizes) {
        List<Claim> claims = new ArrayList<>();
        double[] neurons = sizes.column("neurons");
        double[] ratio = sizes.column("ratio");
        double[] compute = sizes.column("computeSeconds");
        double[] baseline = sizes.column("baselineComputeSeconds");
        double farthest = 0;
        for (int i = 0; i < neurons.length; i++) {
            farthest = Math.max(farthest, Math.abs(baseline[i] / compute[i] - computingOnly()));
        }
        claims.add(Claim.near(
                platform.text() + "-compute-ratio-off-closed-form", 0, farthest, 1e-3 * computingOnly(), true));
        boolean datacenter = platform == Platform.DATACENTER;
        paper(claims, platform, sizes, 1024, datacenter ? 1.01 : 1.55);
        paper(claims, platform, sizes, datacenter ? 1 << 20 : 1 << 15, datacenter ? 2.06 : 3.8);
        if (datacenter) {
            claims.add(
                    Claim.atLeast("paper-datacenter-ratio-grows-with-size", ratio[0], ratio[ratio.length - 1], false));
        }
        return claims;
    }

    private static void paper(List<Claim> claims, Platform platform, Series sizes, int neurons, double printed) {
        for (double ratio : new Rows(sizes).column("ratio", "neurons", neurons)) {
            claims.add(Claim.near(
                            "paper-" + platform.text() + "-ratio-at-" + neurons, printed, ratio, 0.02 * printed, false)
                    .because(
                            "the ratio hangs on what an exchange costs, and the thesis gives neither its latency nor how its"
                                    + " switch was congested"));
        }
    }

    private static Figure figure(Platform platform, Series sizes) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title("Mean times on the " + platform.text() + " platform against the size of the layers")
                .xAxisTitle("neurons of a layer")
                .yAxisTitle("seconds per inference")
                .build();
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNW);
        for (String column : List.of(
                "baselineComputeSeconds", "baselineCommunicationSeconds", "computeSeconds", "communicationSeconds")) {
            chart.addSeries(column, sizes.column("neurons"), sizes.column(column));
        }
        return Figure.png("times-against-size-" + platform.text(), chart);
    }
}
