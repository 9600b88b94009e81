package starling.experiments.overair;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import starling.codes.channel.ChannelGains;
import starling.codes.channel.ChannelRound;
import starling.codes.channel.MultipleAccessChannel;
import starling.codes.overair.RandomLinearCode;
import starling.codes.overair.RoundCode;
import starling.codes.overair.Sender;
import starling.codes.overair.Transmission;
import starling.codes.random.Draw;

/**
 * Nodes with gradients and gains that stay through all trials, as the formulas take them: random in a trial are the matrix, who takes
 * part, and the noise.
 *
 * @param gains of each node, known to it
 */
record Network(
        RandomLinearCode code,
        double noise,
        List<float[]> gradients,
        List<Sender> senders,
        List<ChannelGains> gains,
        double scale,
        long seed) {

    /** Normal gradients with a common part, the i-th of the variance 0.36 + (0.5 + i/K)^2. */
    static List<float[]> gradients(int nodes, int d, long seed) {
        Random random = new Random(seed);
        float[] common = new float[d];
        for (int i = 0; i < d; i++) {
            common[i] = (float) (0.6 * random.nextGaussian());
        }
        List<float[]> all = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
            float[] one = new float[d];
            for (int i = 0; i < d; i++) {
                one[i] = (float) (common[i] + (0.5 + (double) node / nodes) * random.nextGaussian());
            }
            all.add(one);
        }
        return all;
    }

    /** alpha_i = 2 i / (K (K + 1)), i from 1: unequal, of the sum 1. */
    static double weight(int node, int nodes) {
        return 2.0 * (node + 1) / (nodes * (nodes + 1.0));
    }

    /** sum of alpha_i g_i. */
    double[] sum() {
        double[] sum = new double[code.length()];
        for (int node = 0; node < senders.size(); node++) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += senders.get(node).weight() * gradients.get(node)[i];
            }
        }
        return sum;
    }

    /** Runs trials through encoder, channel and decoder. */
    MeasuredError measure(int trials) {
        MeasuredError measured = new MeasuredError(sum());
        MultipleAccessChannel channel =
                new MultipleAccessChannel(MultipleAccessChannel.Settings.of(code.subchannels(), noise));
        for (int trial = 0; trial < trials; trial++) {
            Draw draw = new Draw(seed, 0, trial, 0);
            RoundCode in = code.in(draw);
            ChannelRound round = channel.round(draw);
            for (int node = 0; node < senders.size(); node++) {
                Transmission sent = in.encode(gradients.get(node), senders.get(node), gains.get(node), scale, node);
                if (sent.isSent()) {
                    round.addArrived(node, faded(sent.symbols(), gains.get(node)), sent.energy());
                }
            }
            measured.add(round.isVoid() ? new float[code.length()] : in.decode(round.received(), scale));
        }
        return measured;
    }

    private static float[] faded(float[] symbols, ChannelGains gains) {
        float[] arriving = new float[symbols.length];
        for (int l = 0; l < gains.subchannels(); l++) {
            double re = symbols[2 * l];
            double im = symbols[2 * l + 1];
            arriving[2 * l] = (float) (gains.real(l) * re - gains.imaginary(l) * im);
            arriving[2 * l + 1] = (float) (gains.real(l) * im + gains.imaginary(l) * re);
        }
        return arriving;
    }
}
