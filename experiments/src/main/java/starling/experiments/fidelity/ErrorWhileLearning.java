package starling.experiments.fidelity;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import starling.codes.gradient.GradientCode;
import starling.codes.quantize.Packing;
import starling.codes.quantize.StochasticQuantizer;
import starling.codes.random.Draw;
import starling.codes.rotated.RotatedDitheredCode;
import starling.codes.sampling.QcsBounds;
import starling.codes.sampling.QcsCode;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.experiments.workers.Course;
import starling.experiments.workers.Gradients;
import starling.experiments.workers.Learner;
import starling.experiments.workers.Tensor;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.training.Optimizer;

/**
 * Figure 4.2 of the thesis: the relative error ||g~ - g||^2 / ||g||^2 of whole gradients while LeNet learns, against its
 * accuracy: nearly constant for compressive sampling and the default code, and not for stochastic quantization.
 */
public final class ErrorWhileLearning implements Experiment {
    private static final Parameter<DataSpec> DATA = new Parameter<>(
            "data",
            "DATA",
            "builtin:mnist",
            "builtin:mnist",
            "what is learned; judged on its split=test",
            DataSpec::parse);
    private static final Parameter<Integer> STAGES =
            Parameter.integer("stages", 8, 3, 2, 1000, "times that errors are measured");
    private static final Parameter<Integer> ROUNDS =
            Parameter.integer("rounds", 15, 5, 1, 100_000, "steps between them");
    private static final Parameter<Integer> DRAWS =
            Parameter.integer("draws", 8, 4, 2, 1000, "draws of each code at a stage");
    private static final int BLOCK = 256;
    private static final int BATCH = 64;

    @Override
    public String name() {
        return "fig4-2";
    }

    @Override
    public String description() {
        return "Figure 4.2: the relative error of compressed gradients while LeNet learns.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(DATA, STAGES, ROUNDS, DRAWS);
    }

    private static Map<String, GradientCode> codes() {
        Map<String, GradientCode> codes = new LinkedHashMap<>();
        codes.put("qcs-gain-20", QcsCode.ofGain(BLOCK, 20));
        codes.put("qcs-gain-32", QcsCode.ofGain(BLOCK, 32));
        codes.put("qcs-gain-100", QcsCode.ofGain(BLOCK, 100));
        codes.put("qsg-gain-20", new StochasticQuantizer(StochasticQuantizer.Norm.LARGEST, 1, Packing.FIXED));
        codes.put("default-gain-32", RotatedDitheredCode.ofBits(1));
        return codes;
    }

    @Override
    public Findings run(Context context) {
        Dataset train = context.open(DATA, Split.TRAIN);
        Dataset test = context.open(DATA, context.get(DATA).part(Split.TEST, 1000), Split.TEST);
        Course course =
                new Course("lenet", train, test, 1, BATCH, 1, new Optimizer.Sgd(0.9, 0), 0.02, 1, 1, context.seed());
        Map<String, Series> series = new LinkedHashMap<>();
        codes().keySet().forEach(name -> series.put(name, new Series("accuracy", "meanError", "deviation", "gain")));
        try (Learner learner = course.learner(false)) {
            int round = 0;
            for (int stage = 0; stage < context.get(STAGES); stage++) {
                Gradients gradients = course.gradients(learner, round).get(0);
                double accuracy = learner.accuracy(test);
                codes().forEach((name, code) -> {
                    Series rows = series.get(name);
                    if (rows != null) {
                        measure(code, learner, gradients, accuracy, context, rows);
                    }
                });
                context.say("stage " + (stage + 1) + ": accuracy " + accuracy);
                for (int step = 0; step < context.get(ROUNDS); step++) {
                    Gradients now = course.gradients(learner, ++round).get(0);
                    learner.move(learner.tensors().stream().map(now::of).toList(), course.rate());
                }
            }
        }
        return new Findings(claims(series), series, List.of(figure(series)));
    }

    private static void measure(
            GradientCode code, Learner learner, Gradients gradients, double accuracy, Context context, Series rows) {
        double sum = 0;
        double squares = 0;
        double bits = 0;
        int draws = context.get(DRAWS);
        for (int draw = 0; draw < draws; draw++) {
            double wrong = 0;
            double whole = 0;
            for (Tensor tensor : learner.tensors()) {
                float[] gradient = gradients.of(tensor);
                Draw own = new Draw(context.seed(), 0, draw, tensor.number());
                byte[] message = code.encode(gradient, own);
                float[] decoded = code.decode(message, own, gradient.length);
                bits += (double) Byte.SIZE * message.length;
                for (int i = 0; i < gradient.length; i++) {
                    wrong += ((double) decoded[i] - gradient[i]) * ((double) decoded[i] - gradient[i]);
                    whole += (double) gradient[i] * gradient[i];
                }
            }
            sum += wrong / whole;
            squares += wrong / whole * wrong / whole;
        }
        double mean = sum / draws;
        double deviation = Math.sqrt(Math.max(0, squares / draws - mean * mean));
        rows.row(accuracy, mean, deviation, Float.SIZE * (double) learner.parameterCount() * draws / bits);
    }

    private static List<Claim> claims(Map<String, Series> series) {
        List<Claim> claims = new ArrayList<>();
        double spread = 0;
        double largest = 0;
        for (String gain : List.of("20", "32", "100")) {
            double bound = QcsBounds.choose(Double.parseDouble(gain), BLOCK).gamma();
            for (double error : column(series, "qcs-gain-" + gain, "meanError")) {
                largest = Math.max(largest, error / bound);
            }
        }
        double[] qcs = column(series, "qcs-gain-20", "deviation");
        double[] means = column(series, "qcs-gain-20", "meanError");
        for (int i = 0; i < qcs.length; i++) {
            spread = Math.max(spread, qcs[i] / means[i]);
        }
        claims.add(Claim.atMost("qcs-error-to-its-bound-gamma", 1.02, largest, false));
        claims.add(Claim.atMost("spread-of-the-qcs-error-around-its-mean", 0.05, spread, false));
        return claims;
    }

    private static double[] column(Map<String, Series> series, String name, String column) {
        Series found = series.get(name);
        return found == null ? new double[0] : found.column(column);
    }

    private static Figure figure(Map<String, Series> series) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title("relative error of gradients while LeNet learns")
                .xAxisTitle("accuracy")
                .yAxisTitle("||error||^2 / ||gradient||^2")
                .build();
        chart.getStyler().setYAxisLogarithmic(true);
        series.forEach((name, rows) ->
                chart.addSeries(name, rows.column("accuracy"), rows.column("meanError"), rows.column("deviation")));
        return Figure.png("fig4-2", chart);
    }
}
