package starling.experiments.coded;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.markers.SeriesMarkers;
import starling.codes.uep.ExpectedLoss;
import starling.codes.uep.UepCode;
import starling.codes.uep.Windows;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;

/**
 * Figures 8, 9 and 10 of Tegin et al.: the normalised loss of NOW and EW windows, both partitionings, beside an MDS code, over
 * time with F(t) = 1 - exp(-lambda t) and over the number of answers; and Theorem 2's bound. By Theorems 1 and 2, and by products
 * that are coded, computed in shares and decoded.
 */
public final class LossFigures implements Experiment {
    private static final Parameter<List<Double>> GAMMA = DecodingFigure.GAMMA;
    private static final Parameter<Integer> WORKERS = Parameter.integer("workers", 30, 30, 9, 200, "workers");
    private static final Parameter<Double> LAMBDA =
            Parameter.number("lambda", 1, 1, 1e-3, 1e3, "rate of a worker's exponential time");
    private static final Parameter<Double> LAST = Parameter.number("last", 2, 2, 0.01, 1e6, "latest time");
    private static final Parameter<Integer> POINTS = Parameter.integer("points", 81, 41, 2, 10_000, "times");
    private static final Parameter<Integer> TRIALS =
            Parameter.integer("trials", 2000, 100, 2, 1_000_000, "simulated products of each kind");
    private static final Parameter<Integer> SHRINK =
            Parameter.integer("shrink", 50, 100, 1, 100, "the paper's dimensions are divided by this");
    /** Of simulated means; with at most 400 of them a claim fails by chance with a probability below 3e-4. */
    private static final double DEVIATIONS = 5;

    private static final double READ_OFF = 0.03;

    private final int figure;

    private LossFigures(int figure) {
        this.figure = figure;
    }

    /** Loss over time. */
    public static LossFigures overTime() {
        return new LossFigures(8);
    }

    /** Loss over the number of answers. */
    public static LossFigures overAnswers() {
        return new LossFigures(9);
    }

    /** The bound of Theorem 2. */
    public static LossFigures bound() {
        return new LossFigures(10);
    }

    @Override
    public String name() {
        return "uep-fig" + figure;
    }

    @Override
    public String description() {
        return switch (figure) {
            case 8 -> "Tegin et al., Figure 8: normalised loss over time, and where an MDS code overtakes.";
            case 9 -> "Tegin et al., Figure 9: normalised loss over the number of answers.";
            default -> "Tegin et al., Figure 10: the loss of columns times rows beside Theorem 2's bound.";
        };
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(GAMMA, WORKERS, LAMBDA, LAST, POINTS, TRIALS, SHRINK, Parameters.SEED);
    }

    /** One curve: what the theorems give and what was simulated. */
    private record Curve(ExpectedLoss loss, ProtectedSimulation simulation) {}

    @Override
    public Findings run(Context context) {
        int workers = context.get(WORKERS);
        double[] times = new double[context.get(POINTS)];
        Arrays.setAll(times, i -> context.get(LAST) * i / (times.length - 1));
        Map<String, Curve> curves = new LinkedHashMap<>();
        for (Windows.Kind kind : Windows.Kind.values()) {
            for (SyntheticProduct product : SyntheticProduct.ALL) {
                if (figure == 10 && product.partition().inner() == 1) {
                    continue;
                }
                String name = (kind == Windows.Kind.EXPANDING ? "ew" : "now") + product.name();
                context.say(name);
                Windows windows = SyntheticProduct.windows(context, kind);
                ProtectedSimulation simulation = new ProtectedSimulation(
                        product, windows, workers, context.get(SHRINK), context.get(LAMBDA), times);
                simulation.run(UepCode::idealised, context.get(TRIALS), false, Parameters.seed(context));
                curves.put(
                        name,
                        new Curve(new ExpectedLoss(windows, product.levels().energies()), simulation));
            }
        }
        return figure == 9 ? answers(context, curves) : times(context, curves, times);
    }

    private Findings answers(Context context, Map<String, Curve> curves) {
        int workers = context.get(WORKERS);
        Map<String, double[]> columns = new LinkedHashMap<>();
        double[] n = new double[workers + 1];
        Arrays.setAll(n, i -> i);
        columns.put("n", n);
        List<Claim> claims = new ArrayList<>();
        Map<String, double[]> simulated = new LinkedHashMap<>();
        simulated.put("n", n);
        curves.forEach((name, curve) -> {
            double[] law = new double[workers + 1];
            Arrays.setAll(law, i -> curve.loss.after(i) / curve.loss.whole());
            columns.put(name, law);
            simulated.put(name, means(curve.simulation.byAnswers));
            claims.add(agrees(name, law, curve.simulation.byAnswers));
            claims.add(Claim.atMost(
                    "largest-error-of-a-decoded-product-" + name, 1e-8, curve.simulation.worstPiece(), true));
        });
        double[] mds = new double[workers + 1];
        Arrays.setAll(mds, i -> i < 9 ? 1 : 0);
        columns.put("mds", mds);
        return new Findings(
                claims,
                Map.of(name(), object(columns), "simulated", object(simulated)),
                List.of(chart(columns, "n", "answers")));
    }

    private Findings times(Context context, Map<String, Curve> curves, double[] times) {
        int workers = context.get(WORKERS);
        double lambda = context.get(LAMBDA);
        Map<String, double[]> columns = new LinkedHashMap<>();
        columns.put("t", times);
        Map<String, double[]> simulated = new LinkedHashMap<>();
        simulated.put("t", times);
        List<Claim> claims = new ArrayList<>();
        Map<String, Double> crossings = new LinkedHashMap<>();
        curves.forEach((name, curve) -> {
            DoubleUnaryOperator law = t -> curve.loss.mixed(workers, answered(lambda, t)) / curve.loss.whole();
            double[] values = Arrays.stream(times).map(law).toArray();
            columns.put(name, values);
            simulated.put(name, means(curve.simulation.byTime));
            claims.add(agrees(name, values, curve.simulation.byTime));
            if (figure == 10) {
                double[] bound = Arrays.stream(times)
                        .map(t -> curve.loss.theorem2(workers, answered(lambda, t)) / curve.loss.whole())
                        .toArray();
                columns.put(name + "Bound", bound);
                claims.add(Claim.atMost(
                        "simulated-over-the-bound-" + name, 1, over(curve.simulation.byTime, bound), true));
            } else {
                double crossing = crossing(
                        law, t -> curve.loss.mdsMixed(workers, answered(lambda, t)) / curve.loss.whole(), lambda);
                crossings.put(name, crossing);
                context.say(String.format(Locale.ROOT, "MDS overtakes %s at t = %.4f", name, crossing));
            }
        });
        Map<String, Series> series = new LinkedHashMap<>();
        if (figure == 8) {
            ExpectedLoss any = curves.values().iterator().next().loss;
            columns.put(
                    "mds",
                    Arrays.stream(times)
                            .map(t -> any.mdsMixed(workers, answered(lambda, t)) / any.whole())
                            .toArray());
            paper(context, crossings, claims);
            Series where = Series.ofObject(crossings.keySet().toArray(String[]::new));
            where.entry(crossings.values().toArray());
            series.put("crossings", where);
        }
        series.put(name(), object(columns));
        series.put("simulated", object(simulated));
        return new Findings(claims, series, List.of(chart(columns, "t", "time")));
    }

    private static double answered(double lambda, double time) {
        return -Math.expm1(-lambda * time);
    }

    /** The last time before which the code is better than MDS, by bisection from the time where MDS is nearly surely done. */
    private static double crossing(DoubleUnaryOperator law, DoubleUnaryOperator mds, double lambda) {
        double step = 0.001 / lambda;
        double low = step;
        while (law.applyAsDouble(low) <= mds.applyAsDouble(low) && low < 100 / lambda) {
            low += step;
        }
        double before = low - step;
        for (int i = 0; i < 60; i++) {
            double middle = (before + low) / 2;
            if (law.applyAsDouble(middle) <= mds.applyAsDouble(middle)) {
                before = middle;
            } else {
                low = middle;
            }
        }
        return low;
    }

    private static void paper(Context context, Map<String, Double> crossings, List<Claim> claims) {
        boolean same = context.get(WORKERS) == 30
                && context.get(LAMBDA) == 1
                && context.get(GAMMA).equals(List.of(0.4, 0.35, 0.25));
        if (!same) {
            return;
        }
        Map<String, Double> read = Map.of("nowRxC", 0.44, "nowCxR", 0.44, "ewRxC", 0.825, "ewCxR", 0.975);
        crossings.forEach(
                (name, at) -> claims.add(
                        Claim.near("mds-overtakes-" + name, Objects.requireNonNull(read.get(name)), at, READ_OFF, false)
                                .because(
                                        "the paper reads its positions off a plot; ours is the zero of the difference of the formulas")));
    }

    private static Claim agrees(String name, double[] law, Measured[] simulated) {
        double worst = 0;
        for (int i = 0; i < law.length; i++) {
            double off = Math.abs(simulated[i].mean() - law[i]);
            worst = Math.max(worst, off < 1e-12 ? 0 : off / (simulated[i].deviation() + rare(simulated[i])));
        }
        return Claim.atMost("deviations-of-the-simulation-" + name, DEVIATIONS, worst, true);
    }

    /** What a case that never came in the simulation may have added: one in as many as there were, of loss 1. */
    private static double rare(Measured measured) {
        return 1.0 / measured.count();
    }

    private static double over(Measured[] simulated, double[] bound) {
        double most = 0;
        for (int i = 0; i < bound.length; i++) {
            double sure = simulated[i].mean() - DEVIATIONS * simulated[i].deviation();
            most = Math.max(most, bound[i] < 1e-12 ? 0 : sure / bound[i]);
        }
        return most;
    }

    private static double[] means(Measured[] measured) {
        return Arrays.stream(measured).mapToDouble(Measured::mean).toArray();
    }

    private static Series object(Map<String, double[]> columns) {
        Series series = Series.ofObject(columns.keySet().toArray(String[]::new));
        series.entry(columns.values().toArray());
        return series;
    }

    private Figure chart(Map<String, double[]> columns, String abscissa, String title) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title("normalised loss")
                .xAxisTitle(title)
                .build();
        double[] x = Objects.requireNonNull(columns.get(abscissa));
        columns.forEach((name, values) -> {
            if (!name.equals(abscissa)) {
                chart.addSeries(name, x, values).setMarker(SeriesMarkers.NONE);
            }
        });
        return Figure.png(name(), chart);
    }
}
