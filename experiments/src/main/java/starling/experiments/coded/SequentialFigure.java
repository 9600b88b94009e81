package starling.experiments.coded;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.function.LongFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import starling.codes.sequential.ArbitraryStragglers;
import starling.codes.sequential.Dip;
import starling.codes.sequential.FirstOrderClock;
import starling.codes.sequential.Idip;
import starling.codes.sequential.SequentialScheme;
import starling.codes.sequential.SequentialTimes;
import starling.codes.straggler.IndependentPattern;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.models.UnfitException;

/**
 * Figure 1 of Krishnan et al.: mean time of a job over the probability of stragglers, of every scheme with the parameters that are best there, by
 * closed form and exact Markov chain, and the schemes themselves on the virtual clock beside them. Both panels.
 *
 * <p>DIP without end has no best number of blocks: it falls for ever, so blocks are at most 10 P - 1 here. The expression that is printed as a
 * bound for IDIP is one only for N below P; the paper's figure minimises it over all N, and so does {@code idipBound}.
 *
 * <p>A mean on the clock may be off by {@value #DEVIATIONS} deviations of the means of {@value #BATCHES} batches: by chance with a probability of
 * about 6e-7 for each.
 */
public final class SequentialFigure implements Experiment {
    private static final Parameter<List<Integer>> WORKERS =
            Parameters.integers("P", 2, 8, "4,6", "4", "workers, one number for each panel");
    private static final Parameter<List<Integer>> WINDOW =
            Parameters.integers("W", 1, 8, "4,5", "4", "window of the straggler model, T + 1, for each panel");
    private static final Parameter<List<Double>> ALPHA =
            Parameters.numbers("alpha", 1.01, 1000, "5,10", "5", "times that a straggler takes, for each panel");
    private static final Parameter<List<Double>> DELTAS = Parameters.numbers(
            "deltas",
            0,
            1,
            "0.02,0.05,0.1,0.15,0.2,0.25,0.3,0.35,0.4,0.45,0.5",
            "0.1,0.3",
            "probabilities of a straggler");
    private static final Parameter<Integer> TRIALS =
            Parameter.integer("trials", 40_000, 4000, 1000, 10_000_000, "rounds of a scheme on the clock");

    private static final int MOST_STATES = 10_000;
    private static final int BATCHES = 100;
    private static final double DEVIATIONS = 5;
    private static final double EXACT = 1e-6;
    private static final List<String> PANELS = List.of("sequential-fig1", "sequential-fig1-b");

    @Override
    public String name() {
        return "sequential-fig1";
    }

    @Override
    public String description() {
        return "Krishnan et al., Figure 1: mean time of a job over the probability of stragglers, closed and simulated.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(WORKERS, WINDOW, ALPHA, DELTAS, TRIALS, Parameters.SEED);
    }

    /**
     * The best of a family.
     *
     * @param value mean time of a job
     * @param choice where it is
     */
    private record Best(double value, int choice) {
        static Best of(int from, int to, IntToDoubleFunction time) {
            Best best = new Best(Double.POSITIVE_INFINITY, from);
            for (int choice = from; choice <= to; choice++) {
                double value = time.applyAsDouble(choice);
                best = value < best.value ? new Best(value, choice) : best;
            }
            return best;
        }
    }

    /** One of the two panels. */
    private record Panel(int workers, int window, double alpha) {
        int delay() {
            return window - 1;
        }

        int cap() {
            return 10 * workers - 1;
        }

        double dip(int choice, double delta) {
            return SequentialTimes.dip(alpha, blocks(choice), delay(), lambda(choice), workers, delta);
        }

        int blocks(int choice) {
            return choice / workers;
        }

        int lambda(int choice) {
            return choice % workers + 1;
        }
    }

    /** All curves at one probability. */
    private record Point(double uncoded, Best polynomial, Best idip, Best endless, Best dip) {}

    @Override
    public Findings run(Context context) {
        int panels = context.get(WORKERS).size();
        if (panels != context.get(WINDOW).size() || panels != context.get(ALPHA).size() || panels > PANELS.size()) {
            throw new UnfitException("P, W and alpha must have one number for each of at most " + PANELS.size()
                    + " panels: they have " + panels + ", "
                    + context.get(WINDOW).size() + " and "
                    + context.get(ALPHA).size());
        }
        List<Claim> claims = new ArrayList<>();
        Map<String, Series> series = new LinkedHashMap<>();
        List<Figure> figures = new ArrayList<>();
        for (int i = 0; i < panels; i++) {
            Panel panel = new Panel(
                    context.get(WORKERS).get(i),
                    context.get(WINDOW).get(i),
                    context.get(ALPHA).get(i));
            if (Math.pow(panel.workers, panel.delay()) > MOST_STATES) {
                throw new UnfitException("P^(W-1) must be at most " + MOST_STATES
                        + ", for the exact times of DIP: P is " + panel.workers + " and W " + panel.window);
            }
            panel(context, panel, PANELS.get(i), claims, series, figures);
        }
        return new Findings(claims, series, figures);
    }

    private static void panel(
            Context context,
            Panel panel,
            String name,
            List<Claim> claims,
            Map<String, Series> series,
            List<Figure> figures) {
        List<Double> deltas = context.get(DELTAS);
        List<Point> points = new ArrayList<>();
        Series simulated = Series.ofRecords("delta", "scheme", "expected", "mean", "deviation");
        for (double delta : deltas) {
            Point point = point(panel, delta);
            points.add(point);
            exact(panel, delta, name, point, claims);
            simulate(context, panel, delta, name, point, claims, simulated);
            context.say(String.format(
                    Locale.ROOT,
                    "%s, delta %.2f: uncoded %.4f, polynomial %.4f, IDIP (printed) %.4f, DIP without end %.4f, DIP %.4f",
                    name,
                    delta,
                    point.uncoded,
                    point.polynomial.value,
                    point.idip.value,
                    point.endless.value,
                    point.dip.value));
        }
        series.put(name, series(panel, deltas, points));
        series.put(name + "-simulated", simulated);
        figures.add(chart(panel, name, deltas, points));
    }

    private static Point point(Panel panel, double delta) {
        int workers = panel.workers;
        double alpha = panel.alpha;
        return new Point(
                SequentialTimes.uncoded(alpha, workers, delta),
                Best.of(1, workers - 1, bear -> SequentialTimes.polynomial(alpha, bear, workers, delta)),
                Best.of(
                        1,
                        workers * panel.window - 1,
                        most -> SequentialTimes.idipPrinted(
                                alpha, new ArbitraryStragglers(most, panel.window), workers, delta)),
                Best.of(workers, panel.cap(), blocks -> SequentialTimes.dipWithoutEnd(alpha, blocks, workers, delta)),
                Best.of(workers * workers, panel.cap() * workers + workers - 1, choice -> panel.dip(choice, delta)));
    }

    /** The closed forms once more, with exact binomial coefficients, and rounds of a job summed over all that may have come before. */
    private static void exact(Panel panel, double delta, String name, Point point, List<Claim> claims) {
        int workers = panel.workers;
        int bear = point.polynomial.choice;
        int most = point.idip.choice;
        String where = "-" + name + "-at-" + delta;
        claims.add(near("uncoded" + where, scaled(panel, 0, workers, delta) / workers, point.uncoded));
        claims.add(near(
                "polynomial" + where, scaled(panel, bear, workers, delta) / (workers - bear), point.polynomial.value));
        claims.add(near(
                "idip-printed" + where,
                scaled(panel, most, workers * panel.window, delta) / (workers - (double) most / panel.window),
                point.idip.value));
        double[] law = new double[point.endless.choice];
        law[0] = 1;
        double rounds = 0;
        for (double left = 1; left > 1e-15; ) {
            double[] after = new double[law.length];
            left = 0;
            for (int sum = 0; sum < law.length; sum++) {
                rounds += law[sum];
                for (int k = 0; k <= workers; k++) {
                    int all = k == 0 ? workers : k;
                    if (sum + all < law.length) {
                        double moved = law[sum] * probability(workers - k, workers, delta);
                        after[sum + all] += moved;
                        left += moved;
                    }
                }
            }
            law = after;
        }
        double all = Math.pow(delta, workers);
        claims.add(near(
                "dip-without-end" + where,
                rounds / point.endless.choice * (panel.alpha * all + 1 - all),
                point.endless.value));
    }

    private static Claim near(String id, double expected, double measured) {
        return Claim.near(id, expected, measured, EXACT * expected, true);
    }

    /** alpha p + 1 - p, p = P(more than a number of so many are stragglers). */
    private static double scaled(Panel panel, int most, int of, double delta) {
        double beyond = 0;
        for (int k = most + 1; k <= of; k++) {
            beyond += probability(k, of, delta);
        }
        return panel.alpha * beyond + 1 - beyond;
    }

    private static double probability(int k, int of, double delta) {
        BigInteger ways = BigInteger.ONE;
        for (int i = 1; i <= k; i++) {
            ways = ways.multiply(BigInteger.valueOf(of - i + 1L)).divide(BigInteger.valueOf(i));
        }
        BigDecimal slow = BigDecimal.valueOf(delta);
        return new BigDecimal(ways)
                .multiply(slow.pow(k, MathContext.DECIMAL128))
                .multiply(BigDecimal.ONE.subtract(slow).pow(of - k, MathContext.DECIMAL128))
                .doubleValue();
    }

    private static void simulate(
            Context context,
            Panel panel,
            double delta,
            String name,
            Point point,
            List<Claim> claims,
            Series simulated) {
        int workers = panel.workers;
        Map<String, LongFunction<SequentialScheme>> schemes = new LinkedHashMap<>();
        Map<String, Double> expected = new LinkedHashMap<>();
        schemes.put("uncoded", jobs -> Dip.uncoded(workers, jobs));
        expected.put("uncoded", point.uncoded);
        schemes.put("polynomial", jobs -> Dip.polynomial(workers - point.polynomial.choice, 1, workers, jobs));
        expected.put("polynomial", point.polynomial.value);
        ArbitraryStragglers model = new ArbitraryStragglers(point.idip.choice, panel.window);
        schemes.put("idip", jobs -> new Idip(workers * panel.window - point.idip.choice, 1, workers, model, jobs));
        expected.put("idip", point.idip.value);
        int blocks = point.endless.choice;
        // Each round brings one result at least, so that a job never comes to its last.
        schemes.put("dipInfinite", jobs -> Dip.of(blocks, 1, workers, blocks, workers, jobs));
        expected.put("dipInfinite", point.endless.value);
        schemes.put(
                "dip",
                jobs -> Dip.of(
                        panel.blocks(point.dip.choice),
                        1,
                        workers,
                        panel.delay(),
                        panel.lambda(point.dip.choice),
                        jobs));
        expected.put("dip", point.dip.value);
        schemes.forEach((scheme, begin) -> {
            Measured measured = measured(context, panel, delta, begin.apply(context.get(TRIALS)));
            double closed = expected.getOrDefault(scheme, Double.NaN);
            simulated.entry(delta, scheme, closed, measured.mean(), measured.deviation());
            String where = "simulated-" + scheme + "-" + name + "-at-" + delta;
            double tolerance = DEVIATIONS * measured.deviation() + 1e-9;
            if (!scheme.equals("idip")) {
                claims.add(Claim.near(where, closed, measured.mean(), tolerance, true));
            } else {
                claims.add(Claim.atMost(
                                where, closed + tolerance, measured.mean(), SequentialTimes.isBound(model, workers))
                        .because("the printed expression is a bound for N below P only: N = " + model.most()));
            }
        });
    }

    /** Means of batches of rounds. The first and last ones, in which jobs are few, are left out. */
    private static Measured measured(Context context, Panel panel, double delta, SequentialScheme scheme) {
        FirstOrderClock clock =
                new FirstOrderClock(new IndependentPattern(delta, Parameters.seed(context)), panel.alpha, 0, job -> 1);
        int length = (int) Math.max(1, (context.get(TRIALS) - 2L * scheme.delay()) / BATCHES);
        for (int i = 0; i < scheme.delay(); i++) {
            clock.run(scheme);
        }
        Measured measured = new Measured();
        for (int batch = 0; batch < BATCHES; batch++) {
            double time = 0;
            for (int i = 0; i < length; i++) {
                time += clock.run(scheme).seconds() / length;
            }
            measured.add(time);
        }
        return measured;
    }

    private static Series series(Panel panel, List<Double> deltas, List<Point> points) {
        Series series = Series.ofObject(
                "delta",
                "uncoded",
                "polynomial",
                "idipBound",
                "dipInfinite",
                "dip",
                "polynomialS",
                "idipN",
                "idipIsBound",
                "dipInfiniteBlocks",
                "dipBlocks",
                "dipLambda",
                "mostBlocks");
        series.entry(
                deltas,
                points.stream().map(Point::uncoded).toList(),
                points.stream().map(point -> point.polynomial.value).toList(),
                points.stream().map(point -> point.idip.value).toList(),
                points.stream().map(point -> point.endless.value).toList(),
                points.stream().map(point -> point.dip.value).toList(),
                points.stream().map(point -> point.polynomial.choice).toList(),
                points.stream().map(point -> point.idip.choice).toList(),
                points.stream()
                        .map(point -> SequentialTimes.isBound(
                                new ArbitraryStragglers(point.idip.choice, panel.window), panel.workers))
                        .toList(),
                points.stream().map(point -> point.endless.choice).toList(),
                points.stream().map(point -> panel.blocks(point.dip.choice)).toList(),
                points.stream().map(point -> panel.lambda(point.dip.choice)).toList(),
                panel.cap());
        return series;
    }

    private static Figure chart(Panel panel, String name, List<Double> deltas, List<Point> points) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title("mean time of a job, P = " + panel.workers + ", W = " + panel.window + ", alpha = "
                        + panel.alpha)
                .xAxisTitle("probability of a straggler")
                .build();
        chart.addSeries("uncoded", deltas, points.stream().map(Point::uncoded).toList());
        chart.addSeries(
                "polynomial",
                deltas,
                points.stream().map(point -> point.polynomial.value).toList());
        chart.addSeries(
                "IDIP, as printed",
                deltas,
                points.stream().map(point -> point.idip.value).toList());
        chart.addSeries(
                "DIP without end",
                deltas,
                points.stream().map(point -> point.endless.value).toList());
        chart.addSeries(
                "DIP", deltas, points.stream().map(point -> point.dip.value).toList());
        return Figure.png(name, chart);
    }
}
