package starling.experiments.coded;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import starling.codes.uep.ProtectionScheme;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.models.UnfitException;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;

/**
 * Figures 12 to 14 of Tegin et al.: the network 784-100-200-10 learns digits while the products of its backward pass are computed by
 * workers under a deadline. Every product is really coded and decoded. Idealised schemes answer combinations of products in the
 * time of one, as the paper simulates; factor-coded ones send what one multiplication can give.
 */
public final class CodedTraining implements Experiment {
    static final Parameter<DataSpec> DATA = new Parameter<>(
            "data",
            "DATA",
            "builtin:mnist,mean=0.1307,std=0.3081",
            "builtin:mnist,mean=0.1307,std=0.3081",
            "what is learned",
            DataSpec::parse);
    static final Parameter<Integer> BATCH = Parameter.integer("batch", 64, 64, 1, 10_000, "samples of a step");
    static final Parameter<Double> RATE =
            Parameter.number("rate", 0.02, 0.02, 1e-9, 100, "of learning; the paper has 0.01");
    static final Parameter<List<Double>> GRADIENT_THRESHOLDS = Parameters.numbers(
            "gradientThresholds", 0, 1, "1e-5,1e-5,1e-5", "1e-5,1e-5,1e-5", "below which gradients are zero, by layer");
    static final Parameter<List<Double>> OTHER_THRESHOLDS = Parameters.numbers(
            "otherThresholds", 0, 1, "1e-4,1e-4,1e-4", "1e-4,1e-4,1e-4", "the same for weights and inputs");
    static final Parameter<Integer> SEEDS = Parameter.integer("seeds", 3, 1, 1, 100, "courses of each scheme");
    private static final Parameter<List<Double>> DEADLINES =
            Parameters.numbers("deadlines", 0, 1e6, "0.5,1", "1", "T_max; the paper has 0.25, 0.5, 1 and 2");
    private static final Parameter<Integer> STEPS =
            Parameter.integer("steps", 1500, 40, 1, 1_000_000, "mini-batches of a course");
    private static final Parameter<Integer> EVERY =
            Parameter.integer("every", 250, 20, 1, 1_000_000, "steps between judgements");
    private static final Parameter<Double> LAMBDA =
            Parameter.number("lambda", 0.5, 0.5, 1e-6, 1e6, "rate of a worker's time before it is scaled");
    private static final Parameter<Boolean> CHARGED = Parameters.truth(
            "charged", false, "whether a worker that multiplies several pairs of blocks takes so many times as long");
    /** Of nine blocks, at T_max = 0.5 and lambda = 0.5: P(1 or more of 15 answers in window 1) + 2 P(2 or more in window 2). */
    private static final String FEW_BACK =
            "windows bring fewer blocks than no code, 0.9 of 9 in the mean at T_max = 0.5 against 2.0, which helps only"
                    + " where a few blocks hold most: samples in (22) do, neurons and classes in (21) do not";

    static final Parameter<Boolean> BACK = Parameters.truth(
            "back", false, "whether gradients passed back, (21), are computed by workers too, not in one place");
    static final Parameter<Boolean> EVEN = Parameters.truth(
            "even", false, "whether dimensions that do not divide are cut evenly, not filled up with zeros");
    private static final Parameter<Boolean> FEEDBACK =
            Parameters.truth("feedback", false, "whether what comes late is added to the next step's gradient");
    private static final Parameter<List<String>> SCHEMES =
            Parameter.list("schemes", "names, or nothing for all", "", "", "which are run", text -> text);
    private static final int PAPER_SAMPLES = 60_000;
    private static final int PAPER_STEPS = 1000;
    private static final int PAPER_SEEDS = 3;

    @Override
    public String name() {
        return "uep-mnist";
    }

    @Override
    public String description() {
        return "Tegin et al., Figures 12 to 14: learning digits by coded back-propagation under a deadline.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(
                DATA,
                DEADLINES,
                SEEDS,
                STEPS,
                EVERY,
                BATCH,
                RATE,
                LAMBDA,
                GRADIENT_THRESHOLDS,
                OTHER_THRESHOLDS,
                BACK,
                CHARGED,
                EVEN,
                FEEDBACK,
                SCHEMES,
                Parameters.SEED);
    }

    @Override
    public Findings run(Context context) {
        Dataset train = context.open(DATA, Split.TRAIN);
        Dataset test = context.open(DATA, context.get(DATA).part(Split.TEST, Integer.MAX_VALUE), Split.TEST);
        Series table = Series.ofRecords("scheme", "deadline", "seed", "steps", "accuracy", "answers", "load", "omega");
        Map<String, Map<Double, Map<Integer, Measured>>> curves = new LinkedHashMap<>();
        for (ProtectionScheme scheme : chosen(context.get(SCHEMES))) {
            for (double deadline : context.get(DEADLINES)) {
                Map<Integer, Measured> means = new LinkedHashMap<>();
                for (int number = 0; number < context.get(SEEDS); number++) {
                    long seed = Parameters.seed(context) + number;
                    if (!scheme.awaited() && deadline != context.get(DEADLINES).get(0)) {
                        means = Objects.requireNonNull(Objects.requireNonNull(curves.get(scheme.name()))
                                .get(context.get(DEADLINES).get(0)));
                        break;
                    }
                    CodedCourse course = new CodedCourse(
                            "uep-mnist",
                            train,
                            test,
                            context.get(BATCH),
                            context.get(RATE),
                            context.get(STEPS),
                            context.get(EVERY),
                            seed);
                    DenseNetwork network = course.first();
                    CodedProducts products =
                            new CodedProducts(setting(context, scheme, deadline), network.layers(), ~seed);
                    List<CodedCourse.Point> points = course.run(network, products, point -> {});
                    for (CodedCourse.Point point : points) {
                        means.computeIfAbsent(point.step(), step -> new Measured())
                                .add(point.accuracy());
                    }
                    table.entry(
                            scheme.name(),
                            deadline,
                            seed,
                            points.stream().map(CodedCourse.Point::step).toList(),
                            points.stream().map(CodedCourse.Point::accuracy).toList(),
                            products.answers.mean(),
                            products.load.mean(),
                            scheme.omega());
                }
                curves.computeIfAbsent(scheme.name(), name -> new LinkedHashMap<>())
                        .put(deadline, means);
                Measured last = last(means);
                context.say(String.format(
                        Locale.ROOT,
                        "%s, T_max %s: %.2f %% +- %.2f after %d steps",
                        scheme,
                        deadline,
                        100 * last.mean(),
                        100 * (last.count() < 2 ? 0 : last.deviation()),
                        context.get(STEPS)));
            }
        }
        return new Findings(
                claims(context, train.count(), curves), Map.of("uep-mnist", table), charts(context, curves));
    }

    private static CodedProducts.Setting setting(Context context, ProtectionScheme scheme, double deadline) {
        return new CodedProducts.Setting(
                scheme,
                scheme,
                context.get(BACK) ? scheme : ProtectionScheme.none(),
                context.get(LAMBDA),
                deadline,
                context.get(CHARGED),
                context.get(EVEN),
                context.get(FEEDBACK),
                context.get(GRADIENT_THRESHOLDS),
                context.get(OTHER_THRESHOLDS));
    }

    private static List<ProtectionScheme> chosen(List<String> names) {
        List<String> known =
                TrainingSchemes.all().stream().map(ProtectionScheme::name).toList();
        for (String name : names) {
            if (!known.contains(name)) {
                throw new UnfitException("schemes must be among " + known + ": '" + name + "'");
            }
        }
        return TrainingSchemes.all().stream()
                .filter(scheme -> names.isEmpty() || names.contains(scheme.name()))
                .toList();
    }

    private static Measured last(Map<Integer, Measured> means) {
        Measured last = new Measured();
        for (Measured one : means.values()) {
            last = one;
        }
        return last;
    }

    /** The paper's order where it has it, with all digits at deadlines 0.5 and 1; elsewhere the same is printed and not required. */
    private static List<Claim> claims(
            Context context, int samples, Map<String, Map<Double, Map<Integer, Measured>>> curves) {
        List<Claim> claims = new ArrayList<>();
        boolean asked = samples >= PAPER_SAMPLES
                && context.get(STEPS) >= PAPER_STEPS
                && context.get(SEEDS) >= PAPER_SEEDS
                && !context.get(BACK)
                && !context.get(CHARGED)
                && !context.get(FEEDBACK);
        for (double deadline : context.get(DEADLINES)) {
            boolean required = asked && (deadline == 0.5 || deadline == 1);
            double none = mean(curves, "none", deadline);
            double now = mean(curves, "now-cxr", deadline);
            double ew = mean(curves, "ew-cxr", deadline);
            double uncoded = mean(curves, "uncoded-cxr", deadline);
            String at = "-at-" + deadline;
            order("no-stragglers-before-now-cxr" + at, now, none, required, claims);
            order("no-stragglers-before-ew-cxr" + at, ew, none, required, claims);
            order("unequal-protection-cxr-before-uncoded" + at, uncoded, Math.max(now, ew), required, claims);
            if (context.get(BACK) && !claims.isEmpty()) {
                claims.add(claims.remove(claims.size() - 1).because(FEW_BACK));
            }
            order("now-cxr-before-uncoded" + at, uncoded, now, false, claims);
            order("ew-cxr-before-uncoded" + at, uncoded, ew, false, claims);
            order("now-cxr-before-now-rxc" + at, mean(curves, "now-rxc", deadline), now, false, claims);
            double repetition = mean(curves, "repetition-cxr", deadline);
            if (!Double.isNaN(uncoded + repetition)) {
                claims.add(Claim.near("repetition-is-like-uncoded" + at, uncoded, repetition, 0.01, false));
            }
            for (String factor :
                    List.of("now-cxr-factor-matdot", "now-cxr-factor-uncoded", "now-rxc-factor-rectangles")) {
                String ideal = factor.substring(0, factor.indexOf("-factor"));
                double found = mean(curves, factor, deadline);
                if (!Double.isNaN(found + mean(curves, ideal, deadline))) {
                    claims.add(
                            Claim.atLeast(factor + "-like-idealised" + at, mean(curves, ideal, deadline), found, false)
                                    .because(reason(factor)));
                }
            }
        }
        return claims;
    }

    private static String reason(String factor) {
        return factor.endsWith("matdot")
                ? "a window of w products needs 2 w - 1 answers of its own for their sum, and gives nothing before"
                : "answers are drawn with repeats and do not combine the products of a window";
    }

    private static void order(String id, double worse, double better, boolean required, List<Claim> claims) {
        if (!Double.isNaN(worse + better)) {
            claims.add(Claim.atLeast(id, worse, better, required));
        }
    }

    /** The mean accuracy at the end, NaN where the scheme was not run. */
    private static double mean(
            Map<String, Map<Double, Map<Integer, Measured>>> curves, String scheme, double deadline) {
        Map<Double, Map<Integer, Measured>> found = curves.get(scheme);
        return found == null
                ? Double.NaN
                : last(Objects.requireNonNull(found.get(deadline))).mean();
    }

    private static List<Figure> charts(Context context, Map<String, Map<Double, Map<Integer, Measured>>> curves) {
        List<Figure> figures = new ArrayList<>();
        for (double deadline : context.get(DEADLINES)) {
            XYChart chart = chart("T_max = " + deadline, "mini-batch");
            curves.forEach((scheme, byDeadline) -> {
                Map<Integer, Measured> points = Objects.requireNonNull(byDeadline.get(deadline));
                chart.addSeries(
                        scheme,
                        points.keySet().stream().mapToDouble(step -> step).toArray(),
                        points.values().stream().mapToDouble(Measured::mean).toArray());
            });
            figures.add(Figure.png("uep-mnist-" + deadline, chart));
        }
        XYChart chart = chart("after " + context.get(STEPS) + " mini-batches", "T_max");
        curves.forEach((scheme, byDeadline) -> chart.addSeries(
                scheme,
                byDeadline.keySet().stream().mapToDouble(deadline -> deadline).toArray(),
                byDeadline.values().stream()
                        .mapToDouble(points -> last(points).mean())
                        .toArray()));
        figures.add(Figure.png("uep-mnist-deadlines", chart));
        return figures;
    }

    private static XYChart chart(String title, String axis) {
        return new XYChartBuilder()
                .width(900)
                .height(600)
                .title(title)
                .xAxisTitle(axis)
                .yAxisTitle("accuracy")
                .build();
    }
}
