package starling.repurpose.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;
import starling.models.command.Progress;
import starling.models.data.Dataset;
import starling.models.plan.Plan;
import starling.repurpose.assign.Capacities;
import starling.repurpose.assign.TransportationSolver;
import starling.repurpose.edges.EdgeObjective;
import starling.repurpose.evaluate.Evaluation;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.latency.Devices;
import starling.repurpose.latency.Latency;
import starling.repurpose.partition.BundleNetwork;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.Ownership;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;
import starling.repurpose.values.Calibration;
import starling.repurpose.values.LayerTrace;
import starling.repurpose.values.Value;
import starling.repurpose.values.ValuesObjective;

/**
 * What the ways to prune make of one network, each over the range where it matters:
 *
 * <ul>
 *   <li>{@code repurpose}: the edge objective, eta2 at quantiles of the squared weights,
 *   <li>{@code sparse}: the same eta2 on contiguous owners,
 *   <li>{@code values}: the values objective, eta2 (the price of a number) at quantiles of what the numbers gain,
 *   <li>{@code budget}: the values objective at budgets that are halved from the unpruned plan on,
 *   <li>{@code late-fusion}: one point.
 * </ul>
 *
 * <p>Every curve runs from almost nothing dropped to almost all. Points are computed coarse first, thresholds in at
 * most half of the time that is given: a curve that is cut short is thinner, not shorter.
 */
public final class Curves {
    /** Samples a point is judged on at most. */
    public static final int MOST_SAMPLES = 2000;
    /** Samples the values objective is calibrated on at most. */
    public static final int MOST_CALIBRATION = 2000;

    private static final List<String> VARIANTS = List.of("late-fusion", "repurpose", "sparse", "values", "budget");
    private static final double[] WEIGHT_QUANTILES = {
        0.1, 0.3, 0.5, 0.7, 0.85, 0.93, 0.97, 0.99, 0.997, 0.999, 0.9997, 0.9999
    };
    private static final double[] GAIN_QUANTILES = {0.05, 0.3, 0.55, 0.75, 0.88, 0.95, 0.985};
    private static final int MOST_ENERGIES = 1 << 20;
    private static final int MOST_BUDGETS = 8;

    /**
     * One plan.
     *
     * @param eta2 its threshold or price, or null where there is none
     * @param budget the most numbers that could cross, or null where there is none
     * @param values numbers that cross per inference
     * @param keptEdges weights between workers that are left
     * @param accuracy fraction of the samples it gets right
     * @param cost what else it costs
     */
    public record Point(
            @Nullable Double eta2, @Nullable Long budget, long values, long keptEdges, double accuracy, Cost cost) {}

    /**
     * What sending costs.
     *
     * @param bytes of all frames
     * @param rounds exchanges
     * @param latency predicted, or null if the devices are not known
     */
    public record Cost(long bytes, int rounds, @Nullable Latency latency) {}

    /**
     * The plans of one way to prune.
     *
     * @param variant {@code repurpose}, {@code sparse}, {@code values}, {@code budget} or {@code late-fusion}
     * @param points the ones that drop least first
     */
    public record Curve(String variant, List<Point> points) {}

    /**
     * All curves.
     *
     * @param curves one per variant
     * @param samples judged on
     * @param calibration samples the values objective was calibrated on, 0 if it planned by weights alone
     * @param cut whether the time was over before all points were there
     */
    public record Sweep(List<Curve> curves, int samples, int calibration, boolean cut) {
        /** The points of one variant. */
        public List<Point> points(String variant) {
            return curves.stream()
                    .filter(curve -> curve.variant().equals(variant))
                    .map(Curve::points)
                    .findFirst()
                    .orElse(List.of());
        }
    }

    /** A plan still to be made. */
    private record Wish(
            String variant,
            int place,
            @Nullable Double eta2,
            @Nullable Long budget,
            Supplier<SplitNetwork> network) {}

    private final SplitGraph graph;
    private final Capacities capacities;
    private final int[] inputs;
    private final Dataset data;
    private final @Nullable Calibration calibration;
    private final long seed;
    private final @Nullable Devices devices;
    private final Map<String, List<Point>> found = new HashMap<>();
    private int done;

    private Curves(
            SplitNetwork plan, Dataset data, @Nullable Calibration calibration, long seed, @Nullable Devices devices) {
        if (!apply(plan)) {
            throw new IllegalArgumentException("there is nothing to prune");
        }
        this.devices = devices;
        this.graph = plan.graph();
        this.capacities = capacities(plan);
        this.inputs = BundleNetwork.inputOwners(plan);
        this.data = data.slice(0, Math.min(MOST_SAMPLES, data.count()));
        this.calibration = calibration;
        this.seed = seed;
    }

    /** Whether there is anything to prune: several workers, and a layer whose input is spread over them. */
    public static boolean apply(SplitNetwork plan) {
        return plan.workers() > 1 && !spread(plan.graph()).isEmpty();
    }

    /**
     * Computes the curves of a plan's network with its workers, inputs and shares.
     *
     * @param calibration inputs for the values objective, or null to plan by weights alone
     * @param time after which planning is called off
     * @param devices to predict latencies for, or null
     * @throws IllegalArgumentException unless they {@link #apply}
     */
    public static Sweep of(
            SplitNetwork plan,
            Dataset data,
            @Nullable Calibration calibration,
            long seed,
            Duration time,
            @Nullable Devices devices) {
        return new Curves(plan, data, calibration, seed, devices).within(time);
    }

    /** As {@link #of}, budgets and late fusion alone. */
    public static Sweep overBudgets(
            SplitNetwork plan,
            Dataset data,
            @Nullable Calibration calibration,
            long seed,
            Duration time,
            @Nullable Devices devices) {
        Curves curves = new Curves(plan, data, calibration, seed, devices);
        try (Progress progress = new Progress("frontier", MOST_BUDGETS + 1)) {
            return curves.sweep(curves.make(curves::byBudgets, time, progress));
        }
    }

    private Sweep within(Duration time) {
        long started = System.nanoTime();
        try (Progress progress =
                new Progress("comparing", 2L * WEIGHT_QUANTILES.length + GAIN_QUANTILES.length + MOST_BUDGETS + 1)) {
            boolean cut = make(this::byEdges, time.dividedBy(2), progress);
            cut |= make(this::byValues, time.minusNanos(System.nanoTime() - started), progress);
            return sweep(cut);
        }
    }

    private Sweep sweep(boolean cut) {
        List<Curve> curves = new ArrayList<>();
        for (String variant : VARIANTS) {
            List<Point> points = new ArrayList<>(found.getOrDefault(variant, List.of()));
            points.sort(Comparator.comparingDouble(Curves::strictness));
            curves.add(new Curve(variant, List.copyOf(points)));
        }
        return new Sweep(List.copyOf(curves), data.count(), calibration == null ? 0 : calibration.count(), cut);
    }

    /** Makes plans until the time is over; says whether it was. */
    private boolean make(Supplier<List<Wish>> wishes, Duration time, Progress progress) {
        try (Deadline deadline = new Deadline(time)) {
            try {
                for (Wish wish : wishes.get()) {
                    if (deadline.isOver()) {
                        return true;
                    }
                    try {
                        found.computeIfAbsent(wish.variant(), variant -> new ArrayList<>())
                                .add(point(wish));
                    } catch (UnfitException unreachable) {
                        // a budget below what operators run whole must gather: no plan, no point
                    } finally {
                        progress.at(++done);
                    }
                }
                return false;
            } catch (CancellationException e) {
                return true;
            }
        }
    }

    /** By what the points of one curve are ordered: the threshold, or how small the budget is. */
    private static double strictness(Point point) {
        Double eta2 = point.eta2();
        Long budget = point.budget();
        return eta2 != null ? eta2 : budget != null ? -budget : 0;
    }

    private List<Wish> byEdges() {
        List<Wish> all = new ArrayList<>();
        double[] etas = thresholds();
        int[] places = coarseFirst(etas.length);
        int[] owners = Ownership.inOriginalOrder(graph, capacities, inputs);
        for (int i = 0; i < etas.length; i++) {
            EdgeObjective.Thresholds thresholds = new EdgeObjective.Thresholds(0, etas[i]);
            all.add(new Wish("repurpose", places[i], etas[i], null, () -> EdgeObjective.plan(
                            graph,
                            capacities,
                            inputs,
                            thresholds,
                            new TransportationSolver(seed),
                            EdgeObjective.USUAL_SWEEPS)
                    .network()));
            all.add(new Wish(
                    "sparse",
                    places[i],
                    etas[i],
                    null,
                    () -> EdgeObjective.dropped(graph, capacities.workers(), owners, thresholds)));
        }
        all.sort(Comparator.comparingInt(Wish::place));
        return all;
    }

    private List<Wish> byValues() {
        List<Wish> all = new ArrayList<>(byBudgets());
        Wish fusion = all.remove(0);
        double[] prices = prices();
        int[] places = coarseFirst(prices.length);
        for (int i = 0; i < prices.length; i++) {
            double price = prices[i];
            all.add(new Wish("values", places[i], price, null, () -> objective()
                    .plan(new ValuesObjective.Limits(null, price))
                    .network()));
        }
        all.sort(Comparator.comparingInt(Wish::place));
        all.add(0, fusion);
        return all;
    }

    /** Late fusion first, so that it is there whenever anything is. */
    private List<Wish> byBudgets() {
        List<Wish> all = new ArrayList<>();
        long[] budgets = budgets();
        int[] places = coarseFirst(budgets.length);
        for (int i = 0; i < budgets.length; i++) {
            long budget = budgets[i];
            all.add(new Wish("budget", places[i], null, budget, () -> objective()
                    .plan(new ValuesObjective.Limits(budget, null))
                    .network()));
        }
        all.sort(Comparator.comparingInt(Wish::place));
        all.add(0, new Wish("late-fusion", 0, null, null, () -> objective()
                .lateFusion()
                .network()));
        return all;
    }

    /** When each of some points in a row is computed: first few far apart, then those between, and so on. */
    static int[] coarseFirst(int count) {
        int[] places = new int[count];
        Arrays.fill(places, -1);
        int next = 0;
        for (int step = Integer.highestOneBit(Math.max(1, count - 1)) * 2; step >= 1; step /= 2) {
            for (int i = 0; i < count; i += step) {
                if (places[i] < 0) {
                    places[i] = next++;
                }
            }
        }
        return places;
    }

    /** Shares like the units of the largest space; equal ones where a worker has none of it. */
    private static Capacities capacities(SplitNetwork plan) {
        double[] shares = new double[plan.workers()];
        int most = 0;
        for (SplitGraph.Space space : plan.graph().spaces()) {
            if (!space.producers().isEmpty() && space.units().length > most) {
                most = space.units().length;
                Arrays.fill(shares, 0);
                for (int unit : space.units()) {
                    shares[plan.owners()[unit]]++;
                }
            }
        }
        return most == 0 || Arrays.stream(shares).anyMatch(share -> share == 0)
                ? Capacities.equal(plan.workers())
                : Capacities.of(plan.workers(), shares);
    }

    private static List<LinearMap> spread(SplitGraph graph) {
        return graph.linear().stream()
                .map(Operation.Linear::map)
                .filter(map -> !graph.layout(map.input()).isReplicated())
                .toList();
    }

    /** Quantiles of what a threshold is compared with, over the layers whose inputs are spread. */
    private double[] thresholds() {
        List<LinearMap> maps = spread(graph);
        long pairs = maps.stream()
                .mapToLong(map -> (long) map.sources() * map.targets())
                .sum();
        int stride = (int) Math.max(1, pairs / MOST_ENERGIES);
        double[] energies = new double[(int) (pairs / stride + 1 + maps.size())];
        int count = 0;
        for (LinearMap map : maps) {
            for (long pair = 0; pair < (long) map.sources() * map.targets(); pair += stride) {
                double energy = EdgeObjective.energy(
                        map, map.weights(), (int) (pair / map.sources()), (int) (pair % map.sources()));
                if (energy > 0) {
                    energies[count++] = energy;
                }
            }
        }
        return quantiles(Arrays.copyOf(energies, count), WEIGHT_QUANTILES);
    }

    private static double[] quantiles(double[] numbers, double[] at) {
        Arrays.sort(numbers);
        TreeSet<Double> found = new TreeSet<>();
        for (double q : at) {
            if (numbers.length > 0) {
                found.add(numbers[(int) Math.min(numbers.length - 1L, Math.round(q * numbers.length))]);
            }
        }
        return found.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** Quantiles of what a number gains where everything is kept that gains anything. */
    private double[] prices() {
        ValuesObjective.Outcome all = objective().plan(new ValuesObjective.Limits(null, 0.0));
        double[] gains = all.layers().stream()
                .map(LayerTrace::values)
                .flatMap(List::stream)
                .mapToDouble(Value::perNumber)
                .filter(gain -> gain > 0 && gain < Double.POSITIVE_INFINITY)
                .toArray();
        return quantiles(gains, GAIN_QUANTILES);
    }

    /** The unpruned plan's values halved again and again. */
    private long[] budgets() {
        long values = Schedule.of(objective().plan(ValuesObjective.Limits.NONE).network(), Schedule.Kinds.BOTH)
                .values();
        List<Long> budgets = new ArrayList<>();
        for (long budget = values / 2; budget > 1 && budgets.size() < MOST_BUDGETS; budget /= 2) {
            budgets.add(budget);
        }
        return budgets.stream().mapToLong(Long::longValue).toArray();
    }

    private ValuesObjective objective() {
        return new ValuesObjective(
                new ValuesObjective.Task(graph, capacities, inputs, calibration),
                new ValuesObjective.Means(new TransportationSolver(seed), seed, 2),
                (at, total) -> {});
    }

    private Point point(Wish wish) {
        SplitNetwork network = wish.network().get();
        long kept = 0;
        for (LinearMap map : spread(graph)) {
            kept += network.crossEdges(map, network.weights(map).values());
        }
        Schedule schedule = Schedule.of(network, Schedule.Kinds.BOTH);
        long values = schedule.values();
        long bytes = values * Float.BYTES + (long) schedule.frames().size() * Plan.FRAME_HEADER_BYTES;
        Devices known = devices;
        Cost cost = new Cost(bytes, schedule.rounds(), known == null ? null : known.predict(network, schedule));
        return new Point(wish.eta2(), wish.budget(), values, kept, Evaluation.accuracy(network, data), cost);
    }
}
