package starling.codes.channel;

import java.util.List;
import starling.codes.random.Draw;

/**
 * A law of fading. Gains are found by seed, node, round and subchannel, in any order, without keeping any. E|h|^2 = 1 in all laws
 * but for {@link Attenuated}.
 */
public sealed interface Fading
        permits Fading.Constant, Fading.Rayleigh, Fading.Rician, Fading.Selective, Fading.Attenuated {

    /** The gains of a node's subchannels in a round; of the draw, seed, node, round and block matter. */
    ChannelGains gains(int subchannels, Draw draw);

    /** The same law at the nodes' distances. */
    default Fading at(PathLoss loss) {
        return new Attenuated(this, loss);
    }

    /** No fading, h = 1: white Gaussian noise alone. */
    record Constant() implements Fading {
        @Override
        public ChannelGains gains(int subchannels, Draw draw) {
            return ChannelGains.flat(subchannels, 1, 0);
        }
    }

    /** One gain for all subchannels, CN(0, 1): |h| is Rayleigh distributed. O(1). */
    record Rayleigh(Blocks blocks) implements Fading {
        @Override
        public ChannelGains gains(int subchannels, Draw draw) {
            double[] h = blocks.scattered(draw, 0);
            return ChannelGains.flat(subchannels, h[0], h[1]);
        }
    }

    /**
     * A line of sight of phase 0 beside scattered waves: sqrt(K / (K + 1)) + CN(0, 1 / (K + 1)), one for all subchannels. O(1).
     *
     * @param factor K, the power of the line of sight over that of the scattered waves; 0 is Rayleigh fading
     */
    record Rician(double factor, Blocks blocks) implements Fading {
        public Rician {
            if (!(factor >= 0 && factor <= 1e12)) {
                throw new IllegalArgumentException("a Rician factor must be from 0 to 1e12: " + factor);
            }
        }

        @Override
        public ChannelGains gains(int subchannels, Draw draw) {
            double[] h = blocks.scattered(draw, 0);
            double scatter = StrictMath.sqrt(1 / (factor + 1));
            return ChannelGains.flat(
                    subchannels, StrictMath.sqrt(factor / (factor + 1)) + scatter * h[0], scatter * h[1]);
        }
    }

    /**
     * Frequency-selective Rayleigh fading: tap t, t samples late, has the gain g_t ~ CN(0, p_t), and subchannel l of M the
     * gain of the discrete Fourier transform, h_l = sum over t of g_t exp(-2 pi i t l / M). So E|h_l|^2 = 1 and
     * E[h_l conj(h_k)] = sum over t of p_t exp(-2 pi i t (l - k) / M). Cost: taps times subchannels.
     *
     * @param profile the powers p_t of the taps, none negative, scaled here to the sum 1
     */
    record Selective(List<Double> profile, Blocks blocks) implements Fading {
        private static final int MOST_TAPS = 1024;

        public Selective {
            double sum = 0;
            for (double power : profile) {
                if (!(power >= 0 && power <= 1e12)) {
                    throw new IllegalArgumentException("the power of a tap must be from 0 to 1e12: " + power);
                }
                sum += power;
            }
            if (!(sum > 0) || profile.size() > MOST_TAPS) {
                throw new IllegalArgumentException("a power-delay profile has 1 to " + MOST_TAPS
                        + " taps of a positive sum: " + profile.size() + " of the sum " + sum);
            }
            double whole = sum;
            profile = profile.stream().map(power -> power / whole).toList();
        }

        @Override
        public ChannelGains gains(int subchannels, Draw draw) {
            if (subchannels < profile.size()) {
                throw new IllegalArgumentException("a profile must not have more taps than there are subchannels: "
                        + profile.size() + " taps, " + subchannels + " subchannels");
            }
            int taps = profile.size();
            double[] re = new double[taps];
            double[] im = new double[taps];
            double[] cos = new double[taps];
            double[] sin = new double[taps];
            for (int tap = 0; tap < taps; tap++) {
                double[] g = blocks.scattered(draw, tap);
                double amplitude = StrictMath.sqrt(profile.get(tap));
                re[tap] = amplitude * g[0];
                im[tap] = amplitude * g[1];
                double angle = -2 * Math.PI * tap / subchannels;
                cos[tap] = StrictMath.cos(angle);
                sin[tap] = StrictMath.sin(angle);
            }
            double[] parts = new double[2 * subchannels];
            for (int i = 0; i < parts.length; i += 2) {
                double real = 0;
                double imaginary = 0;
                for (int tap = 0; tap < taps; tap++) {
                    double a = re[tap];
                    double b = im[tap];
                    real += a;
                    imaginary += b;
                    re[tap] = a * cos[tap] - b * sin[tap];
                    im[tap] = a * sin[tap] + b * cos[tap];
                }
                parts[i] = real;
                parts[i + 1] = imaginary;
            }
            return ChannelGains.owning(parts);
        }
    }

    /** A law at distances: gains times the node's amplitude. */
    record Attenuated(Fading law, PathLoss loss) implements Fading {
        @Override
        public ChannelGains gains(int subchannels, Draw draw) {
            return law.gains(subchannels, draw).times(loss.amplitude(draw));
        }
    }
}
