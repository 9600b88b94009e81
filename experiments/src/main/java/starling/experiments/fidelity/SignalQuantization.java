package starling.experiments.fidelity;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
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
import starling.experiments.workers.Tensor;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.gradient.GradientGraph;

/**
 * Figure 3.2 of the thesis: how sparse the factors X and Delta of dense layers and their gradients are while the network learns, and,
 * for the second hidden layer at 40 % accuracy, the error and the entropy of each after Lloyd-Max quantization.
 */
public final class SignalQuantization implements Experiment {
    private static final double EARLY = 0.4;
    private static final Parameter<DataSpec> DATA =
            new Parameter<>("data", "DATA", "builtin:mnist", "builtin:mnist", "what is learned", DataSpec::parse);
    private static final Parameter<Integer> BATCH =
            Parameter.integer("batch", 128, 32, 1, 10_000, "samples of a gradient");
    private static final Parameter<Integer> REPEATS =
            Parameter.integer("repeats", 10, 2, 1, 1000, "batches that are measured at each stage");
    private static final Parameter<List<Integer>> LEVELS =
            Parameter.list("levels", "counts from 2 to 64", "2,3,4,5,6,7,8", "2,4", "points of the quantizer", text -> {
                int levels = Integer.parseInt(text);
                if (levels < 2 || levels > 64) {
                    throw new IllegalArgumentException("out of bounds: " + levels);
                }
                return levels;
            });

    @Override
    public String name() {
        return "fig3-2";
    }

    @Override
    public String description() {
        return "Figure 3.2: sparsity, error and entropy of gradients and of the factors that make them.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(DATA, BATCH, REPEATS, LEVELS);
    }

    @Override
    public Findings run(Context context) {
        Dataset train = context.open(DATA, Split.TRAIN);
        Dataset test = context.open(DATA, context.get(DATA).part(Split.TEST, 1000), Split.TEST);
        List<LayerStages.Stage> stages = LayerStages.of(
                context, train, test, List.of(0.0, EARLY, 0.7, 0.85), context.get(BATCH), context.get(REPEATS));
        Series sparsity = Series.ofRecords("accuracy", "layer", "forward", "backward", "gradient");
        Series quantized = Series.ofRecords("levels", "vector", "nmse", "entropy");
        List<Claim> claims = new ArrayList<>();
        for (LayerStages.Stage stage : stages) {
            for (Tensor tensor : stage.tensors()) {
                if (tensor.dense() != null) {
                    double[] shares = shares(stage, tensor);
                    sparsity.entry(stage.accuracy(), tensor.name(), shares[0], shares[1], shares[2]);
                    if (stage.wanted() == EARLY && tensor.equals(stage.second())) {
                        claims.add(Claim.atMost(
                                "non-zeros-of-x-to-those-of-the-gradient", 1, shares[0] / shares[2], true));
                        claims.add(Claim.atMost(
                                "non-zeros-of-delta-to-those-of-the-gradient", 1, shares[1] / shares[2], true));
                    }
                }
            }
        }
        LayerStages.Stage early = stages.get(1);
        Map<String, double[][]> curves = new LinkedHashMap<>();
        List<Integer> levels = context.get(LEVELS);
        for (String what : List.of("x", "delta", "gradient")) {
            double[][] curve = new double[2][levels.size()];
            for (int i = 0; i < levels.size(); i++) {
                double[] found = quantize(early, what, levels.get(i));
                curve[0][i] = found[0];
                curve[1][i] = found[1];
                quantized.entry(levels.get(i), what, found[0], found[1]);
                context.say(String.format(
                        Locale.ROOT,
                        "%s, %d points: error %.4f, entropy %.3f bit",
                        what,
                        levels.get(i),
                        found[0],
                        found[1]));
            }
            curves.put(what, curve);
        }
        for (String what : List.of("x", "delta")) {
            claims.add(Claim.atMost(
                    "most-error-of-" + what + "-to-that-of-the-gradient", 1, most(curves, what, 0), false));
            claims.add(Claim.atMost(
                    "most-entropy-of-" + what + "-to-that-of-the-gradient", 1, most(curves, what, 1), false));
        }
        return new Findings(
                claims,
                Map.of("sparsity", sparsity, "quantized", quantized),
                List.of(chart("nmse", "error", levels, curves, 0), chart("entropy", "bit", levels, curves, 1)));
    }

    private static double most(Map<String, double[][]> curves, String what, int which) {
        double[] of = Objects.requireNonNull(curves.get(what))[which];
        double[] than = Objects.requireNonNull(curves.get("gradient"))[which];
        double most = 0;
        for (int i = 0; i < of.length; i++) {
            most = Math.max(most, of[i] / than[i]);
        }
        return most;
    }

    /** Shares of numbers that are not zero in X, Delta and their gradient, the means over the batches. */
    private static double[] shares(LayerStages.Stage stage, Tensor tensor) {
        double[] shares = new double[3];
        for (Gradients batch : stage.batches()) {
            shares[0] += share(vector(batch, tensor, "x")) / stage.batches().size();
            shares[1] += share(vector(batch, tensor, "delta")) / stage.batches().size();
            shares[2] +=
                    share(vector(batch, tensor, "gradient")) / stage.batches().size();
        }
        return shares;
    }

    private static double share(float[] vector) {
        int count = 0;
        for (float number : vector) {
            count += number == 0 ? 0 : 1;
        }
        return (double) count / vector.length;
    }

    private static float[] vector(Gradients batch, Tensor tensor, String what) {
        GradientGraph.Signals factors = Objects.requireNonNull(tensor.dense());
        return switch (what) {
            case "x" -> batch.signal(factors.forward());
            case "delta" -> batch.signal(factors.backward());
            default -> batch.of(tensor);
        };
    }

    /** Error and entropy, the means over the batches. */
    private static double[] quantize(LayerStages.Stage stage, String what, int points) {
        LloydMaxQuantizer quantizer = LloydMaxQuantizer.fitted(points, Packing.FIXED);
        double[] found = new double[2];
        for (Gradients batch : stage.batches()) {
            float[] vector = vector(batch, stage.second(), what);
            Draw draw = new Draw(0, 0, 0, 0);
            float[] decoded = quantizer.decode(quantizer.encode(vector, draw), draw, vector.length);
            found[0] += LayerStages.error(decoded, vector) / stage.batches().size();
            found[1] += entropy(decoded) / stage.batches().size();
        }
        return found;
    }

    private static double entropy(float[] decoded) {
        Map<Float, Integer> counts = new HashMap<>();
        for (float number : decoded) {
            counts.merge(number, 1, Integer::sum);
        }
        double entropy = 0;
        for (int count : counts.values()) {
            double share = (double) count / decoded.length;
            entropy -= share * Math.log(share) / Math.log(2);
        }
        return entropy;
    }

    private static Figure chart(
            String name, String unit, List<Integer> levels, Map<String, double[][]> curves, int which) {
        XYChart chart = new XYChartBuilder()
                .width(800)
                .height(500)
                .title("second hidden layer at 40 % accuracy, Lloyd-Max")
                .xAxisTitle("points")
                .yAxisTitle(unit)
                .build();
        double[] x = levels.stream().mapToDouble(level -> level).toArray();
        curves.forEach((what, curve) -> chart.addSeries(what, x, curve[which]));
        return Figure.png(name, chart);
    }
}
