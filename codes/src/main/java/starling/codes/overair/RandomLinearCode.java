package starling.codes.overair;

import starling.codes.random.Draw;

/**
 * Random linear coding: d numbers become m by A = sqrt(d/m) S U, the same A for all nodes in a round. U is the random orthogonal
 * transform of {@link starling.codes.transform.Rotation}, which for d a power of two is H R / sqrt(d), so that A is the partial
 * Hadamard matrix with random signs of (5.3); S takes a random subset of m of the d rows. Every row is at any place with the same
 * probability, and rows are orthogonal, A A^T = (d/m) I. From these two alone follow E[A^T A] = I and, <i>for every d</i>, Lemma 13
 * and the exact form of Lemma 14 ({@link LinearCodeError}). A is never written out: d up to 10^7 and beyond.
 *
 * <p>One round: each node that takes part ({@link Sender#takesPart}) {@link RoundCode#report reports} what it could do, the router
 * {@link PowerControl#choose chooses} the scale c for all, nodes {@link RoundCode#encode encode}, the channel adds
 * ({@link starling.codes.channel.ChannelRound}), and everyone {@link RoundCode#decode decodes} what was received with the same c.
 *
 * @param length d, numbers of a gradient
 * @param numbers m, code numbers of a frame, 1 to d
 * @param perSubchannel code numbers on a complex symbol: 1 (in phase, as in the thesis; what arrives in quadrature is dropped) or
 *     2 (in phase and in quadrature), which needs half of the subchannels
 * @param refresh rounds for which A stays, at least 1; with more than one the mean over these rounds keeps the error of one
 */
public record RandomLinearCode(int length, int numbers, int perSubchannel, int refresh) {

    public RandomLinearCode {
        if (length < 1) {
            throw new IllegalArgumentException("a gradient has at least one number: " + length);
        }
        if (numbers < 1 || numbers > length) {
            throw new IllegalArgumentException(
                    "code numbers must be from 1 to the " + length + " numbers of a gradient: " + numbers);
        }
        if (perSubchannel != 1 && perSubchannel != 2) {
            throw new IllegalArgumentException("a subchannel carries 1 or 2 code numbers: " + perSubchannel);
        }
        if (numbers % perSubchannel != 0) {
            throw new IllegalArgumentException(
                    "two code numbers on each subchannel must be an even number: " + numbers);
        }
        if (refresh < 1) {
            throw new IllegalArgumentException("a matrix stays for at least one round: " + refresh);
        }
    }

    /** One code number on each subchannel, and a new matrix in every round. */
    public static RandomLinearCode of(int length, int numbers) {
        return new RandomLinearCode(length, numbers, 1, 1);
    }

    /** As {@link #of}, with m = d / gain, rounded, at least 1. */
    public static RandomLinearCode ofGain(int length, double gain) {
        if (!(gain >= 1)) {
            throw new IllegalArgumentException("a compression gain must be at least 1: " + gain);
        }
        return of(length, (int) Math.max(1, Math.round(length / gain)));
    }

    /** Complex symbols of a frame; a frame has two floats for each. */
    public int subchannels() {
        return numbers / perSubchannel;
    }

    /**
     * The code of one round; of the draw, seed, round and block matter. Costs a pass over d places, so that a program that
     * simulates many nodes makes it once.
     */
    public RoundCode in(Draw draw) {
        return new RoundCode(this, draw);
    }
}
