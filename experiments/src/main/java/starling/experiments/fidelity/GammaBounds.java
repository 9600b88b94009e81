package starling.experiments.fidelity;

import java.util.List;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import starling.codes.sampling.QcsBounds;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;

/**
 * Figure 4.1 of the thesis: the least gamma of quantized compressive sampling for a gain, over all (k, Q), beside the bound of stochastic
 * quantization (QSGD, Lemma 3.1: min(n/s^2, sqrt n / s)) and what unbiased sparsification has at best (n/k - 1 for k floats
 * with their places). The chosen gammas are held against a search of (4.10) over everything, written out anew.
 */
public final class GammaBounds implements Experiment {
    private static final Parameter<Integer> LENGTH = Parameter.integer("n", 512, 512, 2, 1 << 14, "numbers of a block");
    private static final Parameter<List<Double>> GAINS = Parameter.list(
            "gains",
            "numbers from 2 to 1000",
            "4,6,8,10,15,20,32,50,64,100,150,200",
            "8,20,32,100",
            "gains (4.11)",
            text -> {
                double value = Double.parseDouble(text);
                if (!(value >= 2 && value <= 1000)) {
                    throw new IllegalArgumentException("out of bounds: " + value);
                }
                return value;
            });
    private static final int MOST_LEVELS = 4096;

    @Override
    public String name() {
        return "fig4-1";
    }

    @Override
    public String description() {
        return "Figure 4.1: the least variance bound gamma for a compression gain, beside those of rivals.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(LENGTH, GAINS);
    }

    @Override
    public Findings run(Context context) {
        int n = context.get(LENGTH);
        Series chosen = new Series("gain", "gamma", "k", "Q");
        Series rivals = new Series("gain", "qsgd", "unbiasedSparsification");
        double worst = 0;
        for (double gain : context.get(GAINS)) {
            QcsBounds.Choice choice = QcsBounds.choose(gain, n);
            chosen.row(gain, choice.gamma(), choice.k(), choice.q());
            double searched = searched(gain, n);
            worst = Math.max(worst, Math.abs(choice.gamma() - searched) / Math.max(1, searched));
            rivals.row(gain, stochastic(gain, n), sparsified(gain, n));
        }
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title("least gamma, n = " + n)
                .xAxisTitle("compression gain")
                .yAxisTitle("gamma")
                .build();
        chart.getStyler().setYAxisLogarithmic(true);
        chart.addSeries("QCS", chosen.column("gain"), chosen.column("gamma"));
        chart.addSeries("QSGD", rivals.column("gain"), rivals.column("qsgd"));
        chart.addSeries("unbiased sparsification", rivals.column("gain"), rivals.column("unbiasedSparsification"));
        return new Findings(
                List.of(Claim.near("gamma-as-a-search-of-formula-4-10-finds-it", 0, worst, 1e-6, true)),
                Map.of("fig4-1", chosen, "rivals", rivals),
                List.of(Figure.png("fig4-1", chart)));
    }

    /** min over k and Q = 1/2, 1, 3/2, .. of gamma where n b / (k log2(2 Q + 1)) is at least the gain. */
    private static double searched(double gain, int n) {
        double best = Double.POSITIVE_INFINITY;
        for (int k = 1; k <= n; k++) {
            for (int values = 2; values <= MOST_LEVELS; values++) {
                double bits = k * Math.log(values) / Math.log(2);
                if (n * 32.0 / bits < gain) {
                    break;
                }
                double q = (values - 1) / 2.0;
                double gamma = k == 1 ? n - 1.0 : (double) n / k - 1 + n / (4 * q * q) * Math.log(k) / (k - 1);
                best = Math.min(best, gamma);
            }
        }
        return best;
    }

    /** Lemma 3.1 of QSGD at s levels, log2(2 s + 1) bits each; no gain beyond s = 1. */
    private static double stochastic(double gain, int n) {
        double levels = (Math.pow(2, Float.SIZE / gain) - 1) / 2;
        return levels < 1 ? Double.NaN : Math.min(n / (levels * levels), Math.sqrt(n) / levels);
    }

    private static double sparsified(double gain, int n) {
        double entry = Float.SIZE + Math.log(n) / Math.log(2);
        return Math.max(0, gain * entry / Float.SIZE - 1);
    }
}
