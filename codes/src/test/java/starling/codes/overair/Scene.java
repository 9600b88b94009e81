package starling.codes.overair;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import starling.codes.channel.ChannelGains;
import starling.codes.channel.ChannelRound;
import starling.codes.channel.FixedPoint;
import starling.codes.channel.MultipleAccessChannel;
import starling.codes.random.Draw;

/** Nodes with gradients and gains that stay, so that only matrices, participation and noise are random. */
record Scene(
        RandomLinearCode code,
        MultipleAccessChannel channel,
        List<float[]> gradients,
        List<Sender> senders,
        double scale,
        Draw gains) {
    private static final FixedPoint FINE = new FixedPoint(0x1p12, 64);

    /** Normal gradients with a common part. */
    static List<float[]> gradients(int nodes, int d, long seed) {
        Random random = new Random(seed);
        float[] common = new float[d];
        for (int i = 0; i < d; i++) {
            common[i] = (float) random.nextGaussian();
        }
        List<float[]> all = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
            float[] one = new float[d];
            for (int i = 0; i < d; i++) {
                one[i] = (float) (0.6 * common[i] + (0.3 + 0.2 * node) * random.nextGaussian());
            }
            all.add(one);
        }
        return all;
    }

    static MultipleAccessChannel channel(MultipleAccessChannel.Settings settings) {
        return new MultipleAccessChannel(settings.withArithmetic(FINE));
    }

    ChannelGains known(long node) {
        return channel.gains(gains.withNode(node));
    }

    /** The sum that is to be estimated. */
    double[] sum() {
        double[] sum = new double[code.length()];
        for (int node = 0; node < senders.size(); node++) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += senders.get(node).weight() * gradients.get(node)[i];
            }
        }
        return sum;
    }

    /** The estimate of one round, zeros if nobody sends. Gains are those of the scene, whatever the round. */
    float[] estimate(long round) {
        Draw draw = gains.withRound(round);
        RoundCode in = code.in(draw);
        ChannelRound at = channel.round(draw);
        for (int node = 0; node < senders.size(); node++) {
            Transmission sent = in.encode(gradients.get(node), senders.get(node), known(node), scale, node);
            if (sent.isSent()) {
                at.addArrived(node, channel.arriving(sent.symbols(), gains.withNode(node)), sent.energy());
            } else if (sent.state() == Transmission.State.OUTAGE) {
                throw new AssertionError("node " + node + " is in outage");
            }
        }
        return at.isVoid() ? new float[code.length()] : in.decode(at.received(), scale);
    }

    List<LinearCodeError.Part> parts() {
        List<LinearCodeError.Part> parts = new ArrayList<>();
        RoundCode in = code.in(gains);
        for (int node = 0; node < senders.size(); node++) {
            Sender sender = senders.get(node);
            float[] gradient = gradients.get(node);
            parts.add(new LinearCodeError.Part(
                    gradient,
                    sender.weight(),
                    sender.participation(),
                    in.subchannels(gradient, sender, known(node), scale)));
        }
        return parts;
    }
}
