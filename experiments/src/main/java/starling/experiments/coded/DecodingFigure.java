package starling.experiments.coded;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.markers.SeriesMarkers;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Partition;
import starling.codes.computation.Recovery;
import starling.codes.uep.DecodingProbabilities;
import starling.codes.uep.UepCode;
import starling.codes.uep.Windows;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.models.UnfitException;

/**
 * Figure 7 of Tegin et al.: with what probability each class is decoded after N answers, by recursion, by the multinomial sums
 * (13) and (14) written out, and by simulation: random windows and coefficients, and the rank of what has arrived.
 */
public final class DecodingFigure implements Experiment {
    static final Parameter<List<Integer>> SIZES =
            Parameters.integers("k", 1, 100, "3,3,3", "3,3,3", "products of each class");
    static final Parameter<List<Double>> GAMMA =
            Parameters.numbers("gamma", 0, 1, "0.4,0.35,0.25", "0.4,0.35,0.25", "probability of each window");
    static final Parameter<Integer> WORKERS = Parameter.integer("workers", 30, 30, 1, 1000, "workers");
    private static final Parameter<Integer> TRIALS =
            Parameter.integer("trials", 100_000, 4000, 100, 10_000_000, "simulated products");
    private static final double WITHIN = 0.01;
    /** Standard deviations of a simulated share that its claim allows, at most 1 / (2 sqrt(trials)) each. */
    private static final double DEVIATIONS = 5;

    private static final double MOST_SUMS = 1e6;

    @Override
    public String name() {
        return "uep-fig7";
    }

    @Override
    public String description() {
        return "Tegin et al., Figure 7: decoding probabilities of NOW and EW windows over the number of answers.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(SIZES, GAMMA, WORKERS, TRIALS, Parameters.SEED);
    }

    /** The windows that were set. */
    static Windows windows(Context context, Windows.Kind kind) {
        try {
            return new Windows(
                    kind,
                    context.get(SIZES).stream().mapToInt(Integer::intValue).toArray(),
                    context.get(GAMMA).stream().mapToDouble(Double::doubleValue).toArray());
        } catch (IllegalArgumentException e) {
            throw new UnfitException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public Findings run(Context context) {
        List<Claim> claims = new ArrayList<>();
        List<List<double[]>> exact = new ArrayList<>();
        List<List<double[]>> simulated = new ArrayList<>();
        int workers = context.get(WORKERS);
        int trials = context.get(TRIALS);
        for (Windows.Kind kind : Windows.Kind.values()) {
            Windows windows = windows(context, kind);
            if (windows.products() > 100) {
                throw new UnfitException("classes must hold at most 100 products: they hold " + windows.products());
            }
            String name = kind == Windows.Kind.EXPANDING ? "ew" : "now";
            context.say(name);
            List<double[]> law = new ArrayList<>();
            double off = 0;
            for (int n = 0; n <= workers; n++) {
                double[] decoded = DecodingProbabilities.after(windows, n);
                law.add(decoded);
                if (sums(n, windows.classes()) <= MOST_SUMS) {
                    double[] written = new double[windows.classes()];
                    add(windows, new int[windows.classes()], 0, n, n, written);
                    for (int l = 0; l < written.length; l++) {
                        off = Math.max(off, Math.abs(written[l] - decoded[l]));
                    }
                }
            }
            exact.add(law);
            claims.add(Claim.atMost(name + "-off-the-multinomial-sums", 1e-9, off, true));
            List<double[]> shares = simulate(windows, workers, trials, Parameters.seed(context));
            simulated.add(shares);
            double apart = 0;
            for (int n = 0; n <= workers; n++) {
                for (int l = 0; l < windows.classes(); l++) {
                    apart = Math.max(apart, Math.abs(shares.get(n)[l] - law.get(n)[l]));
                }
            }
            claims.add(Claim.atMost(
                    name + "-simulated-off-the-law",
                    Math.max(WITHIN, DEVIATIONS * 0.5 / Math.sqrt(trials)),
                    apart,
                    true));
        }
        Series series = Series.ofObject("now", "ew");
        series.entry(exact.get(0), exact.get(1));
        Series second = Series.ofObject("now", "ew");
        second.entry(simulated.get(0), simulated.get(1));
        return new Findings(claims, Map.of("uep-fig7", series, "simulated", second), List.of(chart(exact, workers)));
    }

    private static double sums(int answers, int classes) {
        double count = 1;
        for (int i = 1; i < classes; i++) {
            count = count * (answers + i) / i;
        }
        return count;
    }

    /** The sum over all counts of windows, by recursion over the classes. */
    private static void add(Windows windows, int[] counts, int place, int left, int all, double[] sums) {
        if (place == counts.length - 1) {
            counts[place] = left;
            double logarithm = logFactorial(all);
            for (int l = 0; l < counts.length; l++) {
                if (counts[l] > 0) {
                    logarithm += counts[l] * Math.log(windows.probabilities()[l]) - logFactorial(counts[l]);
                }
            }
            boolean[] decoded = decoded(windows, counts);
            for (int l = 0; l < counts.length; l++) {
                sums[l] += decoded[l] ? Math.exp(logarithm) : 0;
            }
            return;
        }
        for (int n = 0; n <= left; n++) {
            counts[place] = n;
            add(windows, counts, place + 1, left - n, all, sums);
        }
    }

    private static boolean[] decoded(Windows windows, int[] counts) {
        boolean[] decoded = new boolean[counts.length];
        int rank = 0;
        int reach = 0;
        for (int l = 0; l < counts.length; l++) {
            reach += windows.sizes()[l];
            rank = Math.min(rank + counts[l], reach);
            if (windows.kind() == Windows.Kind.NON_OVERLAPPING) {
                decoded[l] = counts[l] >= windows.sizes()[l];
            } else if (rank == reach) {
                Arrays.fill(decoded, 0, l + 1, true);
            }
        }
        return decoded;
    }

    private static double logFactorial(int n) {
        double sum = 0;
        for (int i = 2; i <= n; i++) {
            sum += Math.log(i);
        }
        return sum;
    }

    private static List<double[]> simulate(Windows windows, int workers, int trials, long seed) {
        int products = windows.products();
        int[] classes = new int[products];
        int next = 0;
        for (int l = 0; l < windows.classes(); l++) {
            for (int i = 0; i < windows.sizes()[l]; i++) {
                classes[next++] = l;
            }
        }
        List<double[]> shares = new ArrayList<>();
        for (int n = 0; n <= workers; n++) {
            shares.add(new double[windows.classes()]);
        }
        Partition partition = Partition.rowsTimesColumns(products, 1);
        for (int trial = 0; trial < trials; trial++) {
            ComputationCode code =
                    new UepCode(partition, classes, windows, workers, seed * 1_000_003 + trial).idealised();
            Recovery recovery = code.recovery();
            for (int n = 1; n <= workers; n++) {
                recovery.add(code.functional(n - 1, 0));
                boolean[] whole = new boolean[windows.classes()];
                Arrays.fill(whole, true);
                for (int product = 0; product < products; product++) {
                    whole[classes[product]] &= recovery.isRecovered(product);
                }
                for (int l = 0; l < whole.length; l++) {
                    shares.get(n)[l] += whole[l] ? 1.0 / trials : 0;
                }
            }
        }
        return shares;
    }

    private static Figure chart(List<List<double[]>> laws, int workers) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title("decoding probabilities")
                .xAxisTitle("answers")
                .build();
        double[] answers = new double[workers + 1];
        Arrays.setAll(answers, n -> n);
        for (int kind = 0; kind < 2; kind++) {
            List<double[]> law = laws.get(kind);
            for (int l = 0; l < law.get(0).length; l++) {
                int place = l;
                chart.addSeries(
                                (kind == 0 ? "NOW, class " : "EW, class ") + (l + 1),
                                answers,
                                law.stream().mapToDouble(row -> row[place]).toArray())
                        .setMarker(SeriesMarkers.NONE);
            }
        }
        return Figure.png("uep-fig7", chart);
    }
}
