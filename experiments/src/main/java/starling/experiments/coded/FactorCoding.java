package starling.experiments.coded;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import starling.codes.computation.ComputationCode;
import starling.codes.threshold.UncodedCode;
import starling.codes.uep.UepCode;
import starling.codes.uep.Windows;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;

/**
 * What (10) of Tegin et al. really sends, beside what the paper analyses: the loss of idealised codes, whose answers are combinations of
 * products and cost as many multiplications as they have rank, and of factor-coded ones with one multiplication each and cross terms,
 * for both partitionings, by number of answers and by time with the load charged. Uncoded blocks, each by three or four workers, are the
 * baseline.
 */
public final class FactorCoding implements Experiment {
    private static final Parameter<List<Double>> GAMMA = DecodingFigure.GAMMA;
    private static final Parameter<Integer> WORKERS = Parameter.integer("workers", 30, 30, 9, 200, "workers");
    private static final Parameter<Double> LAMBDA =
            Parameter.number("lambda", 1, 1, 1e-3, 1e3, "rate of a worker's exponential time for one product");
    private static final Parameter<List<Double>> TIMES =
            Parameters.numbers("times", 0, 1e6, "0.25,0.5,1,2,4", "0.25,0.5,1,2,4", "at which the loss is taken");
    private static final Parameter<Integer> TRIALS =
            Parameter.integer("trials", 500, 25, 2, 1_000_000, "simulated products of each kind");
    private static final Parameter<Integer> SHRINK =
            Parameter.integer("shrink", 100, 100, 1, 100, "the paper's dimensions are divided by this");

    @Override
    public String name() {
        return "uep-factor";
    }

    @Override
    public String description() {
        return "Unequal protection as analysed (combinations of products) and as sent (products of combinations).";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(GAMMA, WORKERS, LAMBDA, TIMES, TRIALS, SHRINK, Parameters.SEED);
    }

    @Override
    public Findings run(Context context) {
        double[] times = context.get(TIMES).stream()
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        Series table = Series.ofRecords(
                "partition", "windows", "mode", "load", "lossByAnswers", "times", "lossByTime", "decodedPieces");
        double worst = 0;
        int compared = 0;
        Map<String, Double> half = new LinkedHashMap<>();
        for (SyntheticProduct product : SyntheticProduct.ALL) {
            String partition = product.name().toLowerCase(Locale.ROOT);
            for (Windows.Kind kind : Windows.Kind.values()) {
                Windows windows = SyntheticProduct.windows(context, kind);
                for (Map.Entry<String, ProtectedSimulation.Mode> mode :
                        modes(product, kind, context.get(WORKERS)).entrySet()) {
                    ProtectedSimulation simulation = new ProtectedSimulation(
                            product, windows, context.get(WORKERS), context.get(SHRINK), context.get(LAMBDA), times);
                    simulation.run(mode.getValue(), context.get(TRIALS), true, Parameters.seed(context));
                    worst = Math.max(worst, simulation.worstPiece());
                    compared += simulation.pieces();
                    double[] byAnswers = means(simulation.byAnswers);
                    double[] byTime = means(simulation.byTime);
                    String window = kind == Windows.Kind.EXPANDING ? "ew" : "now";
                    table.entry(
                            partition,
                            mode.getKey().equals("uncoded-copies") ? "none" : window,
                            mode.getKey(),
                            simulation.load.mean(),
                            byAnswers,
                            times,
                            byTime,
                            simulation.pieces() / (double) context.get(TRIALS));
                    half.put(partition + "-" + window + "-" + mode.getKey(), byAnswers[byAnswers.length / 2]);
                    context.say(String.format(
                            Locale.ROOT,
                            "%s %s %s: load %.2f, loss after %d answers %.4g, by time %s",
                            partition,
                            window,
                            mode.getKey(),
                            simulation.load.mean(),
                            byAnswers.length / 2,
                            byAnswers[byAnswers.length / 2],
                            Arrays.toString(byTime)));
                }
            }
        }
        List<Claim> claims = new ArrayList<>();
        claims.add(Claim.atMost("largest-error-of-a-reported-piece", 1e-8, worst, true));
        claims.add(Claim.atLeast("pieces-compared", 1, compared, true));
        claims.add(Claim.atLeast(
                "cxr-ew-random-factors-lose-more-than-idealised",
                value(half, "cxr-ew-idealised"),
                value(half, "cxr-ew-factor-random"),
                false));
        return new Findings(claims, Map.of("uep-factor", table), List.of());
    }

    private static double value(Map<String, Double> values, String key) {
        Double value = values.get(key);
        return value == null ? Double.NaN : value;
    }

    private static Map<String, ProtectedSimulation.Mode> modes(
            SyntheticProduct product, Windows.Kind kind, int workers) {
        Map<String, ProtectedSimulation.Mode> modes = new LinkedHashMap<>();
        modes.put("idealised", UepCode::idealised);
        if (product.partition().inner() == 1) {
            modes.put("factor-rectangles", family -> family.factorCoded(UepCode.Pairing.RANDOM));
        } else {
            for (UepCode.Pairing pairing : UepCode.Pairing.values()) {
                modes.put("factor-" + pairing.name().toLowerCase(Locale.ROOT), family -> family.factorCoded(pairing));
            }
        }
        if (kind == Windows.Kind.NON_OVERLAPPING) {
            ComputationCode copies = copies(product, workers);
            modes.put("uncoded-copies", family -> copies);
        }
        return modes;
    }

    /** The nine products dealt to all workers in turn. */
    private static ComputationCode copies(SyntheticProduct product, int workers) {
        ComputationCode all = UncodedCode.repeated(product.partition(), (workers + 8) / 9);
        return ComputationCode.ofProducts(
                "uncoded-copies", product.partition(), all.workers().subList(0, workers));
    }

    private static double[] means(Measured[] measured) {
        return Arrays.stream(measured).mapToDouble(Measured::mean).toArray();
    }
}
