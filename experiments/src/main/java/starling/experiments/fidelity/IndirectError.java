package starling.experiments.fidelity;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import starling.codes.indirect.DitheredIndirectCode;
import starling.codes.indirect.IndirectCode;
import starling.codes.indirect.LayerSignals;
import starling.codes.indirect.PointIndirectCode;
import starling.codes.quantize.LloydMaxQuantizer;
import starling.codes.quantize.Packing;
import starling.codes.random.Draw;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.experiments.workers.Gradients;
import starling.experiments.workers.Indirect;
import starling.experiments.workers.Tensor;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;

/**
 * Figure 3.3 of the thesis: the error of the gradient of the second hidden layer at 40 % accuracy, by naive, least-squares and
 * dithered indirect quantization of its factors, beside the best direct scalar quantizer of the gradient (Lloyd-Max) with as many
 * points. With K points dithered quantization has K_x = K_d = (K - 1) / 2, odd K only.
 */
public final class IndirectError implements Experiment {
    private static final String DIRECT = "direct";
    private static final String NAIVE = "naive";
    private static final String LEAST_SQUARES = "least-squares";
    private static final String DITHERED = "dithered";
    private static final Parameter<DataSpec> DATA =
            new Parameter<>("data", "DATA", "builtin:mnist", "builtin:mnist", "what is learned", DataSpec::parse);
    private static final Parameter<Integer> BATCH =
            Parameter.integer("batch", 128, 32, 1, 10_000, "samples of a gradient");
    private static final Parameter<Integer> REPEATS =
            Parameter.integer("repeats", 10, 2, 1, 1000, "batches that are measured");
    private static final Parameter<List<Integer>> POINTS =
            Parameter.list("points", "counts from 2 to 16", "2,3,4,5,6,7,8,9", "2,3", "points of a factor", text -> {
                int points = Integer.parseInt(text);
                if (points < 2 || points > 16) {
                    throw new IllegalArgumentException("out of bounds: " + points);
                }
                return points;
            });

    @Override
    public String name() {
        return "fig3-3";
    }

    @Override
    public String description() {
        return "Figure 3.3: errors of indirect quantization beside the best direct quantizer.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(DATA, BATCH, REPEATS, POINTS);
    }

    @Override
    public Findings run(Context context) {
        Dataset train = context.open(DATA, Split.TRAIN);
        Dataset test = context.open(DATA, context.get(DATA).part(Split.TEST, 1000), Split.TEST);
        LayerStages.Stage stage = LayerStages.of(
                        context, train, test, List.of(0.4), context.get(BATCH), context.get(REPEATS))
                .get(0);
        Series table = Series.ofRecords("points", "method", "nmse", "bitsPerWeight");
        Map<String, List<double[]>> curves = new LinkedHashMap<>();
        for (int points : context.get(POINTS)) {
            for (String method : List.of(DIRECT, NAIVE, LEAST_SQUARES, DITHERED)) {
                if (method.equals(DITHERED) && points % 2 == 0) {
                    continue;
                }
                double[] found = measure(stage, method, points);
                table.entry(points, method, found[0], found[1]);
                curves.computeIfAbsent(method, one -> new ArrayList<>()).add(new double[] {points, found[0]});
                context.say(String.format(
                        Locale.ROOT,
                        "%d points, %s: error %.4f, %.4f bit per weight",
                        points,
                        method,
                        found[0],
                        found[1]));
            }
        }
        List<Claim> claims = List.of(
                Claim.atMost("most-error-of-least-squares-to-naive", 1, most(curves, LEAST_SQUARES, NAIVE), true),
                Claim.atMost("most-error-of-least-squares-to-direct", 1, most(curves, LEAST_SQUARES, DIRECT), false)
                        .because(
                                "with few points two factors have two errors; their bits are about half of the direct quantizer's"),
                Claim.atMost("most-error-of-dithered-to-direct", 1, most(curves, DITHERED, DIRECT), false)
                        .because("an unbiased gradient has more error than the nearest one"));
        XYChart chart = new XYChartBuilder()
                .width(800)
                .height(500)
                .title("second hidden layer at 40 % accuracy")
                .xAxisTitle("points")
                .yAxisTitle("error")
                .build();
        curves.forEach((method, points) -> chart.addSeries(
                method,
                points.stream().mapToDouble(point -> point[0]).toArray(),
                points.stream().mapToDouble(point -> point[1]).toArray()));
        return new Findings(claims, Map.of("errors", table), List.of(Figure.png("errors", chart)));
    }

    private static double most(Map<String, List<double[]>> curves, String of, String than) {
        double most = 0;
        for (double[] point : Objects.requireNonNull(curves.getOrDefault(of, List.of()))) {
            for (double[] other : Objects.requireNonNull(curves.getOrDefault(than, List.of()))) {
                if (point[0] == other[0]) {
                    most = Math.max(most, point[1] / other[1]);
                }
            }
        }
        return most;
    }

    /** Error and bits per weight, the means over the batches. */
    private static double[] measure(LayerStages.Stage stage, String method, int points) {
        Tensor tensor = stage.second();
        double[] found = new double[2];
        int round = 0;
        for (Gradients batch : stage.batches()) {
            float[] gradient = batch.of(tensor);
            Draw draw = new Draw(1, 0, round++, 0);
            byte[] message;
            float[] decoded;
            if (method.equals(DIRECT)) {
                LloydMaxQuantizer quantizer = LloydMaxQuantizer.fitted(points, Packing.ADAPTIVE);
                message = quantizer.encode(gradient, draw);
                decoded = quantizer.decode(message, draw, gradient.length);
            } else {
                LayerSignals signals = Indirect.signals(batch, Objects.requireNonNull(tensor.dense()), tensor);
                IndirectCode code = code(method, points);
                message = code.encode(signals, draw);
                decoded = code.decode(message, draw, signals.shape()).gradient();
            }
            found[0] += LayerStages.error(decoded, gradient) / stage.batches().size();
            found[1] += (double) Byte.SIZE
                    * message.length
                    / gradient.length
                    / stage.batches().size();
        }
        return found;
    }

    private static IndirectCode code(String method, int points) {
        return switch (method) {
            case NAIVE -> PointIndirectCode.naive(points, points);
            case LEAST_SQUARES -> PointIndirectCode.leastSquares(points, points, 1, 0);
            default -> new DitheredIndirectCode((points - 1) / 2, (points - 1) / 2);
        };
    }
}
