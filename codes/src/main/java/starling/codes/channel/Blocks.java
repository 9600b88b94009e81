package starling.codes.channel;

import starling.codes.random.Draw;
import starling.codes.random.RandomStream;

/**
 * How fading moves in time: gains stay for some rounds, a block, and the scattered part of a gain is from block to block a
 * complex normal process of first order, h(t+1) = rho h(t) + sqrt(1 - rho^2) w, with E|h|^2 = 1 at all times.
 *
 * <p>Any block is drawn by its number, without those before it: h is drawn at two ends so far apart that they are independent
 * (rho^gap below 1e-20), and then at middles between known neighbours a and b, given both: with r = rho^(half the gap) the mean
 * is r (a + b) / (1 + r^2) and the variance (1 - r^2) / (1 + r^2). That is exact, since the process is Markov, and costs about
 * log2(46 / (1 - |rho|)) drawings.
 *
 * @param rounds of a block, at least 1
 * @param correlation rho of neighbouring blocks, -1 &lt; rho &lt;= 1; 1 for gains that never change
 */
public record Blocks(int rounds, double correlation) {
    private static final double INDEPENDENT = 1e-20;
    private static final int MOST_HALVINGS = 62;

    /** New gains in each round. */
    public static final Blocks EACH_ROUND = new Blocks(1, 0);

    public Blocks {
        if (rounds < 1) {
            throw new IllegalArgumentException("a block of fading has at least one round: " + rounds);
        }
        if (!(correlation > -1 && correlation <= 1)) {
            throw new IllegalArgumentException(
                    "the correlation of blocks must be above -1 and at most 1: " + correlation);
        }
    }

    /**
     * Blocks whose neighbours correlate as in Jakes' model, rho = J0(2 pi f T).
     *
     * @param rounds of a block
     * @param doppler the largest Doppler shift f, in hertz
     * @param seconds T, of a block
     */
    public static Blocks moving(int rounds, double doppler, double seconds) {
        if (!(doppler >= 0 && seconds > 0 && doppler * seconds <= 1e6)) {
            throw new IllegalArgumentException("a Doppler shift must not be negative, a block longer than no time, and"
                    + " their product at most a million: " + doppler + " Hz, " + seconds + " s");
        }
        return new Blocks(rounds, besselJ0(2 * Math.PI * doppler * seconds));
    }

    /** The scattered part of one path of a node's channel in a round: CN(0, 1). */
    double[] scattered(Draw draw, long path) {
        if (draw.round() < 0) {
            throw new IllegalArgumentException("rounds are counted from 0: " + draw.round());
        }
        if (correlation == 1) {
            return innovation(draw, 0, path);
        }
        long block = draw.round() / rounds;
        double[] powers = new double[MOST_HALVINGS];
        powers[0] = correlation;
        int level = 0;
        while (Math.abs(powers[level]) >= INDEPENDENT && level + 1 < MOST_HALVINGS) {
            powers[level + 1] = powers[level] * powers[level];
            level++;
        }
        long left = block >> level << level;
        double[] a = innovation(draw, left, path);
        if (left == block) {
            return a;
        }
        double[] b = innovation(draw, left + (1L << level), path);
        while (true) {
            level--;
            long middle = left + (1L << level);
            double r = powers[level];
            double mean = r / (1 + r * r);
            double deviation = StrictMath.sqrt((1 - r * r) / (1 + r * r));
            double[] between = innovation(draw, middle, path);
            between[0] = mean * (a[0] + b[0]) + deviation * between[0];
            between[1] = mean * (a[1] + b[1]) + deviation * between[1];
            if (middle == block) {
                return between;
            }
            if (block < middle) {
                b = between;
            } else {
                a = between;
                left = middle;
            }
        }
    }

    private static double[] innovation(Draw draw, long block, long path) {
        RandomStream stream = draw.withRound(block).own(Draw.Purpose.FADING);
        double scale = Math.sqrt(0.5);
        return new double[] {scale * NormalDraw.at(stream, 2 * path), scale * NormalDraw.at(stream, 2 * path + 1)};
    }

    /**
     * J0(x), the mean of cos(x sin t) over the points of a circle: with more points than |x| + 40 the error is below 1e-13.
     */
    static double besselJ0(double x) {
        int points = 2 * (int) (Math.abs(x) / 2 + 40);
        double sum = 0;
        for (int i = 0; i < points; i++) {
            sum += StrictMath.cos(x * StrictMath.sin(2 * Math.PI * i / points));
        }
        return sum / points;
    }
}
