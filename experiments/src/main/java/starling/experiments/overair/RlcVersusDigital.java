package starling.experiments.overair;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import starling.codes.channel.ChannelGains;
import starling.codes.channel.ChannelRound;
import starling.codes.channel.MultipleAccessChannel;
import starling.codes.gradient.GradientCode;
import starling.codes.overair.LinearCodeError;
import starling.codes.overair.PowerControl;
import starling.codes.overair.PowerReport;
import starling.codes.overair.RandomLinearCode;
import starling.codes.overair.RoundCode;
import starling.codes.overair.Sender;
import starling.codes.random.Draw;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;

/**
 * Random linear coding over the air beside digital codes at as many channel uses: the error of the mean of all gradients, relative to its
 * square, for gradients that nearly agree and for such that have nothing in common. RLC sends m = d / gain code numbers, one a
 * channel use, all nodes at once. Digitally, K nodes send one after another, m / K channel uses each at the capacity C = 1/2
 * log2(1 + SNR) bit: with the power of RLC's symbols, as the thesis counts, or with RLC's energy of a frame in these m / K
 * symbols, so K times the power, which is fair to a node's battery.
 */
public final class RlcVersusDigital implements Experiment {
    private static final Parameter<Integer> LENGTH =
            Parameter.integer("d", 1 << 16, 1 << 12, 64, 1 << 24, "numbers of a gradient");
    private static final Parameter<Double> GAIN =
            Parameter.number("gain", 20, 20, 1, 1e6, "numbers of a gradient for one channel use");
    private static final Parameter<List<Double>> SNR =
            numbers("snr", "0,9,18,30", "18", -20, 60, "signal to noise of one code number, dB");
    private static final Parameter<List<Integer>> NODES = Parameter.list(
            "nodes", "integers from 1 to 10000", "2,8,32,128", "2,8", "nodes that send in a round", text -> {
                int count = Integer.parseInt(text);
                if (count < 1 || count > 10_000) {
                    throw new IllegalArgumentException("out of bounds: " + count);
                }
                return count;
            });
    private static final Parameter<Integer> TRIALS =
            Parameter.integer("trials", 10, 4, 1, 10_000, "rounds with gradients and channels of their own");
    private static final Parameter<Double> SPREAD = Parameter.number(
            "spread",
            0.1,
            0.1,
            0,
            1e3,
            "of gradients that nearly agree: each one's own part, relative to the common one");

    private static Parameter<List<Double>> numbers(
            String name, String standard, String quick, double least, double most, String description) {
        return Parameter.list(name, "numbers from " + least + " to " + most, standard, quick, description, text -> {
            double value = Double.parseDouble(text);
            if (!(value >= least && value <= most)) {
                throw new IllegalArgumentException("out of bounds: " + value);
            }
            return value;
        });
    }

    @Override
    public String name() {
        return "rlc-vs-digital";
    }

    @Override
    public String description() {
        return "Random linear coding over the air beside digital codes at equal channel uses.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(LENGTH, GAIN, SNR, NODES, TRIALS, SPREAD);
    }

    /** What all gradients of a round look like. */
    private enum Likeness {
        ALIGNED,
        ORTHOGONAL
    }

    /** One place in the table. */
    private record Setting(int d, int m, double snr, int nodes, Likeness likeness) {}

    @Override
    public Findings run(Context context) {
        int d = context.get(LENGTH);
        int m = (int) Math.max(1, Math.round(d / context.get(GAIN)));
        Series table = Series.ofRecords(
                "gradients",
                "snr",
                "nodes",
                "channelUses",
                "bitsPerNumber",
                "rlc",
                "rlcByFormula",
                "qcs",
                "eden",
                "rotatedDithered",
                "rotatedDitheredOfEqualEnergy",
                "rotatedDitheredBits");
        double worst = 0;
        double mostBits = 0;
        int orthogonal = 0;
        int orthogonalWon = 0;
        int alignedLost = 0;
        int aligned = 0;
        for (Likeness likeness : Likeness.values()) {
            for (double decibels : context.get(SNR)) {
                for (int nodes : context.get(NODES)) {
                    Setting setting = new Setting(d, m, Math.pow(10, decibels / 10), nodes, likeness);
                    double[] errors = errors(setting, context);
                    double bits = 0.5 * log2(1 + setting.snr) * m / nodes / d;
                    table.entry(
                            likeness.name().toLowerCase(Locale.ROOT),
                            decibels,
                            nodes,
                            m,
                            bits,
                            errors[0],
                            errors[1],
                            errors[2],
                            errors[3],
                            errors[4],
                            errors[5],
                            errors[6]);
                    context.say(String.format(
                            Locale.ROOT,
                            "%s, %.0f dB, %d nodes: RLC %.4g (formula %.4g), QCS %.4g, EDEN %.4g, default %.4g (equal energy %.4g)",
                            likeness.name().toLowerCase(Locale.ROOT),
                            decibels,
                            nodes,
                            errors[0],
                            errors[1],
                            errors[2],
                            errors[3],
                            errors[4],
                            errors[5]));
                    worst = Math.max(worst, Math.abs(errors[0] / errors[1] - 1));
                    if (!Double.isNaN(errors[6])) {
                        mostBits = Math.max(mostBits, errors[6] / bits);
                    }
                    double digital = least(errors[2], errors[3], errors[5]);
                    if (likeness == Likeness.ORTHOGONAL && nodes > 1) {
                        orthogonal++;
                        orthogonalWon += !(digital < errors[0]) ? 1 : 0;
                    } else if (nodes > 1) {
                        aligned++;
                        alignedLost += digital < errors[0] ? 1 : 0;
                    }
                }
            }
        }
        // The relative deviation of a mean of T squared errors over m code numbers is about sqrt(2 / (m T)); six of
        // them and the
        // few numbers of a short gradient.
        double tolerance = 6 * Math.sqrt(2.0 / Math.min(m, d - m + 1) / context.get(TRIALS)) + 0.02;
        List<Claim> claims = List.of(
                Claim.atMost("rlc-off-lemma-14", tolerance, worst, true),
                Claim.atMost("bits-of-the-default-code-over-those-of-the-channel", 1.01, mostBits, true),
                Claim.atLeast("share-of-orthogonal-settings-that-rlc-wins", 1, share(orthogonalWon, orthogonal), false),
                Claim.atLeast("share-of-aligned-settings-that-rlc-wins", 1, 1 - share(alignedLost, aligned), false)
                        .because(
                                "digital errors of nodes average out where gradients agree, while RLC has (d/m - 1) of the"
                                        + " mean's square whatever the number of nodes"));
        return new Findings(claims, Map.of("rlc-vs-digital", table), charts(context, table));
    }

    private static double share(int some, int all) {
        return all == 0 ? 1 : (double) some / all;
    }

    private static double least(double... values) {
        double least = Double.POSITIVE_INFINITY;
        for (double value : values) {
            least = value < least ? value : least;
        }
        return least;
    }

    /** RLC, RLC by formula, QCS, EDEN, the default code, that at equal energy, and the bits per number it really took. */
    private static double[] errors(Setting setting, Context context) {
        double bits = 0.5 * log2(1 + setting.snr) * setting.m / setting.nodes;
        double energetic = 0.5 * log2(1 + setting.nodes * setting.snr) * setting.m / setting.nodes;
        List<Optional<GradientCode>> codes = List.of(
                EqualUses.qcs(setting.d, bits),
                EqualUses.eden(setting.d, bits),
                EqualUses.rotatedDithered(setting.d, bits),
                EqualUses.rotatedDithered(setting.d, energetic));
        int trials = context.get(TRIALS);
        double[] sums = new double[7];
        for (int trial = 0; trial < trials; trial++) {
            List<float[]> gradients =
                    gradients(setting, context.get(SPREAD), new SplittableRandom(context.seed() + trial));
            double[] mean = mean(gradients);
            Draw draw = new Draw(context.seed(), 0, trial, 0);
            double[] overAir = overTheAir(setting, gradients, mean, draw);
            sums[0] += overAir[0] / trials;
            sums[1] += overAir[1] / trials;
            for (int i = 0; i < codes.size(); i++) {
                double[] digital = codes.get(i)
                        .map(code -> digital(code, gradients, mean, draw))
                        .orElse(new double[] {Double.NaN, Double.NaN});
                sums[2 + i] += digital[0] / trials;
                sums[6] += i == 2 ? digital[1] / trials : 0;
            }
        }
        return sums;
    }

    private static double[] overTheAir(Setting setting, List<float[]> gradients, double[] mean, Draw draw) {
        RandomLinearCode code = RandomLinearCode.of(setting.d, setting.m);
        RoundCode round = code.in(draw);
        Sender sender = new Sender(1.0 / setting.nodes, 1, setting.m * setting.snr);
        MultipleAccessChannel channel =
                new MultipleAccessChannel(MultipleAccessChannel.Settings.of(code.subchannels(), 1));
        ChannelRound air = channel.round(draw);
        List<PowerReport> reports = new ArrayList<>();
        List<ChannelGains> gains = new ArrayList<>();
        for (int node = 0; node < setting.nodes; node++) {
            gains.add(channel.known(draw.withNode(node)));
            reports.add(round.report(gradients.get(node), sender, gains.get(node)));
        }
        double scale = PowerControl.choose(code, channel.settings().noise(), reports);
        List<LinearCodeError.Part> parts = new ArrayList<>();
        for (int node = 0; node < setting.nodes; node++) {
            float[] gradient = gradients.get(node);
            air.add(
                    node,
                    round.encode(gradient, sender, gains.get(node), scale, node).symbols());
            parts.add(new LinearCodeError.Part(
                    gradient, sender.weight(), 1, round.subchannels(gradient, sender, gains.get(node), scale)));
        }
        float[] decoded = round.decode(air.received(), scale);
        double squared = 0;
        double wrong = 0;
        for (int i = 0; i < mean.length; i++) {
            squared += mean[i] * mean[i];
            wrong += (decoded[i] - mean[i]) * (decoded[i] - mean[i]);
        }
        boolean everywhere = parts.stream().allMatch(part -> part.used().cardinality() == code.subchannels());
        double noise = channel.settings().noise();
        double formula = everywhere
                ? LinearCodeError.lemma13(code, squared, noise / (scale * scale))
                : LinearCodeError.lemma14(code, scale, noise, parts);
        return new double[] {wrong / squared, formula / squared};
    }

    /** The relative error of the mean, and bits per number of one node. */
    private static double[] digital(GradientCode code, List<float[]> gradients, double[] mean, Draw draw) {
        double[] sum = new double[mean.length];
        double bits = 0;
        for (int node = 0; node < gradients.size(); node++) {
            Draw own = draw.withNode(node);
            byte[] message = code.encode(gradients.get(node), own);
            bits += (double) Byte.SIZE * message.length;
            float[] decoded = code.decode(message, own, mean.length);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += decoded[i] / (double) gradients.size();
            }
        }
        double squared = 0;
        double wrong = 0;
        for (int i = 0; i < mean.length; i++) {
            squared += mean[i] * mean[i];
            wrong += (sum[i] - mean[i]) * (sum[i] - mean[i]);
        }
        return new double[] {wrong / squared, bits / gradients.size() / mean.length};
    }

    private static List<float[]> gradients(Setting setting, double spread, SplittableRandom random) {
        boolean alike = setting.likeness == Likeness.ALIGNED;
        float[] common = alike ? normal(setting.d, 1, random) : new float[setting.d];
        List<float[]> gradients = new ArrayList<>();
        for (int node = 0; node < setting.nodes; node++) {
            float[] gradient = normal(setting.d, alike ? spread : 1, random);
            for (int i = 0; i < setting.d; i++) {
                gradient[i] += common[i];
            }
            gradients.add(gradient);
        }
        return gradients;
    }

    private static float[] normal(int d, double deviation, SplittableRandom random) {
        float[] numbers = new float[d];
        for (int i = 0; i < d; i++) {
            numbers[i] = (float) (deviation * random.nextGaussian());
        }
        return numbers;
    }

    private static double[] mean(List<float[]> gradients) {
        double[] mean = new double[gradients.get(0).length];
        for (float[] gradient : gradients) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += gradient[i] / (double) gradients.size();
            }
        }
        return mean;
    }

    private static double log2(double x) {
        return Math.log(x) / Math.log(2);
    }

    private static List<Figure> charts(Context context, Series table) {
        List<Figure> figures = new ArrayList<>();
        double[] snrs = table.column("snr");
        double[] nodes = table.column("nodes");
        int half = table.size() / 2;
        for (Likeness likeness : Likeness.values()) {
            XYChart chart = new XYChartBuilder()
                    .width(900)
                    .height(600)
                    .title(likeness.name().toLowerCase(Locale.ROOT) + " gradients, "
                            + context.get(SNR).stream().map(String::valueOf).collect(Collectors.joining(", ")) + " dB")
                    .xAxisTitle("nodes")
                    .yAxisTitle("relative error of the mean")
                    .build();
            chart.getStyler().setYAxisLogarithmic(true).setXAxisLogarithmic(true);
            for (double snr : context.get(SNR)) {
                for (String who : List.of("rlc", "rotatedDitheredOfEqualEnergy")) {
                    double[] errors = table.column(who);
                    List<Double> x = new ArrayList<>();
                    List<Double> y = new ArrayList<>();
                    int first = likeness == Likeness.ALIGNED ? 0 : half;
                    for (int row = first; row < first + half; row++) {
                        if (snrs[row] == snr && errors[row] > 0) {
                            x.add(nodes[row]);
                            y.add(errors[row]);
                        }
                    }
                    if (!x.isEmpty()) {
                        chart.addSeries(who + " " + snr, x, y);
                    }
                }
            }
            figures.add(Figure.png("rlc-vs-digital-" + likeness.name().toLowerCase(Locale.ROOT), chart));
        }
        return figures;
    }
}
