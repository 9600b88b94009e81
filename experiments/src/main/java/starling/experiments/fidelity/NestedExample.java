package starling.experiments.fidelity;

import java.util.List;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.markers.SeriesMarkers;
import starling.codes.quantize.NestedPair;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;

/**
 * Figure 2.2 of the thesis: one number by nested quantization, and what is sent and estimated for others, as the receiver holds the same
 * side information for all: within (Delta2 - Delta1)/2 of it numbers come back to within Delta1/2, beyond it they are
 * taken for others that look the same.
 */
public final class NestedExample implements Experiment {
    private static final Parameter<Double> NUMBER = Parameter.number("x", -4.2, -4.2, -1000, 1000, "what is sent");
    private static final Parameter<Double> DITHER =
            Parameter.number("u", 0.3, 0.3, -0.5, 0.5, "the dither, of a fine step of 1");
    private static final Parameter<Double> SIDE =
            Parameter.number("y", -3.4, -3.4, -1000, 1000, "what the receiver holds");
    private static final Parameter<Integer> RATIO =
            Parameter.integer("ratio", 3, 3, 2, 1000, "Delta2 / Delta1, with Delta1 = 1");
    private static final double REACH = 4;
    private static final double GRID = 0.05;

    @Override
    public String name() {
        return "fig2-2";
    }

    @Override
    public String description() {
        return "Figure 2.2: a number by nested quantization, and how far the side information may be off.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(NUMBER, DITHER, SIDE, RATIO);
    }

    @Override
    public Findings run(Context context) {
        NestedPair pair = new NestedPair(1, context.get(RATIO), 1);
        double u = context.get(DITHER);
        double y = context.get(SIDE);
        int sent = pair.number(context.get(NUMBER), u);
        double estimate = pair.estimate(sent, u, y);
        Series curve = new Series("x", "sent", "estimate");
        double off = 0;
        for (int step = 0; step <= 2 * REACH / GRID; step++) {
            double x = y - REACH + step * GRID;
            double found = pair.estimate(pair.number(x, u), u, y);
            curve.row(x, pair.number(x, u), found);
            if (Math.abs(x - y) < pair.sureDistance()) {
                off = Math.max(off, Math.abs(found - x));
            }
        }
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title("nested quantization, y = " + y + ", u = " + u)
                .xAxisTitle("x")
                .build();
        chart.addSeries("estimate", curve.column("x"), curve.column("estimate")).setMarker(SeriesMarkers.NONE);
        chart.addSeries("sent", curve.column("x"), curve.column("sent")).setMarker(SeriesMarkers.NONE);
        boolean paper = context.get(NUMBER) == -4.2 && u == 0.3 && y == -3.4 && context.get(RATIO) == 3;
        return new Findings(
                List.of(
                        Claim.near("number-sent-as-in-the-figure", -1, sent, 0, paper),
                        Claim.near("estimate-as-in-the-figure", -4.3, estimate, 1e-12, paper),
                        Claim.atMost("error-where-the-side-information-is-near-enough", 0.5 + 1e-9, off, true)),
                Map.of("fig2-2", curve),
                List.of(Figure.png("fig2-2", chart)));
    }
}
