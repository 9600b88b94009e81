package starling.codes.channel;

import java.util.Arrays;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;

/**
 * The wireless multiple-access channel (5.1) with complex subchannels: y = sum over nodes of h_i . x_i + noise, each part normal
 * with the variance {@link Settings#noise} (see the package's page for what is real and what complex). On its way a frame is clipped in
 * amplitude by the sender's amplifier, multiplied by the gains of {@link Fading} and turned by {@link Offsets}. Senders know the
 * gains but for an estimation error, which is CN(0, {@link Settings#estimationError}), and nothing of the offsets.
 *
 * <p>Everything random is drawn by seed, node and round: a frame arrives the same whoever computes it and when, the router in
 * {@link ChannelRound#add} or, where the router must not see single frames, the node itself by {@link #arriving}. Immutable.
 */
public final class MultipleAccessChannel {

    /**
     * What a channel is like; {@link #of} is the quietest, and the others change one thing.
     *
     * @param subchannels complex symbols of a frame, M
     * @param noise sigma^2 of each component of what the router receives
     * @param fading the law of the gains
     * @param estimationError E|e|^2 of what a node takes for a gain, h + e
     * @param offsets of timing and phase
     * @param amplitude at which |x| of a symbol is clipped, its phase kept; infinite for no clipping
     * @param arithmetic in which frames are added: the most nodes of a round and the largest magnitude
     */
    public record Settings(
            int subchannels,
            double noise,
            Fading fading,
            double estimationError,
            Offsets offsets,
            double amplitude,
            FixedPoint arithmetic) {
        private static final FixedPoint ARITHMETIC = new FixedPoint(0x1p20, 1 << 14);

        public Settings {
            if (subchannels < 1 || subchannels > 1 << 29) {
                throw new IllegalArgumentException("a channel has from 1 to 2^29 subchannels: " + subchannels);
            }
            checkVariance("noise", noise);
            checkVariance("the estimation error", estimationError);
            if (!(amplitude > 0)) {
                throw new IllegalArgumentException("the amplitude of clipping must be positive: " + amplitude);
            }
        }

        /** White noise only, at most 2^14 nodes, and magnitudes up to 2^20 with steps of 2^-28. */
        public static Settings of(int subchannels, double noise) {
            return new Settings(
                    subchannels, noise, new Fading.Constant(), 0, Offsets.NONE, Double.POSITIVE_INFINITY, ARITHMETIC);
        }

        public Settings withFading(Fading law) {
            return new Settings(subchannels, noise, law, estimationError, offsets, amplitude, arithmetic);
        }

        public Settings withEstimationError(double meanSquare) {
            return new Settings(subchannels, noise, fading, meanSquare, offsets, amplitude, arithmetic);
        }

        public Settings withOffsets(Offsets others) {
            return new Settings(subchannels, noise, fading, estimationError, others, amplitude, arithmetic);
        }

        public Settings withAmplitude(double most) {
            return new Settings(subchannels, noise, fading, estimationError, offsets, most, arithmetic);
        }

        public Settings withArithmetic(FixedPoint other) {
            return new Settings(subchannels, noise, fading, estimationError, offsets, amplitude, other);
        }
    }

    private final Settings settings;

    public MultipleAccessChannel(Settings settings) {
        this.settings = settings;
    }

    public Settings settings() {
        return settings;
    }

    /** The true gains of a node in a round, without offsets. */
    public ChannelGains gains(Draw draw) {
        return settings.fading().gains(settings.subchannels(), draw);
    }

    /** What the node takes for its gains: each that is kept, with an error of its own. */
    public ChannelGains known(Draw draw) {
        ChannelGains gains = gains(draw);
        if (settings.estimationError() == 0) {
            return gains;
        }
        RandomStream errors = draw.own(Draw.Purpose.ESTIMATION);
        double deviation = Math.sqrt(settings.estimationError() / 2);
        if (gains.isFlat()) {
            return ChannelGains.flat(
                    gains.subchannels(),
                    gains.real(0) + deviation * NormalDraw.at(errors, 0),
                    gains.imaginary(0) + deviation * NormalDraw.at(errors, 1));
        }
        double[] parts = new double[2 * gains.subchannels()];
        for (int l = 0; l < gains.subchannels(); l++) {
            parts[2 * l] = gains.real(l) + deviation * NormalDraw.at(errors, 2L * l);
            parts[2 * l + 1] = gains.imaginary(l) + deviation * NormalDraw.at(errors, 2L * l + 1);
        }
        return ChannelGains.owning(parts);
    }

    /** A round in which nobody has sent yet; of the draw, seed, round and block matter. */
    public ChannelRound round(Draw draw) {
        return new ChannelRound(this, draw);
    }

    /**
     * What arrives of a node's frame before others and noise are added: clipped, faded and turned. Frames that are not finite
     * stay so.
     *
     * @param symbols re and im of each subchannel in turn
     * @throws IllegalArgumentException when there are more or fewer than two numbers for each subchannel
     */
    public float[] arriving(float[] symbols, Draw draw) {
        float[] sent = clipped(symbols);
        return faded(sent, draw, new float[sent.length]);
    }

    /** What arrives of a frame that has passed the amplifier: the frame itself, or {@code into} with it. */
    float[] faded(float[] sent, Draw draw, float[] into) {
        ChannelGains gains = settings.offsets().applied(gains(draw), draw);
        if (gains.isFlat() && gains.real(0) == 1 && gains.imaginary(0) == 0) {
            return sent;
        }
        gains.multiply(sent, into);
        return into;
    }

    /** What the amplifier makes of a frame; the frame itself if nothing is clipped. */
    float[] clipped(float[] symbols) {
        if (symbols.length != 2 * settings.subchannels()) {
            throw new IllegalArgumentException("a frame has two numbers for each of " + settings.subchannels()
                    + " subchannels: " + symbols.length);
        }
        double most = settings.amplitude();
        if (most == Double.POSITIVE_INFINITY) {
            return symbols;
        }
        float[] sent = symbols;
        for (int i = 0; i < symbols.length; i += 2) {
            double power = (double) symbols[i] * symbols[i] + (double) symbols[i + 1] * symbols[i + 1];
            if (power > most * most && power < Double.POSITIVE_INFINITY) {
                if (sent == symbols) {
                    sent = Arrays.copyOf(symbols, symbols.length);
                }
                double factor = most / Math.sqrt(power);
                sent[i] = (float) (symbols[i] * factor);
                sent[i + 1] = (float) (symbols[i + 1] * factor);
            }
        }
        return sent;
    }

    /**
     * What a node hears when the router sends a received frame back: with noise of the node's own, its downlink gains
     * compensated as in the thesis.
     *
     * @param variance of the noise in each component
     */
    public static float[] heard(float[] received, double variance, Draw draw) {
        checkVariance("downlink noise", variance);
        if (variance == 0) {
            return received.clone();
        }
        RandomStream noise = draw.own(Draw.Purpose.NOISE);
        double deviation = Math.sqrt(variance);
        float[] heard = new float[received.length];
        for (int i = 0; i < heard.length; i++) {
            heard[i] = (float) (received[i] + deviation * NormalDraw.at(noise, i));
        }
        return heard;
    }

    private static void checkVariance(String what, double variance) {
        if (!(variance >= 0 && variance <= 1e30)) {
            throw new IllegalArgumentException("the variance of " + what + " must be from 0 to 1e30: " + variance);
        }
    }
}
