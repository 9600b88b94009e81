package starling.experiments.costmodel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
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
 * Fig. 6.9: times of computing and communicating at N = 8K on both platforms of Table 6.1 by the {@link CostModel}, and the
 * speed-ups averaged over the numbers of nodes. Computing is held to the closed form 1/(1/P + (1-s)(1 - 1/P)); the thesis'
 * printed numbers are compared. Columns that end in {@code ByValues} send the values that random weights need, see
 * {@link RandomCover}.
 */
public final class TimeBreakdown implements Experiment {
    private static final Parameter<Integer> NEURONS =
            Parameter.integer("neurons", 8192, 2048, 64, 16_384, "neurons of each layer");

    /** The closed form's means as they were worked out by hand, for the four sparsities. */
    private static final double[] CLOSED_FORM = {1.707, 2.764, 4.761, 10.336};

    private static final Map<Platform, double[]> PAPER_COMPUTE = Map.of(
            Platform.DATACENTER, new double[] {1.7, 2.76, 4.77, 10.47},
            Platform.EDGE, new double[] {1.7, 2.77, 4.78, 11.01});
    private static final Map<Platform, double[]> PAPER_COMMUNICATION = Map.of(
            Platform.DATACENTER, new double[] {1.2, 1.45, 1.74, 1.75},
            Platform.EDGE, new double[] {1.2, 1.38, 1.82, 3.04});
    /** A share of the printed number. */
    private static final double AGREES = 0.02;

    @Override
    public String name() {
        return "fig6-9";
    }

    @Override
    public String description() {
        return "Times of computing and communicating of a split stack of layers, datacenter and edge, as in Fig. 6.9.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(NEURONS, CostModel.BYTES, Platform.DATACENTER.latency(), Platform.EDGE.latency());
    }

    @Override
    public Findings run(Context context) {
        int neurons = context.get(NEURONS);
        CoveredLinks links = new CoveredLinks(neurons, context);
        List<Claim> claims = new ArrayList<>(links.claims());
        Map<String, Series> series = new LinkedHashMap<>();
        List<Figure> figures = new ArrayList<>();
        for (Platform platform : Platform.values()) {
            CostModel model = CostModel.of(platform, context);
            Series times = times(model, neurons, links);
            Series speedUps = speedUps(platform, times);
            series.put(platform.text(), times);
            series.put(platform.text() + "SpeedUps", speedUps);
            claims.addAll(claims(platform, speedUps));
            figures.add(figure(platform, times));
        }
        series.put("assumptions", CostModel.assumptions(context));
        return new Findings(claims, series, figures);
    }

    private static Series times(CostModel model, int neurons, CoveredLinks links) {
        Series times = new Series(
                "workers", "sparsity", "computeSeconds", "communicationSeconds", "communicationSecondsByValues");
        for (int workers : CostModel.WORKERS) {
            CostModel.Time baseline = model.time(neurons, workers, 0);
            times.row(workers, 0, baseline.compute(), baseline.communication(), baseline.communication());
            for (double sparsity : CostModel.SPARSITIES) {
                CostModel.Time time = model.time(neurons, workers, sparsity);
                CostModel.Time byValues = model.time(neurons, workers, sparsity, links.values(workers, sparsity));
                times.row(workers, sparsity, time.compute(), time.communication(), byValues.communication());
            }
        }
        return times;
    }

    /** Means over the numbers of nodes of what the baseline takes by what a sparsity takes. */
    private static Series speedUps(Platform platform, Series times) {
        Series speedUps = new Series(
                "sparsity",
                "compute",
                "computeClosedForm",
                "computePaper",
                "communication",
                "communicationPaper",
                "communicationByValues",
                "total",
                "totalByValues");
        Rows rows = new Rows(times);
        for (int k = 0; k < CostModel.SPARSITIES.size(); k++) {
            double sparsity = CostModel.SPARSITIES.get(k);
            speedUps.row(
                    sparsity,
                    mean(rows, sparsity, "computeSeconds"),
                    CostModel.meanComputeSpeedUp(sparsity),
                    printed(PAPER_COMPUTE, platform)[k],
                    mean(rows, sparsity, "communicationSeconds"),
                    printed(PAPER_COMMUNICATION, platform)[k],
                    mean(rows, sparsity, "communicationSecondsByValues"),
                    mean(rows, sparsity, "computeSeconds", "communicationSeconds"),
                    mean(rows, sparsity, "computeSeconds", "communicationSecondsByValues"));
        }
        return speedUps;
    }

    private static double[] printed(Map<Platform, double[]> numbers, Platform platform) {
        return numbers.getOrDefault(platform, new double[CostModel.SPARSITIES.size()]);
    }

    private static double mean(Rows rows, double sparsity, String... columns) {
        double[] baseline = sum(columns, column -> rows.column(column, "sparsity", 0));
        double[] pruned = sum(columns, column -> rows.column(column, "sparsity", sparsity));
        double sum = 0;
        for (int i = 0; i < baseline.length; i++) {
            sum += baseline[i] / pruned[i];
        }
        return sum / baseline.length;
    }

    private static double[] sum(String[] columns, Function<String, double[]> read) {
        double[] sum = new double[CostModel.WORKERS.size()];
        for (String column : columns) {
            double[] values = read.apply(column);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += values[i];
            }
        }
        return sum;
    }

    private static List<Claim> claims(Platform platform, Series speedUps) {
        List<Claim> claims = new ArrayList<>();
        double[] compute = speedUps.column("compute");
        double[] communication = speedUps.column("communication");
        for (int k = 0; k < compute.length; k++) {
            String at = platform.text() + "-at-" + Math.round(100 * CostModel.SPARSITIES.get(k)) + "-percent";
            claims.add(Claim.near("compute-speed-up-by-closed-form-" + at, CLOSED_FORM[k], compute[k], 0.001, true));
            double paper = printed(PAPER_COMPUTE, platform)[k];
            claims.add(Claim.near("paper-compute-speed-up-" + at, paper, compute[k], AGREES * paper, false)
                    .because("the thesis took cycles from a simulator or a GPU, the closed form gives "
                            + CLOSED_FORM[k]));
            double sent = printed(PAPER_COMMUNICATION, platform)[k];
            claims.add(Claim.near("paper-communication-speed-up-" + at, sent, communication[k], AGREES * sent, false)
                    .because(
                            "the thesis simulated a network whose latency and congestion it does not give; here an exchange"
                                    + " takes a fixed latency and the bytes by the bandwidth"));
        }
        return claims;
    }

    private static Figure figure(Platform platform, Series times) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title("Computing and communicating on the " + platform.text() + " platform")
                .xAxisTitle("nodes")
                .yAxisTitle("seconds per inference")
                .build();
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        Rows rows = new Rows(times);
        Stream.concat(Stream.of(0.0), CostModel.SPARSITIES.stream()).forEach(sparsity -> {
            String name = sparsity == 0 ? "baseline" : "RP-" + Math.round(100 * sparsity);
            double[] workers = rows.column("workers", "sparsity", sparsity);
            chart.addSeries(name + ", computing", workers, rows.column("computeSeconds", "sparsity", sparsity));
            chart.addSeries(name + ", sending", workers, rows.column("communicationSeconds", "sparsity", sparsity));
        });
        return Figure.png("times-" + platform.text(), chart);
    }
}
