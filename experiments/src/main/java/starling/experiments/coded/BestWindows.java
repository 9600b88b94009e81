package starling.experiments.coded;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import starling.codes.uep.ExpectedLoss;
import starling.codes.uep.WindowOptimizer;
import starling.codes.uep.Windows;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;

/**
 * Window probabilities for the least expected loss at a deadline, which Tegin et al. leave open, against those of their Table III.
 */
public final class BestWindows implements Experiment {
    private static final Parameter<List<Double>> GAMMA = DecodingFigure.GAMMA;
    private static final Parameter<Integer> WORKERS = Parameter.integer("workers", 30, 30, 1, 200, "workers");
    private static final Parameter<Double> LAMBDA =
            Parameter.number("lambda", 1, 1, 1e-3, 1e3, "rate of a worker's exponential time");
    private static final Parameter<List<Double>> DEADLINES = Parameters.numbers(
            "deadlines",
            1e-3,
            1e6,
            "0.1,0.25,0.44,0.5,0.825,1,1.5,2",
            "0.25,0.5,1,2",
            "for which windows are optimised");

    @Override
    public String name() {
        return "uep-windows";
    }

    @Override
    public String description() {
        return "Window probabilities optimised for the expected loss at a deadline, against Table III of Tegin et al.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(GAMMA, WORKERS, LAMBDA, DEADLINES);
    }

    @Override
    public Findings run(Context context) {
        Series table = Series.ofRecords(
                "partition", "windows", "deadline", "gamma", "loss", "lossOfTable3", "lossOfMds", "part");
        List<Claim> claims = new ArrayList<>();
        int workers = context.get(WORKERS);
        for (SyntheticProduct product : SyntheticProduct.ALL) {
            for (Windows.Kind kind : Windows.Kind.values()) {
                ExpectedLoss given = new ExpectedLoss(
                        SyntheticProduct.windows(context, kind),
                        product.levels().energies());
                for (double deadline : context.get(DEADLINES)) {
                    double answered = -Math.expm1(-context.get(LAMBDA) * deadline);
                    Windows found = WindowOptimizer.optimize(given, tried -> tried.mixed(workers, answered));
                    double loss = given.with(found).mixed(workers, answered) / given.whole();
                    double before = given.mixed(workers, answered) / given.whole();
                    String where =
                            product.name().toLowerCase(Locale.ROOT) + (kind == Windows.Kind.EXPANDING ? "-ew" : "-now");
                    table.entry(
                            where.substring(0, 3),
                            where.substring(4),
                            deadline,
                            found.probabilities(),
                            loss,
                            before,
                            given.mdsMixed(workers, answered) / given.whole(),
                            loss / before);
                    claims.add(
                            Claim.atMost("part-of-table-3s-loss-" + where + "-at-" + deadline, 1, loss / before, true));
                    context.say(String.format(
                            Locale.ROOT,
                            "%s at %.3f: %.4g instead of %.4g with (%.3f, %.3f, %.3f)",
                            where,
                            deadline,
                            loss,
                            before,
                            found.probabilities()[0],
                            found.probabilities()[1],
                            found.probabilities()[2]));
                }
            }
        }
        return new Findings(claims, Map.of("uep-windows", table), List.of());
    }
}
