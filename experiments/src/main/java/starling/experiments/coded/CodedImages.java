package starling.experiments.coded;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import starling.codes.computation.Matrix;
import starling.codes.uep.ProtectionScheme;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.models.UnfitException;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.zoo.Zoo;

/**
 * Figure 1 of Tegin et al.: a network with convolutions learns images, first without stragglers, then with the products of its dense layers
 * computed by workers under a deadline; convolutions are computed in one place, and the weight gradient (22) of the last layer is
 * uncoded. The paper's network has 7200-512-256-10 dense numbers and learns for 120 epochs; here it is one of the zoo's smaller ones
 * and fewer steps unless told otherwise.
 */
public final class CodedImages implements Experiment {
    private static final Parameter<DataSpec> DATA = new Parameter<>(
            "data",
            "DATA",
            "cifar10:../shared/data/cifar10,mean=0.5,std=0.25",
            "cifar10:../shared/data/cifar10,mean=0.5,std=0.25",
            "what is learned",
            DataSpec::parse);
    private static final Parameter<String> NETWORK = new Parameter<>(
            "network",
            "lenet-5 or uep-cifar",
            "lenet-5",
            "lenet-5",
            "of the zoo; uep-cifar is the paper's",
            CodedImages::network);
    private static final Parameter<Integer> BEFORE =
            Parameter.integer("before", 2500, 20, 0, 1_000_000, "mini-batches without stragglers at first");
    private static final Parameter<Integer> STEPS =
            Parameter.integer("steps", 2000, 10, 1, 1_000_000, "mini-batches after them");
    private static final Parameter<Integer> EVERY =
            Parameter.integer("every", 500, 10, 1, 1_000_000, "steps between judgements");
    private static final Parameter<Double> RATE =
            Parameter.number("rate", 0.02, 0.02, 1e-9, 100, "of learning; the paper has 0.01");
    private static final Parameter<Double> DEADLINE = Parameter.number("deadline", 1, 1, 0, 1e6, "T_max");
    private static final Parameter<Double> LAMBDA =
            Parameter.number("lambda", 0.5, 0.5, 1e-6, 1e6, "rate of a worker's time before it is scaled");
    private static final Parameter<Integer> TEST =
            Parameter.integer("test", 2000, 200, 1, 1_000_000, "test images, at most");
    /** Of the difference of two accuracies on as many images: more comes about by chance with a probability of 0.001. */
    private static final double DEVIATIONS = 3;

    private static final int NAMED_STEPS = 2000;
    private static final int THREADS = 1;
    private static final int JUDGED_AT_ONCE = 250;

    @Override
    public String name() {
        return "uep-cifar";
    }

    @Override
    public String description() {
        return "Tegin et al., Figure 1: learning images by coded back-propagation of the dense layers.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(
                DATA,
                NETWORK,
                BEFORE,
                STEPS,
                EVERY,
                CodedTraining.BATCH,
                RATE,
                DEADLINE,
                LAMBDA,
                CodedTraining.BACK,
                CodedTraining.EVEN,
                CodedTraining.GRADIENT_THRESHOLDS,
                CodedTraining.OTHER_THRESHOLDS,
                TEST,
                Parameters.SEED);
    }

    private static String network(String name) {
        if (!name.equals("lenet-5") && !name.equals("uep-cifar")) {
            throw new IllegalArgumentException("unknown network: " + name);
        }
        return name;
    }

    @Override
    public Findings run(Context context) {
        Dataset train = context.open(DATA, Split.TRAIN);
        Dataset test = context.open(DATA, context.get(DATA).part(Split.TEST, context.get(TEST)), Split.TEST);
        long seed = Parameters.seed(context);
        ModelProto model = Zoo.network(context.get(NETWORK)).stage().builder().build(train.sampleShape(), 1, seed);
        DenseNetwork first = DenseNetwork.of(model);
        Map<String, List<double[]>> curves = new LinkedHashMap<>();
        Series table = Series.ofRecords("scheme", "steps", "accuracy", "answers", "load");
        try (ConvolutionTrunk trunk =
                new ConvolutionTrunk(model, first.weight(0).rows(), THREADS)) {
            Course course = new Course(context, train, test, trunk);
            CodedProducts central = course.products(ProtectionScheme.none(), first.layers());
            for (int step = 0; step < context.get(BEFORE); step++) {
                course.step(first, central, step);
            }
            double start = course.accuracy(first);
            context.say(String.format(
                    Locale.ROOT, "after %d steps without stragglers: %.2f %%", context.get(BEFORE), 100 * start));
            Map<String, float[]> state = trunk.state();
            for (ProtectionScheme scheme : schemes()) {
                trunk.restore(state);
                DenseNetwork network = first.copy();
                CodedProducts products = course.products(scheme, network.layers());
                List<double[]> points = course.run(network, products);
                points.add(0, new double[] {context.get(BEFORE), start});
                curves.put(scheme.name(), points);
                table.entry(
                        scheme.name(),
                        points.stream().map(point -> point[0]).toList(),
                        points.stream().map(point -> point[1]).toList(),
                        products.answers.mean(),
                        products.load.mean());
                context.say(String.format(Locale.ROOT, "%s: %.2f %%", scheme, 100 * last(points)));
            }
        }
        return new Findings(
                claims(context, curves), Map.of("uep-cifar", table), List.of(Figure.png("uep-cifar", chart(curves))));
    }

    /** Those of the figure: both partitionings, without factor coding. */
    private static List<ProtectionScheme> schemes() {
        return TrainingSchemes.all().stream()
                .filter(scheme -> !scheme.name().contains("-factor-"))
                .toList();
    }

    /** One network's learning, of dense layers elsewhere and convolutions here. */
    private record Course(Context context, Dataset train, Dataset test, ConvolutionTrunk trunk) {
        CodedProducts products(ProtectionScheme scheme, int layers) {
            return new CodedProducts(
                    new CodedProducts.Setting(
                            scheme,
                            scheme.awaited() ? ProtectionScheme.uncoded(scheme.partition()) : scheme,
                            context.get(CodedTraining.BACK) ? scheme : ProtectionScheme.none(),
                            context.get(LAMBDA),
                            context.get(DEADLINE),
                            false,
                            context.get(CodedTraining.EVEN),
                            false,
                            context.get(CodedTraining.GRADIENT_THRESHOLDS),
                            context.get(CodedTraining.OTHER_THRESHOLDS)),
                    layers,
                    ~Parameters.seed(context));
        }

        void step(DenseNetwork network, CodedProducts products, int step) {
            int[] chosen = CodedCourse.drawn(train, context.get(CodedTraining.BATCH), Parameters.seed(context), step);
            float[] samples = samples(train, chosen);
            Matrix features = trunk.forward(samples, chosen.length);
            List<Matrix> values = network.forward(features);
            Matrix loss = DenseNetwork.lossGradient(values.get(network.layers()), labels(train, chosen));
            DenseNetwork.Backward backward = network.backward(values, loss, products, true);
            double rate = context.get(RATE);
            network.move(backward, rate);
            trunk.move(samples, features, Objects.requireNonNull(backward.inputs()), rate);
        }

        List<double[]> run(DenseNetwork network, CodedProducts products) {
            List<double[]> points = new ArrayList<>();
            int before = context.get(BEFORE);
            int steps = context.get(STEPS);
            for (int step = 0; step < steps; step++) {
                step(network, products, before + step);
                if ((step + 1) % context.get(EVERY) == 0 || step + 1 == steps) {
                    points.add(new double[] {before + step + 1.0, accuracy(network)});
                }
            }
            return points;
        }

        double accuracy(DenseNetwork network) {
            int right = 0;
            for (int from = 0; from < test.count(); from += JUDGED_AT_ONCE) {
                int[] chosen = IntStream.range(from, Math.min(test.count(), from + JUDGED_AT_ONCE))
                        .toArray();
                Matrix features = trunk.forward(samples(test, chosen), chosen.length);
                right += DenseNetwork.right(network.forward(features).get(network.layers()), labels(test, chosen));
            }
            return (double) right / test.count();
        }
    }

    private static float[] samples(Dataset data, int[] chosen) {
        float[] samples = new float[chosen.length * data.elements()];
        for (int i = 0; i < chosen.length; i++) {
            data.read(chosen[i], samples, i * data.elements());
        }
        return samples;
    }

    private static int[] labels(Dataset data, int[] chosen) {
        return IntStream.of(chosen).map(data::label).toArray();
    }

    private static double last(List<double[]> points) {
        return points.get(points.size() - 1)[1];
    }

    private static List<Claim> claims(Context context, Map<String, List<double[]>> curves) {
        boolean named = context.get(STEPS) >= NAMED_STEPS;
        double none = last(points(curves, "none"));
        double uncoded = last(points(curves, "uncoded-cxr"));
        List<Claim> claims = new ArrayList<>();
        double chance = DEVIATIONS * Math.sqrt(2 * none * (1 - none) / context.get(TEST));
        claims.add(Claim.atLeast("no-stragglers-before-uncoded", uncoded - chance, none, named));
        for (String scheme : List.of("now-cxr", "ew-cxr", "now-rxc", "ew-rxc")) {
            double found = last(points(curves, scheme));
            claims.add(Claim.atLeast("no-stragglers-before-" + scheme, found, none, false));
            claims.add(Claim.atLeast(scheme + "-before-uncoded", uncoded, found, false)
                    .because("the paper sees the gap open after 60 of 120 epochs"));
        }
        claims.add(Claim.atLeast(
                "uncoded-goes-on-learning", points(curves, "uncoded-cxr").get(0)[1], uncoded, named));
        return claims;
    }

    private static List<double[]> points(Map<String, List<double[]>> curves, String scheme) {
        List<double[]> points = curves.get(scheme);
        if (points == null) {
            throw new UnfitException("there must be a curve of " + scheme);
        }
        return points;
    }

    private static XYChart chart(Map<String, List<double[]>> curves) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title("learning images")
                .xAxisTitle("mini-batch")
                .yAxisTitle("accuracy")
                .build();
        curves.forEach((scheme, points) -> chart.addSeries(
                scheme,
                points.stream().mapToDouble(point -> point[0]).toArray(),
                points.stream().mapToDouble(point -> point[1]).toArray()));
        return chart;
    }
}
