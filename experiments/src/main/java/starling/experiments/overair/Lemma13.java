package starling.experiments.overair;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import starling.codes.channel.ChannelGains;
import starling.codes.overair.LinearCodeError;
import starling.codes.overair.RandomLinearCode;
import starling.codes.overair.Sender;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.models.UnfitException;

/** Lemma 13 of the thesis: nodes with data sets of unequal size, all on all subchannels, white noise. */
public final class Lemma13 implements Experiment {
    private static final Parameter<Integer> LENGTH =
            Parameter.integer("d", 4096, 256, 1, 1 << 24, "numbers of a gradient");
    private static final Parameter<Integer> NUMBERS =
            Parameter.integer("m", 256, 32, 1, 1 << 24, "code numbers of a frame, at most d");
    private static final Parameter<Double> SIGMA =
            Parameter.number("sigma", 0.05, 0.05, 0, 1000, "standard deviation of each component of the noise");
    private static final Parameter<Integer> NODES = Parameter.integer("nodes", 8, 3, 1, 10_000, "nodes that send");
    private static final Parameter<Integer> TRIALS =
            Parameter.integer("trials", 4000, 1000, 100, 10_000_000, "matrices drawn");

    @Override
    public String name() {
        return "lemma13";
    }

    @Override
    public String description() {
        return "Lemma 13: the error of random linear coding over white noise, measured and predicted.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(LENGTH, NUMBERS, SIGMA, NODES, TRIALS);
    }

    @Override
    public Findings run(Context context) {
        int d = context.get(LENGTH);
        int nodes = context.get(NODES);
        double noise = context.get(SIGMA) * context.get(SIGMA);
        RandomLinearCode code;
        try {
            code = RandomLinearCode.of(d, context.get(NUMBERS));
        } catch (IllegalArgumentException e) {
            throw new UnfitException(String.valueOf(e.getMessage()), e);
        }
        if ((long) d * nodes > 1 << 28) {
            throw new UnfitException("gradients of all nodes must be at most 2^28 numbers: " + (long) d * nodes);
        }
        List<Sender> senders = new ArrayList<>();
        List<ChannelGains> gains = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
            senders.add(Sender.of(Network.weight(node, nodes)));
            gains.add(ChannelGains.flat(code.subchannels(), 1, 0));
        }
        Network network = new Network(
                code, noise, Network.gradients(nodes, d, context.seed()), senders, gains, 1, context.seed());
        double predicted = LinearCodeError.lemma13(code, MeasuredError.squaredNorm(network.sum()), noise);
        MeasuredError measured = network.measure(context.get(TRIALS));
        Series series = Series.ofObject("measured", "predicted", "confidence", "bias");
        series.entry(measured.mean(), predicted, measured.confidence(), measured.bias());
        return new Findings(
                List.of(
                        Claim.near(
                                "mean-square-error-as-lemma-13-predicts",
                                predicted,
                                measured.mean(),
                                measured.halfWidth(),
                                true),
                        Claim.atMost("mean-error-squared-over-that-of-chance", 3, measured.bias(), d >= 32)),
                Map.of("lemma13", series),
                List.of());
    }
}
