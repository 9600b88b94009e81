package starling.experiments.coded;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import starling.codes.computation.ComputationCode;
import starling.codes.partial.PartialGradientCodes;
import starling.codes.partial.Schedule;
import starling.codes.partial.UncodedCompletion;
import starling.codes.straggler.Race;
import starling.codes.straggler.ShiftedExponential;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.models.UnfitException;

/**
 * Figure 1 of Ozfatura et al.: mean completion time, messages and volume of MCC, UC-MMC and CPGC over the tolerance, on the virtual
 * clock with the real decoder, beside a second simulation that knows only which blocks are connected, the exact mean of UC-MMC
 * and the closed form of MCC.
 */
public final class PartialGradientFigure implements Experiment {
    private static final Parameter<Integer> WORKERS = Parameter.integer("K", 20, 20, 4, 200, "workers, an even number");
    private static final Parameter<Integer> LOAD = Parameter.integer("r", 3, 3, 1, 10, "tasks of a worker");
    private static final Parameter<Double> MU =
            Parameter.number("mu", 10, 10, 1e-6, 1e6, "rate of the exponential part of a worker's pace");
    private static final Parameter<Double> ALPHA =
            Parameter.number("alpha", 0.01, 0.01, 0, 1e6, "least seconds of a task");
    private static final Parameter<List<Double>> TOLERANCES = Parameters.numbers(
            "tolerances",
            0,
            0.99,
            "0,0.05,0.1,0.15,0.2,0.25,0.3,0.35,0.4,0.45,0.5",
            "0,0.05,0.1,0.2,0.5",
            "parts of the blocks that may be missing");
    private static final Parameter<Integer> TRIALS =
            Parameter.integer("trials", 40_000, 3000, 100, 10_000_000, "iterations on the clock");
    private static final Parameter<Integer> SECOND =
            Parameter.integer("second", 1_000_000, 100_000, 1000, 100_000_000, "iterations of the second simulation");
    /** Of the second method, and of random errors where there are few trials. */
    private static final double PART = 0.005;

    private static final double DEVIATIONS = 5;
    private static final int MOST_EXACT_LOAD = 3;
    private static final double STEP = 0.02;

    @Override
    public String name() {
        return "cpgc-fig1";
    }

    @Override
    public String description() {
        return "Ozfatura et al., Figure 1: completion time, load and volume of MCC, UC-MMC and CPGC over the tolerance.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(WORKERS, LOAD, MU, ALPHA, TOLERANCES, TRIALS, SECOND, Parameters.SEED);
    }

    /** Means over iterations, one for each tolerance. */
    private record Curve(List<Measured> time, List<Measured> load, List<Measured> volume) {
        static Curve of(int tolerances) {
            Curve curve = new Curve(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            for (int i = 0; i < tolerances; i++) {
                curve.time.add(new Measured());
                curve.load.add(new Measured());
                curve.volume.add(new Measured());
            }
            return curve;
        }

        void add(int place, double seconds, double messages, double size) {
            time.get(place).add(seconds);
            load.get(place).add(messages);
            volume.get(place).add(size);
        }

        Map<String, List<Double>> means() {
            Map<String, List<Double>> means = new LinkedHashMap<>();
            means.put("time", time.stream().map(Measured::mean).toList());
            means.put("load", load.stream().map(Measured::mean).toList());
            means.put("volume", volume.stream().map(Measured::mean).toList());
            return means;
        }
    }

    @Override
    public Findings run(Context context) {
        int workers = context.get(WORKERS);
        int load = context.get(LOAD);
        ShiftedExponential law = new ShiftedExponential(context.get(ALPHA), context.get(MU), Parameters.seed(context));
        Schedule uncoded;
        Schedule paired;
        ComputationCode mcc;
        try {
            uncoded = PartialGradientCodes.uncoded(workers, load);
            paired = PartialGradientCodes.cpgc(workers, load);
            mcc = PartialGradientCodes.mcc(workers, load);
        } catch (IllegalArgumentException e) {
            throw new UnfitException(String.valueOf(e.getMessage()), e);
        }
        List<Double> tolerances = context.get(TOLERANCES);
        int[] needed = tolerances.stream()
                .mapToInt(tolerance -> (int) Math.ceil(workers * (1 - tolerance) - 1e-9))
                .toArray();
        Map<String, Curve> first = new LinkedHashMap<>();
        first.put("mcc", clock(context, mcc, law, all(mcc, needed)));
        first.put("uc", clock(context, uncoded.code(), law, needed));
        first.put("cpgc", clock(context, paired.code(), law, needed));
        context.say("second method");
        Map<String, Curve> second = new LinkedHashMap<>();
        second.put("mcc", orderStatistic(context, workers, load, needed.length));
        second.put("uc", graphs(context, uncoded, needed));
        second.put("cpgc", graphs(context, paired, needed));
        List<Claim> claims = new ArrayList<>();
        agree(tolerances, first, second, claims);
        exact(context, needed, tolerances, first, claims);
        paper(context, tolerances, first, claims);
        Series series = series(tolerances, first);
        return new Findings(
                claims, Map.of("cpgc-fig1", series, "second", series(tolerances, second)), charts(tolerances, first));
    }

    /** MCC has no part of the result before all of it. */
    private static int[] all(ComputationCode code, int[] needed) {
        int[] all = needed.clone();
        Arrays.fill(all, code.pieces().size());
        return all;
    }

    private static Curve clock(Context context, ComputationCode code, ShiftedExponential law, int[] needed) {
        context.say(code.name());
        Curve curve = Curve.of(needed.length);
        double size = 1.0 / code.workers().size();
        for (int trial = 0; trial < context.get(TRIALS); trial++) {
            Race race = new Race(code, law, trial, 1);
            for (int place = needed.length - 1; place >= 0; place--) {
                while (race.pieces() < needed[place]) {
                    if (race.next().isEmpty()) {
                        throw new IllegalStateException(code.name() + " is not decoded by all answers");
                    }
                }
                curve.add(place, race.time(), race.messages(), race.answers() * size);
            }
        }
        return curve;
    }

    private static Curve orderStatistic(Context context, int workers, int load, int places) {
        int group = (workers + load - 1) / load;
        double mean = 0;
        for (int i = workers - group + 1; i <= workers; i++) {
            mean += 1.0 / i;
        }
        Curve curve = Curve.of(places);
        for (int place = 0; place < places; place++) {
            curve.add(
                    place,
                    load * (context.get(ALPHA) + mean / context.get(MU)),
                    group,
                    group * load / (double) workers);
        }
        return curve;
    }

    private static Curve graphs(Context context, Schedule schedule, int[] needed) {
        Curve curve = Curve.of(needed.length);
        int workers = schedule.workers();
        int load = schedule.load();
        SplittableRandom random = new SplittableRandom(Parameters.seed(context) ^ 0x5DEECE66DL);
        long[] order = new long[workers * load];
        double[] times = new double[workers * load];
        for (int trial = 0; trial < context.get(SECOND); trial++) {
            for (int worker = 0; worker < workers; worker++) {
                double pace = context.get(ALPHA) - Math.log(1 - random.nextDouble()) / context.get(MU);
                for (int task = 0; task < load; task++) {
                    times[worker * load + task] = (task + 1) * pace;
                }
            }
            for (int i = 0; i < order.length; i++) {
                order[i] = (Double.doubleToLongBits(times[i]) & (-1L << 12)) | i;
            }
            Arrays.sort(order);
            PairGraph graph = new PairGraph(schedule.blocks());
            int next = 0;
            for (int place = needed.length - 1; place >= 0; place--) {
                while (graph.known() < needed[place]) {
                    int event = (int) (order[next++] & 0xFFF);
                    graph.add(schedule.sum(event % load, event / load));
                }
                double time = next == 0 ? 0 : times[(int) (order[next - 1] & 0xFFF)];
                curve.add(place, time, next, (double) next / workers);
            }
        }
        return curve;
    }

    private static void agree(
            List<Double> tolerances, Map<String, Curve> first, Map<String, Curve> second, List<Claim> claims) {
        first.forEach((scheme, curve) -> {
            Curve other = Objects.requireNonNull(second.get(scheme));
            for (int place = 0; place < tolerances.size(); place++) {
                String where = scheme + "-at-" + tolerances.get(place);
                near("time-" + where, curve.time.get(place), other.time.get(place), claims);
                near("load-" + where, curve.load.get(place), other.load.get(place), claims);
                near("volume-" + where, curve.volume.get(place), other.volume.get(place), claims);
            }
        });
    }

    private static void near(String id, Measured first, Measured second, List<Claim> claims) {
        double sure = second.deviation() == Double.POSITIVE_INFINITY ? 0 : second.deviation();
        double tolerance = Math.max(PART * second.mean(), DEVIATIONS * Math.hypot(first.deviation(), sure) + 1e-12);
        claims.add(Claim.near(id, second.mean(), first.mean(), tolerance, true));
    }

    private static void exact(
            Context context, int[] needed, List<Double> tolerances, Map<String, Curve> first, List<Claim> claims) {
        int workers = context.get(WORKERS);
        int load = context.get(LOAD);
        if (load > MOST_EXACT_LOAD || workers <= load || workers > 40) {
            return;
        }
        double alpha = context.get(ALPHA);
        double mu = context.get(MU);
        UncodedCompletion law = new UncodedCompletion(workers, load, new ShiftedExponential(alpha, mu, 0));
        Curve uncoded = Objects.requireNonNull(first.get("uc"));
        for (int place = 0; place < needed.length; place++) {
            Measured measured = uncoded.time.get(place);
            double mean = law.mean(needed[place], STEP * (alpha + 1 / mu));
            claims.add(Claim.near(
                    "time-uc-exact-at-" + tolerances.get(place),
                    mean,
                    measured.mean(),
                    Math.max(PART * mean, DEVIATIONS * measured.deviation()),
                    true));
        }
    }

    private static void paper(Context context, List<Double> tolerances, Map<String, Curve> first, List<Claim> claims) {
        boolean asInThePaper = context.get(WORKERS) == 20
                && context.get(LOAD) == 3
                && context.get(MU) == 10
                && context.get(ALPHA) == 0.01;
        int zero = tolerances.indexOf(0.0);
        int five = tolerances.indexOf(0.05);
        if (!asInThePaper || zero < 0 || five < 0) {
            return;
        }
        Curve mcc = Objects.requireNonNull(first.get("mcc"));
        Curve uc = Objects.requireNonNull(first.get("uc"));
        Curve cpgc = Objects.requireNonNull(first.get("cpgc"));
        double time = cpgc.time.get(five).mean();
        claims.add(Claim.near(
                        "reduction-to-mcc-at-5-percent",
                        0.25,
                        1 - time / mcc.time.get(five).mean(),
                        0.03,
                        false)
                .because("the paper reads 'approximately 25 %' off its plot"));
        claims.add(Claim.near(
                        "reduction-to-uc-at-5-percent",
                        0.25,
                        1 - time / uc.time.get(five).mean(),
                        0.03,
                        false)
                .because("the paper reads 'approximately 25 %' off its plot"));
        claims.add(Claim.near(
                "volume-of-uc-without-tolerance", 1.8, uc.volume.get(zero).mean(), 0.05, false));
        claims.add(Claim.near(
                "volume-of-cpgc-without-tolerance", 1.5, cpgc.volume.get(zero).mean(), 0.05, false));
        claims.add(Claim.atMost(
                "cpgc-is-faster-than-mcc-without-tolerance",
                mcc.time.get(zero).mean(),
                cpgc.time.get(zero).mean(),
                false));
        claims.add(Claim.atMost(
                "cpgc-is-faster-than-uc-without-tolerance",
                uc.time.get(zero).mean(),
                cpgc.time.get(zero).mean(),
                false));
    }

    private static Series series(List<Double> tolerances, Map<String, Curve> curves) {
        Series series = Series.ofObject("tolerance", "mcc", "uc", "cpgc");
        Curve[] all = curves.values().toArray(Curve[]::new);
        series.entry(tolerances, all[0].means(), all[1].means(), all[2].means());
        return series;
    }

    private static List<Figure> charts(List<Double> tolerances, Map<String, Curve> curves) {
        List<Figure> figures = new ArrayList<>();
        for (String metric : List.of("time", "load", "volume")) {
            XYChart chart = new XYChartBuilder()
                    .width(900)
                    .height(600)
                    .title("mean " + metric + " of an iteration")
                    .xAxisTitle("tolerance")
                    .build();
            curves.forEach((scheme, curve) -> chart.addSeries(
                    scheme, tolerances, Objects.requireNonNull(curve.means().get(metric))));
            figures.add(Figure.png(String.format(Locale.ROOT, "cpgc-fig1-%s", metric), chart));
        }
        return figures;
    }
}
