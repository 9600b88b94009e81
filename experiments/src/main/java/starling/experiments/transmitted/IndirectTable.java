package starling.experiments.transmitted;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import starling.codes.indirect.PointIndirectCode;
import starling.codes.quantize.Packing;
import starling.codes.quantize.TernGrad;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.experiments.workers.Bits;
import starling.experiments.workers.Course;
import starling.experiments.workers.Direct;
import starling.experiments.workers.Exchange;
import starling.experiments.workers.Gradients;
import starling.experiments.workers.Indirect;
import starling.experiments.workers.Learner;
import starling.experiments.workers.Survey;
import starling.experiments.workers.Tensor;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.gradient.GradientGraph;
import starling.models.training.Optimizer;

/**
 * Table 3.3 of the thesis: 32 bits per parameter divided by the bits really sent, for indirect quantization (dense layers by
 * their two factors, two or three points each, all else ternary), 1-bit SGD and TernGrad, at three batch sizes. Direct codes
 * are counted before entropy coding, as the thesis' figures are (its 20.2 is 32 / log2 3). Its gains of indirect quantization
 * follow 32 P / (K log2 3 + b h S) with P parameters, K of them not weights of dense layers, b samples, S numbers in the
 * factors of one sample and one h, bits per number, for each network: the table has h as sent and as the thesis' gain implies,
 * and beside it the share of the factors' numbers that are not zero, which h hangs on.
 */
public final class IndirectTable implements Experiment {
    /** Gains of "1-bit ISGQ" at batch 256, 128 and 64; then 1-bit quantization and TernGrad, whatever the batch. */
    private static final Map<String, double[]> PAPER = Map.of(
            "fc-1000-300-100", new double[] {33, 67, 133, 28.4, 20.2},
            "lenet", new double[] {56, 105, 180, 28, 20},
            "cifarnet", new double[] {38, 65, 98, 28, 20.1});

    private static final List<Integer> BATCHES = List.of(256, 128, 64);
    private static final String THREE = "isgq-3-points";
    private static final String TWO = "isgq-2-points";
    private static final String TERNARY = "terngrad";
    private static final double CLIP = 2.5;
    private static final double TOLERANCE = 0.2;
    private static final int EVERY = 10;
    private static final double RATE = 0.02;

    private static final Parameter<List<String>> NETWORKS = Parameter.list(
            "networks",
            "names of the zoo",
            "fc-1000-300-100,lenet,cifarnet",
            "fc-1000-300-100",
            "which networks",
            text -> {
                if (!PAPER.containsKey(text)) {
                    throw new IllegalArgumentException("not in the table: " + text);
                }
                return text;
            });
    private static final Parameter<Integer> ROUNDS =
            Parameter.integer("rounds", 41, 11, 1, 100_000, "rounds of learning; every tenth is counted");
    private static final Parameter<DataSpec> MNIST = new Parameter<>(
            "mnist",
            "DATA",
            "builtin:mnist,mean=0.5",
            "builtin:mnist,mean=0.5",
            "what the MNIST networks learn",
            DataSpec::parse);
    private static final Parameter<DataSpec> CIFAR = new Parameter<>(
            "cifar10",
            "DATA",
            "cifar10:../shared/data/cifar10,mean=0.5",
            "cifar10:../shared/data/cifar10,mean=0.5",
            "what cifarnet learns",
            DataSpec::parse);

    @Override
    public String name() {
        return "table3-3";
    }

    @Override
    public String description() {
        return "Table 3.3: compression gains of indirect quantization at three batch sizes, beside direct codes.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(NETWORKS, ROUNDS, MNIST, CIFAR);
    }

    @Override
    public Findings run(Context context) {
        Series table =
                Series.ofRecords("network", "batch", "method", "gain", "paper", "bitsPerSignal", "paperBitsPerSignal");
        Series sparsity = Series.ofRecords("network", "batch", "layer", "forwardNotZero", "backwardNotZero");
        List<Claim> claims = new ArrayList<>();
        for (String network : context.get(NETWORKS)) {
            Dataset train =
                    context.get(network.equals("cifarnet") ? CIFAR : MNIST).open(Split.TRAIN, context.seed());
            double[] paper = PAPER.getOrDefault(network, new double[5]);
            for (int column = 0; column < BATCHES.size(); column++) {
                Course course = new Course(
                        network,
                        train,
                        train,
                        1,
                        BATCHES.get(column),
                        context.get(ROUNDS),
                        new Optimizer.Sgd(0.9, 0),
                        RATE,
                        1,
                        context.get(ROUNDS),
                        context.seed());
                Map<String, Bits> bits = new Survey(course, 0, EVERY).of(exchanges(), true);
                Size size = sparsity(course, network, sparsity);
                double[] papers = {paper[column], paper[column], paper[3], paper[4]};
                int row = 0;
                for (String method : List.of(THREE, TWO, ThesisCodes.ONE_BIT, TERNARY)) {
                    boolean direct = row > 1;
                    Bits found = bits.getOrDefault(method, Bits.NONE);
                    double gain = size.floats() / (direct ? found.raw() : found.sent());
                    double signal = direct ? Double.NaN : size.bitsPerSignal(gain, course.batch());
                    double papersSignal = direct ? Double.NaN : size.bitsPerSignal(papers[row], course.batch());
                    table.entry(network, course.batch(), method, gain, papers[row], signal, papersSignal);
                    context.say(String.format(
                            Locale.ROOT,
                            "%s, batch %d, %s: gain %.1f (paper %.1f)%s",
                            network,
                            course.batch(),
                            method,
                            gain,
                            papers[row],
                            direct
                                    ? ""
                                    : String.format(
                                            Locale.ROOT,
                                            ", %.3f bits per number of the factors (paper %.3f), of which %.1f %% are not zero",
                                            signal,
                                            papersSignal,
                                            100 * size.notZero())));
                    if (row != 1) {
                        claims.add(Claim.near(
                                        "gain-" + method + "-" + network + "-batch-" + course.batch(),
                                        papers[row],
                                        gain,
                                        TOLERANCE * papers[row],
                                        false)
                                .because(String.format(
                                        Locale.ROOT,
                                        "gains follow the bits per number of the factors, here %.3f where the paper's gain"
                                                + " implies %.3f, and these the share that is not zero, here %.3f",
                                        signal,
                                        papersSignal,
                                        size.notZero())));
                    }
                    row++;
                }
            }
        }
        return new Findings(claims, Map.of("table3-3", table, "sparsity", sparsity), List.of());
    }

    private static List<Exchange> exchanges() {
        TernGrad ternary = new TernGrad(CLIP, Packing.FIXED);
        return List.of(
                new Indirect(THREE, PointIndirectCode.leastSquares(3, 3, 1, 0), ternary),
                new Indirect(TWO, PointIndirectCode.leastSquares(2, 2, 1, 0), ternary),
                ThesisCodes.oneBit(),
                new Direct(TERNARY, ternary));
    }

    /**
     * What there is to send.
     *
     * @param parameters P
     * @param rest K
     * @param signals S
     * @param notZero the share of the factors' numbers that are not zero at the start
     */
    private record Size(long parameters, long rest, long signals, double notZero) {
        double floats() {
            return (double) Float.SIZE * parameters;
        }

        /** h of a gain. */
        double bitsPerSignal(double gain, int batch) {
            return (floats() / gain - rest * Math.log(3) / Math.log(2)) / ((double) batch * signals);
        }
    }

    /** Notes how many of the signals are not zero at the start. */
    private static Size sparsity(Course course, String network, Series sparsity) {
        try (Learner learner = course.learner(true)) {
            Gradients gradients = course.gradients(learner, 0).get(0);
            long rest = learner.parameterCount();
            long signals = 0;
            double present = 0;
            for (Tensor tensor : learner.tensors()) {
                GradientGraph.Signals dense = tensor.dense();
                if (dense != null) {
                    float[] forward = gradients.signal(dense.forward());
                    float[] backward = gradients.signal(dense.backward());
                    sparsity.entry(network, course.batch(), tensor.name(), notZero(forward), notZero(backward));
                    rest -= tensor.length();
                    signals += forward.length + backward.length;
                    present += notZero(forward) * forward.length + notZero(backward) * backward.length;
                }
            }
            return new Size(
                    learner.parameterCount(), rest, signals / gradients.samples(), present / Math.max(1, signals));
        }
    }

    private static double notZero(float[] signal) {
        int count = 0;
        for (float value : signal) {
            count += value != 0 ? 1 : 0;
        }
        return (double) count / signal.length;
    }
}
