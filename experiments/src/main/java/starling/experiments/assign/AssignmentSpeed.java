package starling.experiments.assign;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
import starling.experiments.machine.Timing;
import starling.models.UnfitException;
import starling.repurpose.assign.Assignment;
import starling.repurpose.assign.AssignmentProblem;
import starling.repurpose.assign.Munkres;
import starling.repurpose.assign.TransportationSolver;

/**
 * The transportation solver against our Munkres (Algorithm 3 of the thesis) and JGraphT's Kuhn-Munkres: time against N on the
 * thesis' cost structure, in one process, warmed up, and the costs they find. Every answer of the transportation solver is
 * also judged by its certificate. Times do not include drawing the costs or building JGraphT's graph.
 */
public final class AssignmentSpeed implements Experiment {
    private static final Parameter<List<Shape>> TRANSPORT = shapes(
            "transport",
            "1000x6,5000x6,5000x32,20000x2,20000x6,20000x32,100000x2,100000x6,100000x32",
            "1000x2,1000x6,1000x32",
            "sizes NxP for the transportation solver");
    private static final Parameter<List<Shape>> MUNKRES =
            shapes("munkres", "300x6,1000x6,5000x6", "300x6,1000x6", "sizes for our Munkres, solved by transport too");
    private static final Parameter<List<Shape>> JGRAPHT =
            shapes("jgrapht", "100x6,300x6,1000x6", "50x6,100x6", "sizes for JGraphT, solved by both others too");
    private static final Parameter<Integer> INPUTS =
            Parameter.integer("inputs", 256, 64, 1, 100_000, "inputs of the layer whose neurons are assigned");
    private static final Parameter<Double> ETA1 =
            Parameter.number("eta1", 0.25, 0.25, 0, 1e6, "price of a kept weight (weights are standard normal)");
    private static final Parameter<Double> ETA2 =
            Parameter.number("eta2", 1, 1, 0, 1e6, "additional price of a kept weight between workers");
    private static final Parameter<Integer> REPEATS =
            Parameter.integer("repeats", 101, 11, 1, 100_000, "most repeats of one measurement");
    private static final Parameter<Double> SECONDS = Parameter.number(
            "seconds", 10, 1, 0, 3600, "most seconds for one measurement, unless one run takes longer");

    /** "N = 100 000, P = 32 in seconds" in numbers. */
    private static final double MOST_SECONDS = 5;

    private static final int LARGE = 100_000;
    /** Sums of N doubles in different order. */
    private static final double SAME_COST = 1e-11;

    @Override
    public String name() {
        return "assignment-speed";
    }

    @Override
    public String description() {
        return "Exact assignment of neurons to workers: the transportation solver against Munkres and JGraphT.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(TRANSPORT, MUNKRES, JGRAPHT, INPUTS, ETA1, ETA2, REPEATS, SECONDS);
    }

    @Override
    public Findings run(Context context) {
        Set<Shape> jgrapht = new LinkedHashSet<>(context.get(JGRAPHT));
        Set<Shape> munkres = new LinkedHashSet<>(context.get(MUNKRES));
        munkres.addAll(jgrapht);
        List<Shape> all = Stream.concat(munkres.stream(), context.get(TRANSPORT).stream())
                .distinct()
                .sorted(Comparator.comparingInt(Shape::units).thenComparingInt(Shape::workers))
                .toList();
        if (all.isEmpty()) {
            throw new UnfitException("there must be a size to measure: transport, munkres and jgrapht are all empty");
        }
        ThesisCosts costs = new ThesisCosts(context.get(INPUTS), context.get(ETA1), context.get(ETA2));
        Measured measured = new Measured();
        for (Shape shape : all) {
            AssignmentProblem problem = costs.draw(shape, context.seed());
            Timing fast = measure(context, "transport", shape, () -> new TransportationSolver(context.seed())
                    .solve(problem)
                    .cost());
            measured.transport.row(row(shape, fast));
            Assignment proven = new TransportationSolver(context.seed()).solve(problem);
            double allowed = 1e-12 * shape.units() * problem.spread();
            measured.claims.add(Claim.near("proven-gap-" + shape, 0, proven.optimalityGap(), allowed, true));
            if (shape.units() >= LARGE) {
                measured.claims.add(Claim.atMost("seconds-at-most-" + shape, MOST_SECONDS, fast.medianSeconds(), true));
            }
            if (munkres.contains(shape)) {
                Timing slow = measure(context, "munkres", shape, () -> new Munkres()
                        .solve(problem)
                        .cost());
                measured.munkres.row(row(shape, slow));
                measured.claims.add(sameCost("munkres", shape, slow, fast));
                measured.claims.add(Claim.atLeast(
                        "times-faster-than-munkres-" + shape, 1, slow.medianSeconds() / fast.medianSeconds(), false));
            }
            if (jgrapht.contains(shape)) {
                JGraphTMatching graph = new JGraphTMatching(problem);
                Timing slow = measure(context, "jgrapht", shape, graph::solve);
                measured.jgrapht.row(row(shape, slow));
                measured.claims.add(sameCost("jgrapht", shape, slow, fast));
            }
        }
        return measured.findings();
    }

    private static Parameter<List<Shape>> shapes(String name, String standard, String quick, String description) {
        return Parameter.list(name, "sizes NxP", standard, quick, description, Shape::parse);
    }

    private static Timing measure(Context context, String solver, Shape shape, DoubleSupplier task) {
        Timing timing = Timing.of(task, context.get(REPEATS), context.get(SECONDS));
        context.say(String.format(
                "%s %s: %.3f ms, %.3f ms of processor time (medians of %d)",
                shape, solver, 1000 * timing.medianSeconds(), 1000 * timing.medianCpuSeconds(), timing.repeats()));
        return timing;
    }

    private static Claim sameCost(String rival, Shape shape, Timing other, Timing transport) {
        double tolerance = SAME_COST * Math.abs(other.result());
        return Claim.near("cost-of-" + rival + "-" + shape, other.result(), transport.result(), tolerance, true);
    }

    private static double[] row(Shape shape, Timing timing) {
        return new double[] {
            shape.units(),
            shape.workers(),
            timing.medianSeconds(),
            timing.fastestSeconds(),
            timing.medianCpuSeconds(),
            timing.repeats(),
            timing.result()
        };
    }

    /** What has been gathered so far. */
    private static final class Measured {
        private final List<Claim> claims = new ArrayList<>();
        private final Series transport = table();
        private final Series munkres = table();
        private final Series jgrapht = table();

        private static Series table() {
            return new Series(
                    "units", "workers", "medianSeconds", "fastestSeconds", "medianCpuSeconds", "repeats", "cost");
        }

        private Findings findings() {
            Map<String, Series> series = new LinkedHashMap<>();
            series.put("transport", transport);
            series.put("munkres", munkres);
            series.put("jgrapht", jgrapht);
            return new Findings(claims, series, List.of(figure(series)));
        }
    }

    private static Figure figure(Map<String, Series> series) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title("Exact assignment of N units to P workers")
                .xAxisTitle("N")
                .yAxisTitle("seconds (median)")
                .build();
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNW);
        series.forEach((solver, table) -> {
            double[] workers = table.column("workers");
            double[] units = table.column("units");
            double[] seconds = table.column("medianSeconds");
            Map<Double, List<Integer>> rows = new LinkedHashMap<>();
            for (int i = 0; i < workers.length; i++) {
                rows.computeIfAbsent(workers[i], p -> new ArrayList<>()).add(i);
            }
            rows.forEach((p, at) -> chart.addSeries(
                    solver + ", P = " + p.intValue(),
                    at.stream().map(i -> units[i]).collect(Collectors.toList()),
                    at.stream().map(i -> seconds[i]).collect(Collectors.toList())));
        });
        return Figure.png("time-against-units", chart);
    }
}
