package starling.learning.settings;

import starling.codes.channel.Fading;
import starling.codes.channel.FixedPoint;
import starling.codes.channel.MultipleAccessChannel;
import starling.codes.channel.Offsets;
import starling.codes.overair.RandomLinearCode;
import starling.codes.random.Draw;

/**
 * The wireless channel of a trial. A code number has the mean energy 1 at most, so that a frame of m numbers has the limit
 * P = m, and the noise of each component has the variance 10^(-snr/10).
 *
 * @param snr of one number in decibel; infinite for a channel without noise and nodes without a limit
 * @param fading the law of the gains
 * @param estimationError mean square of what nodes take a gain wrongly for
 * @param offsets of timing and phase
 * @param downlink ratio in decibel of the weights' mean square to the noise that each node hears with them; infinite for none
 * @param clip amplitude at which a symbol is clipped, infinite for no clipping
 */
public record Air(double snr, Fading fading, double estimationError, Offsets offsets, double downlink, double clip) {
    /** Updates and frames beyond this are refused. */
    private static final double LARGEST = 0x1p10;

    private static final double BITS_WITHOUT_NOISE = 32;
    private static final double ROOM = 16;

    /** Bits that one number carries: (1/2) log2(1 + SNR); a whole float where there is no noise. */
    public double bitsPerNumber() {
        return isLimited()
                ? StrictMath.log(1 + StrictMath.pow(10, snr / 10)) / (2 * StrictMath.log(2))
                : BITS_WITHOUT_NOISE;
    }

    /** Whether nodes have a limit of power and the router hears noise. */
    public boolean isLimited() {
        return snr < Double.POSITIVE_INFINITY;
    }

    /** sigma^2. */
    public double noise() {
        return isLimited() ? StrictMath.pow(10, -snr / 10) : 0;
    }

    /** P of a frame of so many numbers. */
    public double energy(int numbers) {
        return isLimited() ? numbers : Double.POSITIVE_INFINITY;
    }

    /**
     * What a node hears of the weights that the router sends to all: with noise of its own, drawn by seed, node and round.
     *
     * @return the weights themselves where there is no noise
     */
    public float[] heard(float[] weights, Draw draw) {
        if (downlink == Double.POSITIVE_INFINITY) {
            return weights;
        }
        double squares = 0;
        for (float weight : weights) {
            squares += (double) weight * weight;
        }
        double variance = squares / weights.length * StrictMath.pow(10, -downlink / 10);
        return MultipleAccessChannel.heard(weights, variance, draw);
    }

    /** In which updates of nodes are added. */
    public static FixedPoint arithmetic(int nodes) {
        return new FixedPoint(LARGEST, nodes);
    }

    MultipleAccessChannel.Settings settings(RandomLinearCode code, int nodes) {
        double most = isLimited() ? Math.max(LARGEST, ROOM * Math.sqrt(code.numbers())) : LARGEST;
        return new MultipleAccessChannel.Settings(
                code.subchannels(), noise(), fading, estimationError, offsets, clip, new FixedPoint(most, nodes));
    }
}
