package starling.experiments.regression;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import starling.codes.gradient.GradientCode;
import starling.codes.random.Draw;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;

/**
 * Figure 4.4 of the thesis: linear regression by stochastic gradient descent whose gradients are compressed. How often each
 * code converges for a step size, and how fast at two step sizes. A run has converged when its distance to the solution has fallen below one
 * per cent of what it was after the given rounds; bits are those really sent.
 */
public final class LinearRegression implements Experiment {
    private static final Parameter<Integer> INPUTS = Parameter.integer("n", 64, 64, 1, 4096, "inputs");
    private static final Parameter<Integer> OUTPUTS = Parameter.integer("m", 50, 50, 1, 4096, "outputs");
    private static final Parameter<Integer> BATCH =
            Parameter.integer("batch", 32, 32, 1, 100_000, "samples of a gradient");
    private static final Parameter<Integer> ROUNDS =
            Parameter.integer("rounds", 400, 150, 1, 100_000, "steps of a run");
    private static final Parameter<Integer> RUNS =
            Parameter.integer("runs", 20, 4, 1, 10_000, "runs for each step size");
    private static final Parameter<List<Double>> STEPS = Parameter.list(
            "steps",
            "positive numbers",
            "0.01,0.02,0.03,0.05,0.07,0.1,0.13,0.16,0.2",
            "0.02,0.05,0.1",
            "step sizes",
            text -> {
                double value = Double.parseDouble(text);
                if (!(value > 0 && value < 1)) {
                    throw new IllegalArgumentException("out of bounds: " + value);
                }
                return value;
            });
    private static final double CONVERGED = 0.01;
    private static final double LOST = 1e6;

    /**
     * A code in the race.
     *
     * @param name in tables
     * @param code or null for floats
     */
    record Racer(String name, @Nullable GradientCode code) {}

    /** One run: the distance after each round and the bits of a gradient. */
    private record Run(double[] distance, double bits) {
        boolean converged() {
            return distance[distance.length - 1] < CONVERGED;
        }
    }

    @Override
    public String name() {
        return "fig4-4";
    }

    @Override
    public String description() {
        return "Figure 4.4: for which step sizes linear regression converges with compressed gradients, and how fast.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(INPUTS, OUTPUTS, BATCH, ROUNDS, RUNS, STEPS);
    }

    @Override
    public Findings run(Context context) {
        int parameters = context.get(INPUTS) * context.get(OUTPUTS);
        List<Racer> racers = Racers.of(parameters);
        Map<String, Series> series = new LinkedHashMap<>();
        Series converged = Series.ofRecords("method", "step", "converged", "roundsToOnePercent", "bitsPerCoordinate");
        XYChart chart = chart("share of runs that converge", "step size", false);
        Map<String, Double> largest = new LinkedHashMap<>();
        Map<String, Double> bits = new LinkedHashMap<>();
        for (Racer racer : racers) {
            List<Double> shares = new ArrayList<>();
            for (double step : context.get(STEPS)) {
                int right = 0;
                double rounds = 0;
                double sent = 0;
                Run last = null;
                for (int k = 0; k < context.get(RUNS); k++) {
                    last = race(context, racer, step, k);
                    right += last.converged() ? 1 : 0;
                    rounds += first(last.distance());
                    sent += last.bits() / parameters;
                }
                double share = (double) right / context.get(RUNS);
                shares.add(share);
                converged.entry(racer.name(), step, share, rounds / context.get(RUNS), sent / context.get(RUNS));
                bits.put(racer.name(), sent / context.get(RUNS));
                if (share >= 0.5) {
                    largest.merge(racer.name(), step, Math::max);
                }
                if (last != null && (step == 0.05 || step == 0.1)) {
                    series.put(racer.name() + "-" + step, curve(last));
                }
            }
            chart.addSeries(
                    racer.name(),
                    context.get(STEPS).stream().mapToDouble(Double::doubleValue).toArray(),
                    shares.stream().mapToDouble(Double::doubleValue).toArray());
            context.say(String.format(
                    Locale.ROOT,
                    "%s: %.3f bits per coordinate, converges up to a step of %s",
                    racer.name(),
                    bits.get(racer.name()),
                    largest.get(racer.name())));
        }
        series.put("converged", converged);
        List<Figure> figures = new ArrayList<>(List.of(Figure.png("fig4-4a", chart)));
        for (double step : new double[] {0.05, 0.1}) {
            figure(step, series, racers, figures);
        }
        return new Findings(claims(largest, bits), series, figures);
    }

    private static List<Claim> claims(Map<String, Double> largest, Map<String, Double> bits) {
        return List.of(
                Claim.atLeast("largest-step-of-qcs-over-qsgd", 1, ratio(largest, Racers.QCS, Racers.QSGD), false),
                Claim.atLeast("largest-step-of-ours-over-qcs", 1, ratio(largest, Racers.FEWER, Racers.QCS), true),
                Claim.atMost("bits-of-ours-to-those-of-qcs", 0.6, ratio(bits, Racers.FEWER, Racers.QCS), true));
    }

    private static double ratio(Map<String, Double> values, String over, String under) {
        return values.getOrDefault(over, Double.NaN) / values.getOrDefault(under, Double.NaN);
    }

    private static Run race(Context context, Racer racer, double step, int number) {
        Problem problem = new Problem(context.get(INPUTS), context.get(OUTPUTS), context.seed() * 1_000_003 + number);
        float[] weights = problem.start();
        double[] distance = new double[context.get(ROUNDS)];
        double bits = 0;
        for (int round = 0; round < distance.length; round++) {
            float[] gradient = problem.gradient(weights, context.get(BATCH));
            GradientCode code = racer.code();
            if (code == null) {
                bits += (double) Float.SIZE * gradient.length;
            } else {
                Draw draw = new Draw(context.seed(), number, round, 0);
                byte[] message = code.encode(gradient, draw);
                bits += (double) Byte.SIZE * message.length;
                gradient = code.decode(message, draw, gradient.length);
            }
            for (int i = 0; i < weights.length; i++) {
                weights[i] -= (float) (step * gradient[i]);
            }
            distance[round] = problem.distance(weights);
            if (!(distance[round] < LOST)) {
                Arrays.fill(distance, round, distance.length, LOST);
                return new Run(distance, bits / (round + 1));
            }
        }
        return new Run(distance, bits / distance.length);
    }

    /** The first round with one per cent left, the number of rounds where there is none. */
    private static int first(double[] distance) {
        for (int round = 0; round < distance.length; round++) {
            if (distance[round] < CONVERGED) {
                return round + 1;
            }
        }
        return distance.length;
    }

    private static Series curve(Run run) {
        Series curve = new Series("round", "distance");
        for (int round = 0; round < run.distance().length; round++) {
            curve.row(round + 1, run.distance()[round]);
        }
        return curve;
    }

    private static void figure(double step, Map<String, Series> series, List<Racer> racers, List<Figure> figures) {
        XYChart chart = chart("distance to the solution, step " + step, "round", true);
        for (Racer racer : racers) {
            Series curve = series.get(racer.name() + "-" + step);
            if (curve != null) {
                chart.addSeries(racer.name(), curve.column("round"), curve.column("distance"));
            }
        }
        if (!chart.getSeriesMap().isEmpty()) {
            figures.add(Figure.png(step == 0.05 ? "fig4-4b" : "fig4-4c", chart));
        }
    }

    private static XYChart chart(String title, String below, boolean logarithmic) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title(title)
                .xAxisTitle(below)
                .build();
        chart.getStyler().setYAxisLogarithmic(logarithmic);
        return chart;
    }
}
