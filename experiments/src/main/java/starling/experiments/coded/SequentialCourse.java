package starling.experiments.coded;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import starling.codes.computation.Matrix;
import starling.codes.sequential.FirstOrderClock;
import starling.codes.sequential.SequentialScheme;
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
 * Figure 2 of Krishnan et al.: five networks learn at once, with learning rates from 0.1 on in steps of 0.05; time over rounds, the loss of the first
 * one over time, and the load of rounds. Every scheme decodes every product exactly, so that each network learns the same under all of
 * them; what differs is when, by the first-order model on the virtual clock.
 */
public final class SequentialCourse implements Experiment {
    private static final Parameter<DataSpec> DATA =
            new Parameter<>("data", "DATA", "builtin:mnist", "builtin:mnist", "what is learned", DataSpec::parse);
    private static final Parameter<String> NETWORK = new Parameter<>(
            "network", "a dense network of the zoo", "fc-300-100", "fc-300-100", "what learns", text -> text);
    private static final Parameter<Integer> MODELS = Parameter.integer("models", 5, 2, 1, 20, "networks");
    private static final Parameter<Integer> STEPS =
            Parameter.integer("iterations", 250, 20, 1, 10_000, "steps of each network");
    private static final Parameter<Integer> BATCH = Parameter.integer("batch", 256, 64, 1, 65_536, "samples of a step");
    private static final Parameter<Integer> EVERY = Parameter.integer("every", 10, 5, 1, 1000, "steps between losses");
    private static final double FIRST_RATE = 0.1;
    private static final double RATE_STEP = 0.05;
    private static final int LOADS = 200;

    @Override
    public String name() {
        return "sequential-fig2";
    }

    @Override
    public String description() {
        return "Krishnan et al., Figure 2: time over rounds, loss over time and load of five networks learning at once.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        List<Parameter<?>> all = new ArrayList<>(List.of(DATA, NETWORK, MODELS, STEPS, BATCH, EVERY));
        all.addAll(StragglerLaws.ALL);
        all.add(Parameters.SEED);
        return List.copyOf(all);
    }

    @Override
    public Findings run(Context context) {
        Dataset train = context.get(DATA).open(Split.TRAIN, context.seed());
        Dataset test = context.get(DATA).open(Split.TEST, context.seed());
        List<List<Double>> losses = new ArrayList<>();
        List<Integer> widths = List.of();
        for (int model = 0; model < context.get(MODELS); model++) {
            double rate = FIRST_RATE + RATE_STEP * model;
            CodedCourse course = new CodedCourse(
                    context.get(NETWORK),
                    train,
                    test,
                    context.get(BATCH),
                    rate,
                    context.get(STEPS),
                    context.get(EVERY),
                    Parameters.seed(context) + model);
            DenseNetwork network = course.first();
            if (network.layers() == 0 || network.weight(0).rows() != train.elements()) {
                throw new UnfitException("the network must be of dense layers alone, from samples of "
                        + train.elements() + " numbers: '" + context.get(NETWORK) + "' is not");
            }
            widths = IntStream.rangeClosed(0, network.layers())
                    .map(layer -> layer == 0
                            ? network.weight(0).rows()
                            : network.weight(layer - 1).columns())
                    .boxed()
                    .toList();
            losses.add(losses(course, network, context));
            context.say(String.format(
                    Locale.ROOT,
                    "network %d, rate %.2f: test loss %.4f after %d steps",
                    model + 1,
                    rate,
                    losses.get(model).get(losses.get(model).size() - 1),
                    context.get(STEPS)));
        }
        ModelJobs jobs = ModelJobs.of(context.get(MODELS), widths, context.get(BATCH));
        Map<String, Series> series = new LinkedHashMap<>();
        List<Figure> figures = new ArrayList<>();
        List<Claim> claims = new ArrayList<>();
        for (boolean bursts : new boolean[] {false, true}) {
            panel(context, jobs, bursts, losses.get(0), series, figures, claims);
        }
        return new Findings(claims, series, figures);
    }

    /** Test losses before the first step and after every few. */
    private static List<Double> losses(CodedCourse course, DenseNetwork network, Context context) {
        int[] all = IntStream.range(0, course.test().count()).toArray();
        CodedCourse.Batch judged = CodedCourse.batch(course.test(), all);
        List<Double> losses = new ArrayList<>();
        CodedProducts products =
                new CodedProducts(CodedProducts.Setting.none(List.of(0.0), List.of(0.0)), network.layers(), 0);
        for (int step = 0; step <= context.get(STEPS); step++) {
            if (step % context.get(EVERY) == 0) {
                Matrix answers = network.forward(judged.samples()).get(network.layers());
                losses.add(DenseNetwork.loss(answers, judged.labels()));
            }
            if (step < context.get(STEPS)) {
                network.move(CodedCourse.backward(network, course.batch(step), products), course.rate());
            }
        }
        return losses;
    }

    private static void panel(
            Context context,
            ModelJobs jobs,
            boolean bursts,
            List<Double> losses,
            Map<String, Series> series,
            List<Figure> figures,
            List<Claim> claims) {
        int steps = context.get(STEPS);
        String name = bursts ? "sequential-fig2-bursts" : "sequential-fig2";
        Series table = Series.ofRecords("scheme", "round", "time", "load", "lossTime", "loss");
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title("test loss of the first network" + (bursts ? ", stragglers in bursts" : ""))
                .xAxisTitle("time, in whole mean products on one worker")
                .build();
        Map<ModelJobs.Scheme, Double> ends = new LinkedHashMap<>();
        for (ModelJobs.Scheme scheme : ModelJobs.Scheme.values()) {
            SequentialScheme stream = scheme.begin(bursts, jobs.jobs(steps));
            FirstOrderClock clock = StragglerLaws.clock(context, bursts, jobs, steps, Parameters.seed(context));
            List<Long> rounds = new ArrayList<>();
            List<Double> times = new ArrayList<>();
            List<Double> loads = new ArrayList<>();
            double[] known = new double[losses.size()];
            double now = 0;
            while (!stream.over()) {
                FirstOrderClock.Round round = clock.run(stream);
                now += round.seconds();
                if (loads.size() < LOADS) {
                    loads.add(round.load());
                }
                if (stream.rounds() % jobs.perStep() == 0) {
                    rounds.add(stream.rounds());
                    times.add(now);
                }
                for (long job : round.finished()) {
                    mark(context, jobs, job, now, known);
                }
            }
            ends.put(scheme, now);
            List<Double> lossTimes = Arrays.stream(known).boxed().toList();
            table.entry(scheme.word(), rounds, times, loads, lossTimes, losses);
            chart.addSeries(scheme.word(), lossTimes, losses);
            context.say(String.format(
                    Locale.ROOT, "%s, %s: %.1f for %d steps", bursts ? "bursts" : "own", scheme.word(), now, steps));
        }
        series.put(name, table);
        figures.add(Figure.png(name, chart));
        if (!bursts) {
            double base = ends.getOrDefault(ModelJobs.Scheme.POLYNOMIAL, 0.0);
            claims.add(Claim.atMost(
                    "dip-ends-before-polynomial", base, ends.getOrDefault(ModelJobs.Scheme.DIP, base), true));
            claims.add(Claim.atMost(
                    "idip-ends-before-polynomial", base, ends.getOrDefault(ModelJobs.Scheme.IDIP, base), true));
        }
    }

    /** The last product of a judged step of the first network is known. */
    private static void mark(Context context, ModelJobs jobs, long job, double now, double[] known) {
        for (int place = 1; place < known.length; place++) {
            if (jobs.last(0, place * context.get(EVERY) - 1) == job) {
                known[place] = now;
            }
        }
    }
}
