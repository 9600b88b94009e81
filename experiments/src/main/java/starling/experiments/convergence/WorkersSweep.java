package starling.experiments.convergence;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
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
 * Final test accuracy over the number of workers, mean and standard deviation over several seeds. All workers together have the
 * same batch whatever their number.
 */
public final class WorkersSweep implements Experiment {
    private static final String BASELINE = "baseline";

    private final Setting setting;
    private final Parameter<String> network;
    private final Parameter<DataSpec> data;
    private final Parameter<List<Integer>> workers;
    private final Parameter<Integer> batch;
    private final Parameter<Integer> rounds;
    private final Parameter<Integer> seeds;
    private final Parameter<Double> rate;

    /**
     * What differs between figures.
     *
     * @param name of the experiment
     * @param description in a sentence
     * @param networks of the zoo that can be chosen, the first unless another is
     * @param contenders beside the baseline
     * @param lost points of accuracy that a contender may lose against the baseline, in the mean over the seeds
     */
    public record Setting(
            String name, String description, List<String> networks, List<Contender> contenders, double lost) {}

    public WorkersSweep(Setting setting) {
        this.setting = setting;
        String first = setting.networks.get(0);
        network = new Parameter<>(
                "network", "one of " + String.join(", ", setting.networks), first, first, "what is learned", text -> {
                    if (!setting.networks.contains(text)) {
                        throw new IllegalArgumentException("none of these: " + text);
                    }
                    return text;
                });
        data = new Parameter<>(
                "data",
                "DATA",
                "builtin:mnist",
                "builtin:mnist",
                "what is learned from; judged on its split=test",
                DataSpec::parse);
        workers = Parameter.list(
                "workers", "counts from 1 to 256", "1,4,8", "1,2", "workers that learn together", text -> {
                    int count = Integer.parseInt(text);
                    if (count < 1 || count > 256) {
                        throw new IllegalArgumentException("out of bounds: " + count);
                    }
                    return count;
                });
        batch = Parameter.integer("batch", 128, 32, 1, 100_000, "samples of all workers in a round");
        rounds = Parameter.integer("rounds", 200, 10, 1, 1_000_000, "rounds of learning");
        seeds = Parameter.integer("seeds", 3, 2, 2, 1000, "courses of each kind");
        rate = Parameter.number("rate", 0.02, 0.02, 1e-9, 1e9, "learning rate at first, times 0.9 after every pass");
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
        return List.of(network, data, workers, batch, rounds, seeds, rate);
    }

    @Override
    public Findings run(Context context) {
        Dataset learned = context.open(data, Split.TRAIN);
        Dataset judged = context.open(data, context.get(data).part(Split.TEST, Integer.MAX_VALUE), Split.TEST);
        List<Contender> contenders = new ArrayList<>(List.of(new Contender(BASELINE, Uncompressed::new)));
        contenders.addAll(setting.contenders);
        Series table = Series.ofRecords("workers", "method", "accuracy", "deviation");
        Map<String, double[]> means = new LinkedHashMap<>();
        List<Integer> counts = context.get(workers);
        for (Contender contender : contenders) {
            double[] mean = new double[counts.size()];
            for (int i = 0; i < mean.length; i++) {
                double[] found = accuracies(context, contender, counts.get(i), learned, judged);
                mean[i] = found[0];
                table.entry(counts.get(i), contender.name(), found[0], found[1]);
                context.say(String.format(
                        Locale.ROOT,
                        "%s, %d workers: %.2f %% +- %.2f",
                        contender.name(),
                        counts.get(i),
                        100 * found[0],
                        100 * found[1]));
            }
            means.put(contender.name(), mean);
        }
        List<Claim> claims = new ArrayList<>();
        double[] baseline = Objects.requireNonNull(means.get(BASELINE));
        for (Contender contender : setting.contenders) {
            double[] own = Objects.requireNonNull(means.get(contender.name()));
            for (int i = 0; i < own.length; i++) {
                claims.add(Claim.atMost(
                        "points-lost-by-" + contender.name() + "-with-" + counts.get(i) + "-workers",
                        setting.lost,
                        100 * (baseline[i] - own[i]),
                        false));
            }
        }
        return new Findings(claims, Map.of("accuracies", table), List.of(chart(counts, means)));
    }

    /** Mean and standard deviation over the seeds. */
    private double[] accuracies(Context context, Contender contender, int count, Dataset learned, Dataset judged) {
        double sum = 0;
        double squares = 0;
        int all = context.get(seeds);
        for (int seed = 0; seed < all; seed++) {
            int length = context.get(rounds);
            Course course = new Course(
                    context.get(network),
                    learned,
                    judged,
                    count,
                    Math.max(1, context.get(batch) / count),
                    length,
                    new Optimizer.Sgd(0.9, 0),
                    context.get(rate),
                    0.9,
                    length,
                    context.seed() + seed);
            double accuracy = course.run(contender.exchange().get(), contender.signals(), point -> {})
                    .finalAccuracy();
            sum += accuracy;
            squares += accuracy * accuracy;
        }
        double mean = sum / all;
        return new double[] {mean, Math.sqrt(Math.max(0, (squares - all * mean * mean) / (all - 1)))};
    }

    private Figure chart(List<Integer> counts, Map<String, double[]> means) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title(setting.description)
                .xAxisTitle("workers")
                .yAxisTitle("final test accuracy")
                .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideSE);
        double[] x = counts.stream().mapToDouble(count -> count).toArray();
        means.forEach((method, accuracies) -> chart.addSeries(method, x, accuracies));
        return Figure.png(setting.name, chart);
    }
}
