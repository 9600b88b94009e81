package starling.experiments.coded;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import starling.codes.sequential.FirstOrderClock;
import starling.codes.sequential.SequentialScheme;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;

/**
 * Table 1 of Krishnan et al. by their first-order model: mean time of a product when five networks learn at once, with the parameters of the paper,
 * for stragglers on their own and in bursts. Times are in whole mean products on one worker; the paper's are seconds of its machines, so
 * that reductions against the polynomial code are what can be compared.
 */
public final class SequentialTable implements Experiment {
    private static final Parameter<Integer> MODELS = Parameter.integer("models", 5, 5, 1, 100, "networks");
    private static final Parameter<Integer> STEPS =
            Parameter.integer("iterations", 250, 20, 1, 10_000, "steps of each network");
    private static final Parameter<Integer> BATCH =
            Parameter.integer("batch", 1024, 1024, 1, 65_536, "samples of a step");
    private static final Parameter<List<Integer>> WIDTHS = Parameters.integers(
            "widths", 1, 100_000, "784,3000,3000,10", "784,3000,3000,10", "of the input, the layers, and the output");
    private static final Parameter<Integer> SEEDS =
            Parameter.integer("seeds", 10, 2, 1, 1000, "runs with stragglers of their own");

    private static final Parameter<Integer> MEASURED =
            Parameter.integer("measured-iterations", 6, 0, 0, 1000, "steps of each network on agents, 0 for none");
    private static final Parameter<Integer> MEASURED_BATCH =
            Parameter.integer("measured-batch", 64, 8, 1, 65_536, "samples of a step on agents");
    private static final Parameter<List<Integer>> MEASURED_WIDTHS = Parameters.integers(
            "measured-widths", 1, 100_000, "196,100,100,10", "20,12,12,10", "of networks on agents");
    private static final Parameter<Double> SPEED =
            Parameter.number("speed", 5e6, 5e6, 1, 1e15, "multiplications in a second of an agent");
    /** Of stragglers on their own, above which waiting for all may be best. */
    private static final double MOST_DELTA = 0.4;

    private static final double MOST_ERROR = 1e-8;
    private static final double POINTS = 0.05;
    private static final String OWN_LAW =
            "; the paper's law of bursts and its variant of IDIP for bursts are defined only in a supplement: our law is"
                    + " chosen, and IDIP is Algorithm 2 as it is";
    private static final String MODEL =
            "the paper's are seconds of five virtual machines, ours its first-order model with waiting, which has no"
                    + " times of encoding, of transfer, and of machines that differ";
    private static final String TRAVEL =
            "the paper's are of other machines and larger networks; a round here has some 20 ms of travelling and waking"
                    + " beside its computing, which no scheme shortens";

    @Override
    public String name() {
        return "sequential-table1";
    }

    @Override
    public String description() {
        return "Krishnan et al., Table 1: mean time of a product of five networks learning at once, by scheme.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        List<Parameter<?>> all = new ArrayList<>(
                List.of(MODELS, STEPS, BATCH, WIDTHS, SEEDS, MEASURED, MEASURED_BATCH, MEASURED_WIDTHS, SPEED));
        all.addAll(StragglerLaws.ALL);
        all.add(Parameters.SEED);
        return List.copyOf(all);
    }

    @Override
    public Findings run(Context context) {
        ModelJobs jobs = ModelJobs.of(context.get(MODELS), context.get(WIDTHS), context.get(BATCH));
        Series table = Series.ofRecords(
                "stragglers",
                "scheme",
                "time",
                "deviation",
                "reduction",
                "paperSeconds",
                "paperReduction",
                "load",
                "latest");
        List<Claim> claims = new ArrayList<>();
        for (boolean bursts : new boolean[] {false, true}) {
            String law = bursts ? "bursts" : "own";
            Map<ModelJobs.Scheme, Stream> streams = new EnumMap<>(ModelJobs.Scheme.class);
            for (ModelJobs.Scheme scheme : ModelJobs.Scheme.values()) {
                Stream stream = stream(context, jobs, scheme, bursts);
                streams.put(scheme, stream);
                claims.add(Claim.atMost(
                        "latest-round-" + law + "-" + scheme.word(),
                        scheme.begin(bursts, 1).delay(),
                        stream.latest,
                        true));
            }
            double base = time(streams, ModelJobs.Scheme.POLYNOMIAL);
            double paperBase = ModelJobs.Scheme.POLYNOMIAL.paper(bursts);
            streams.forEach((scheme, stream) -> {
                double reduction = 1 - stream.time.mean() / base;
                double paperReduction = 1 - scheme.paper(bursts) / paperBase;
                table.entry(
                        law,
                        scheme.word(),
                        stream.time.mean(),
                        stream.time.deviation(),
                        reduction,
                        scheme.paper(bursts),
                        paperReduction,
                        stream.load.mean(),
                        stream.latest);
                context.say(String.format(
                        Locale.ROOT,
                        "%s, %s: %.4f +- %.4f, %.1f %% less than polynomial (paper %.1f %%)",
                        law,
                        scheme.word(),
                        stream.time.mean(),
                        stream.time.deviation(),
                        100 * reduction,
                        100 * paperReduction));
                if (scheme == ModelJobs.Scheme.DIP || scheme == ModelJobs.Scheme.IDIP) {
                    claims.add(Claim.near(
                                    "reduction-" + law + "-" + scheme.word(), paperReduction, reduction, POINTS, false)
                            .because(bursts ? MODEL + OWN_LAW : MODEL));
                }
            });
            if (!bursts && context.get(StragglerLaws.DELTA) <= MOST_DELTA) {
                claims.add(
                        Claim.atMost("dip-is-faster-than-polynomial", base, time(streams, ModelJobs.Scheme.DIP), true));
                claims.add(Claim.atMost(
                        "polynomial-is-faster-than-uncoded", time(streams, ModelJobs.Scheme.UNCODED), base, true));
            }
        }
        if (context.get(MEASURED) == 0) {
            return new Findings(claims, Map.of("sequential-table1", table), List.of());
        }
        Series measured = measure(context, claims);
        return new Findings(claims, Map.of("sequential-table1", table, "measured", measured), List.of());
    }

    /** The same schemes on agents over Mosquitto, of smaller networks. */
    private static Series measure(Context context, List<Claim> claims) {
        List<Integer> widths = context.get(MEASURED_WIDTHS);
        int batch = context.get(MEASURED_BATCH);
        int steps = context.get(MEASURED);
        ModelJobs jobs = ModelJobs.of(context.get(MODELS), widths, batch);
        List<int[]> shapes = ModelJobs.shapes(widths, batch);
        double whole = shapes.stream()
                        .mapToDouble(shape -> (double) shape[0] * shape[1] * shape[2])
                        .average()
                        .orElseThrow()
                / context.get(SPEED);
        long longest = shapes.stream()
                .mapToLong(shape -> (long) shape[0] * shape[2])
                .max()
                .orElseThrow();
        Series table = Series.ofRecords(
                "stragglers",
                "scheme",
                "seconds",
                "time",
                "encoding",
                "decoding",
                "reduction",
                "paperReduction",
                "error");
        for (boolean bursts : new boolean[] {false, true}) {
            String law = bursts ? "bursts" : "own";
            try (SequentialFleet fleet = new SequentialFleet(context, bursts, context.get(SPEED), longest)) {
                Map<ModelJobs.Scheme, SequentialFleet.Taken> all = new EnumMap<>(ModelJobs.Scheme.class);
                for (ModelJobs.Scheme scheme : ModelJobs.Scheme.values()) {
                    all.put(scheme, fleet.run(context, scheme.begin(bursts, jobs.jobs(steps)), jobs, shapes, steps));
                }
                double base = Objects.requireNonNull(all.get(ModelJobs.Scheme.POLYNOMIAL))
                        .seconds();
                all.forEach((scheme, taken) -> {
                    double reduction = 1 - taken.seconds() / base;
                    double paper = 1 - scheme.paper(bursts) / ModelJobs.Scheme.POLYNOMIAL.paper(bursts);
                    table.entry(
                            law,
                            scheme.word(),
                            taken.seconds(),
                            taken.seconds() / whole,
                            taken.encoding(),
                            taken.decoding(),
                            reduction,
                            paper,
                            taken.error());
                    context.say(String.format(
                            Locale.ROOT,
                            "%s, %s on agents: %.1f ms a product, %.3f of it on one, %.1f %% less than polynomial"
                                    + " (paper %.1f %%); encoding %.2f ms, decoding %.2f ms",
                            law,
                            scheme.word(),
                            1e3 * taken.seconds(),
                            taken.seconds() / whole,
                            100 * reduction,
                            100 * paper,
                            1e3 * taken.encoding(),
                            1e3 * taken.decoding()));
                    claims.add(Claim.atMost(
                            "error-on-agents-" + law + "-" + scheme.word(), MOST_ERROR, taken.error(), true));
                    if (scheme == ModelJobs.Scheme.DIP || scheme == ModelJobs.Scheme.IDIP) {
                        claims.add(Claim.near(
                                        "reduction-on-agents-" + law + "-" + scheme.word(),
                                        paper,
                                        reduction,
                                        POINTS,
                                        false)
                                .because(bursts ? TRAVEL + OWN_LAW : TRAVEL));
                    }
                });
            }
        }
        return table;
    }

    private static double time(Map<ModelJobs.Scheme, Stream> streams, ModelJobs.Scheme scheme) {
        return Objects.requireNonNull(streams.get(scheme)).time.mean();
    }

    /**
     * What was seen of a scheme.
     *
     * @param time of a product, of each run
     * @param load the most of a worker in a round, of each run
     * @param latest rounds after its first in which a product was known, at most
     */
    private record Stream(Measured time, Measured load, double latest) {}

    private static Stream stream(Context context, ModelJobs jobs, ModelJobs.Scheme scheme, boolean bursts) {
        Measured time = new Measured();
        Measured load = new Measured();
        double latest = 0;
        int steps = context.get(STEPS);
        for (int run = 0; run < context.get(SEEDS); run++) {
            SequentialScheme stream = scheme.begin(bursts, jobs.jobs(steps));
            FirstOrderClock clock = StragglerLaws.clock(context, bursts, jobs, steps, Parameters.seed(context) + run);
            double sum = 0;
            double loads = 0;
            while (!stream.over()) {
                FirstOrderClock.Round round = clock.run(stream);
                sum += round.seconds();
                loads += round.load();
                for (long job : round.finished()) {
                    latest = Math.max(latest, (double) stream.rounds() - job);
                }
            }
            time.add(sum / jobs.jobs(steps));
            load.add(loads / stream.rounds());
        }
        return new Stream(time, load, latest);
    }
}
