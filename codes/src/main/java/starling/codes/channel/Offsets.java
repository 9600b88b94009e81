package starling.codes.channel;

import starling.codes.random.Draw;
import starling.codes.random.RandomStream;

/**
 * How badly nodes keep step; drawn anew by each node in each round. A node's symbols come tau samples late, tau uniform in
 * [-timing, timing], within the cyclic prefix of M samples' length: subchannel l of M turns by -2 pi tau l / M. All of them turn by a
 * phase beside, normal with a standard deviation.
 *
 * @param timing the largest tau, in samples, M to the symbol
 * @param phase the standard deviation, in radians
 */
public record Offsets(double timing, double phase) {
    /** Perfect step. */
    public static final Offsets NONE = new Offsets(0, 0);

    public Offsets {
        if (!(timing >= 0 && timing <= 1e6)) {
            throw new IllegalArgumentException("a timing offset must be from 0 to a million samples: " + timing);
        }
        if (!(phase >= 0 && phase <= 100)) {
            throw new IllegalArgumentException("the deviation of a phase must be from 0 to 100 radians: " + phase);
        }
    }

    /** tau of a node in a round. */
    public double delay(Draw draw) {
        return 2 * timing * (((stream(draw).bits(0) >>> 12) + 0.5) * 0x1p-52 - 0.5);
    }

    /** The phase of a node in a round. */
    public double turn(Draw draw) {
        return phase * NormalDraw.at(stream(draw), 1);
    }

    private static RandomStream stream(Draw draw) {
        return draw.own(Draw.Purpose.OFFSET);
    }

    /** What the gains are with these offsets. */
    ChannelGains applied(ChannelGains gains, Draw draw) {
        if (timing == 0 && phase == 0) {
            return gains;
        }
        double start = turn(draw);
        int m = gains.subchannels();
        if (timing == 0 && gains.isFlat()) {
            double[] one = turned(gains, 0, StrictMath.cos(start), StrictMath.sin(start));
            return ChannelGains.flat(m, one[0], one[1]);
        }
        double step = -2 * Math.PI * delay(draw) / m;
        double stepCos = StrictMath.cos(step);
        double stepSin = StrictMath.sin(step);
        double cos = StrictMath.cos(start);
        double sin = StrictMath.sin(start);
        double[] parts = new double[2 * m];
        for (int l = 0; l < m; l++) {
            double[] one = turned(gains, l, cos, sin);
            parts[2 * l] = one[0];
            parts[2 * l + 1] = one[1];
            double next = cos * stepCos - sin * stepSin;
            sin = cos * stepSin + sin * stepCos;
            cos = next;
        }
        return ChannelGains.owning(parts);
    }

    private static double[] turned(ChannelGains gains, int l, double cos, double sin) {
        double re = gains.real(l);
        double im = gains.imaginary(l);
        return new double[] {re * cos - im * sin, re * sin + im * cos};
    }
}
