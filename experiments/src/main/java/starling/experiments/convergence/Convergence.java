package starling.experiments.convergence;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
import starling.experiments.workers.Course;
import starling.experiments.workers.Uncompressed;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.training.Optimizer;

/**
 * Test accuracy over the rounds for the baseline, whose gradients travel as floats, and for codes: from the same first weights,
 * on the same samples. Each contender's final accuracy is held against the baseline's.
 */
public final class Convergence implements Experiment {
    private final Setting setting;
    private final Parameter<String> network;
    private final Parameter<Integer> workers;
    private final Parameter<Integer> batch;
    private final Parameter<Integer> rounds;
    private final Parameter<Integer> every;
    private final Parameter<Double> rate;
    private final Parameter<DataSpec> data;

    /**
     * What differs between figures.
     *
     * @param name of the experiment
     * @param description in a sentence
     * @param networks of the zoo that can be chosen, the first unless another is
     * @param test what is done to test samples, as DATA options with a comma in front, or empty
     * @param builtin the shipped data
     * @param workers that learn together
     * @param batch samples of one worker in a round
     * @param rounds of learning
     * @param quick rounds of a quick run
     * @param optimizer of the server
     * @param rate of the optimiser
     * @param contenders beside the baseline
     * @param lost points of accuracy that a contender may lose against the baseline
     * @param required whether that is demanded of a full run
     */
    public record Setting(
            String name,
            String description,
            List<String> networks,
            String test,
            String builtin,
            int workers,
            int batch,
            int rounds,
            int quick,
            Optimizer optimizer,
            double rate,
            List<Contender> contenders,
            double lost,
            boolean required) {}

    public Convergence(Setting setting) {
        this.setting = setting;
        String first = setting.networks.get(0);
        network = new Parameter<>(
                "network", "one of " + String.join(", ", setting.networks), first, first, "what is learned", text -> {
                    if (!setting.networks.contains(text)) {
                        throw new IllegalArgumentException("none of these: " + text);
                    }
                    return text;
                });
        workers = Parameter.integer(
                "workers", setting.workers, setting.workers, 1, 10_000, "workers that learn together");
        batch = Parameter.integer("batch", setting.batch, setting.batch, 1, 10_000, "samples of one worker in a round");
        rounds = Parameter.integer("rounds", setting.rounds, setting.quick, 1, 1_000_000, "rounds of learning");
        every = Parameter.integer(
                "every",
                Math.max(1, setting.rounds / 15),
                Math.max(1, setting.quick / 4),
                1,
                1_000_000,
                "rounds between judgements");
        rate = Parameter.number(
                "rate", setting.rate, setting.rate, 1e-9, 1e9, "learning rate at first, times 0.9 after every pass");
        data = new Parameter<>(
                "data",
                "DATA",
                setting.builtin,
                setting.builtin,
                "what is learned from; judged on its split=test",
                DataSpec::parse);
    }

    @Override
    public String name() {
        return setting.name;
    }

    @Override
    public String description() {
        return setting.description;
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(network, data, workers, batch, rounds, every, rate);
    }

    @Override
    public Findings run(Context context) {
        Course course = course(context);
        Map<String, Series> series = new LinkedHashMap<>();
        Series bits = Series.ofRecords(
                "method", "rawBitsPerWorker", "bitsPerWorker", "gain", "relativeError", "finalAccuracy");
        List<Claim> claims = new ArrayList<>();
        XYChart chart = chart(course);
        double parameters;
        try (var learner = course.learner(false)) {
            parameters = learner.parameterCount();
        }
        Course.Result baseline =
                contend(context, course, new Contender("baseline", Uncompressed::new), parameters, series, bits, chart);
        for (Contender contender : setting.contenders) {
            Course.Result result = contend(context, course, contender, parameters, series, bits, chart);
            claims.add(Claim.atMost(
                    "points-lost-by-" + contender.name() + "-against-the-baseline",
                    setting.lost,
                    100 * (baseline.finalAccuracy() - result.finalAccuracy()),
                    setting.required));
        }
        series.put("bits", bits);
        return new Findings(claims, series, List.of(Figure.png(setting.name, chart)));
    }

    private Course.Result contend(
            Context context,
            Course course,
            Contender contender,
            double parameters,
            Map<String, Series> series,
            Series bits,
            XYChart chart) {
        Series curve = new Series("round", "loss", "accuracy");
        Course.Result result = course.run(contender.exchange().get(), contender.signals(), point -> {
            curve.row(point.round(), point.loss(), point.accuracy());
            context.say(String.format(
                    Locale.ROOT,
                    "%s: round %d of %d, loss %.4f, accuracy %.4f",
                    contender.name(),
                    point.round(),
                    course.rounds(),
                    point.loss(),
                    point.accuracy()));
        });
        series.put(contender.name(), curve);
        bits.entry(
                contender.name(),
                result.perWorker().raw(),
                result.perWorker().sent(),
                Float.SIZE * parameters / result.perWorker().sent(),
                result.error(),
                result.finalAccuracy());
        chart.addSeries(contender.name(), curve.column("round"), curve.column("accuracy"));
        return result;
    }

    private Course course(Context context) {
        DataSpec train = context.get(data);
        Dataset learned = train.open(Split.TRAIN, context.seed());
        Dataset judged = DataSpec.parse(train.part(Split.TEST, Integer.MAX_VALUE) + setting.test)
                .open(Split.TEST, context.seed());
        return new Course(
                context.get(network),
                learned,
                judged,
                context.get(workers),
                context.get(batch),
                context.get(rounds),
                setting.optimizer,
                context.get(rate),
                0.9,
                context.get(every),
                context.seed());
    }

    private static XYChart chart(Course course) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title(course.network() + ", " + course.workers() + " workers")
                .xAxisTitle("round")
                .yAxisTitle("test accuracy")
                .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideSE);
        return chart;
    }
}
