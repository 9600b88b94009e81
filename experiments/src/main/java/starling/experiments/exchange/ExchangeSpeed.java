package starling.experiments.exchange;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.experiments.folder.TemporaryFolder;
import starling.experiments.processes.Mosquitto;
import starling.link.frame.ElementType;
import starling.link.frame.FrameDescriptor;
import starling.models.UnfitException;

/**
 * What a round between two agents costs, against a bare round trip of Eclipse Paho with messages of the same size over the same Mosquitto on
 * loopback. Blocks of both take turns in one run, so that whatever else the machine does meets both alike.
 *
 * <p>A round is what a plan counts: each worker sends its values to the other, waits for the other's, and computes its next layer. It lasts
 * from when both agents have begun to send the frames of one exchange to when both have begun to send those of the next: encoding, publishing, the
 * broker, receiving, checking, and computing are all in it. Its two frames travel at the same time; the ping and the echo of a bare round trip
 * travel one after the other. Both are measured one by one, in equal numbers, with at most one in flight.
 */
public final class ExchangeSpeed implements Experiment {
    private static final Parameter<Integer> VALUES =
            Parameter.integer("values", 100, 100, 1, 10_000, "values that each agent sends in a round");
    private static final Parameter<Integer> ROUNDS =
            Parameter.integer("rounds", 10, 10, 1, 100, "rounds of an inference");
    private static final Parameter<Integer> BLOCKS =
            Parameter.integer("blocks", 20, 4, 1, 10_000, "blocks of inferences, and of bare round trips in between");
    private static final Parameter<Integer> INFERENCES =
            Parameter.integer("inferences", 20, 5, 1, 10_000, "inferences of a block");
    private static final Parameter<Integer> WARMUP =
            Parameter.integer("warmup", 400, 20, 0, 100_000, "inferences before those that count");

    /** "At most 1.5 times a bare round trip". */
    private static final double MOST_RATIO = 1.5;

    private static final double[] PERCENTS = {1, 5, 10, 25, 50, 75, 90, 95, 99};
    /** Points of a line in the figure. */
    private static final int POINTS = 500;

    @Override
    public String name() {
        return "exchange-speed";
    }

    @Override
    public String description() {
        return "A round of values between two agents over Mosquitto against a bare Eclipse Paho round trip.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(VALUES, ROUNDS, BLOCKS, INFERENCES, WARMUP);
    }

    @Override
    public Findings run(Context context) {
        int values = context.get(VALUES);
        try (TemporaryFolder folder = TemporaryFolder.create();
                Mosquitto broker = Mosquitto.start(folder.path());
                TwoAgents agents = new TwoAgents(
                        new Chain(values, context.get(ROUNDS), context.seed()).write(folder.path()),
                        broker.port(),
                        context.seed());
                BarePaho bare = new BarePaho(
                        broker.port(), Math.toIntExact(FrameDescriptor.frameLength(ElementType.FLOAT32, values, 0)))) {
            return measure(context, agents, bare);
        }
    }

    private static Findings measure(Context context, TwoAgents agents, BarePaho bare) {
        int inferences = context.get(INFERENCES);
        int trips = inferences * context.get(ROUNDS);
        for (int done = 0; done < context.get(WARMUP); done += inferences) {
            infer(agents, inferences);
            bare.roundTrips(trips);
        }
        List<TwoAgents.Inference> all = new ArrayList<>();
        List<double[]> bareBlocks = new ArrayList<>();
        Series blocks = new Series("block", "bareMedianMicros", "roundMedianMicros");
        for (int block = 0; block < context.get(BLOCKS); block++) {
            List<TwoAgents.Inference> some = infer(agents, inferences);
            double[] bareSorted = sorted(bare.roundTrips(trips));
            all.addAll(some);
            bareBlocks.add(bareSorted);
            blocks.row(block, percentile(bareSorted, 50), percentile(rounds(some), 50));
        }
        double[] trip =
                bareBlocks.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
        double[] round = rounds(all);
        double[] total =
                sorted(all.stream().mapToLong(TwoAgents.Inference::total).toArray());
        double[] compute =
                sorted(all.stream().mapToLong(TwoAgents.Inference::compute).toArray());
        Series latency = new Series("percent", "bareMicros", "roundMicros");
        Series inference = new Series("percent", "totalMicros", "computeMicros");
        for (double percent : PERCENTS) {
            latency.row(percent, percentile(trip, percent), percentile(round, percent));
            inference.row(percent, percentile(total, percent), percentile(compute, percent));
        }
        List<Claim> claims = new ArrayList<>();
        for (int percent : new int[] {50, 95}) {
            double theirs = percentile(trip, percent);
            double ours = percentile(round, percent);
            context.say(String.format(
                    "p%d: round %.0f us, bare round trip %.0f us (%d of each)", percent, ours, theirs, round.length));
            claims.add(Claim.atMost("round-to-bare-round-trip-p" + percent, MOST_RATIO, ours / theirs, true));
        }
        Map<String, Series> series = new LinkedHashMap<>();
        series.put("latency", latency);
        series.put("inference", inference);
        series.put("blocks", blocks);
        return new Findings(claims, series, List.of(figure(trip, round)));
    }

    private static List<TwoAgents.Inference> infer(TwoAgents agents, int count) {
        List<TwoAgents.Inference> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(agents.infer());
        }
        return all;
    }

    private static double[] rounds(List<TwoAgents.Inference> inferences) {
        return sorted(inferences.stream()
                .flatMapToLong(inference -> Arrays.stream(inference.rounds()))
                .toArray());
    }

    /** In microseconds. */
    private static double[] sorted(long[] nanos) {
        return Arrays.stream(nanos).sorted().mapToDouble(each -> each / 1e3).toArray();
    }

    /** The smallest of the sorted numbers that at least {@code percent} of 100 of them do not exceed. */
    static double percentile(double[] sorted, double percent) {
        if (sorted.length == 0) {
            throw new UnfitException("a percentile needs at least one number");
        }
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return sorted[Math.max(1, rank) - 1];
    }

    private static Figure figure(double[] trip, double[] round) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title("One round between two agents and a bare round trip")
                .xAxisTitle("microseconds")
                .yAxisTitle("% that take at most this long")
                .build();
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideSE);
        line(chart, "bare Paho round trip", trip);
        line(chart, "round between agents", round);
        return Figure.png("latencies", chart);
    }

    private static void line(XYChart chart, String name, double[] sorted) {
        int points = Math.min(POINTS, sorted.length);
        double[] x = new double[points];
        double[] y = new double[points];
        for (int i = 0; i < points; i++) {
            y[i] = 100.0 * (i + 1) / points;
            x[i] = percentile(sorted, y[i]);
        }
        chart.addSeries(name, x, y).setMarker(SeriesMarkers.NONE);
    }
}
