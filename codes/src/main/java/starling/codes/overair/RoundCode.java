package starling.codes.overair;

import java.util.BitSet;
import java.util.List;
import starling.codes.channel.ChannelGains;
import starling.codes.gradient.Finite;
import starling.codes.random.Draw;

/**
 * The code of one round: the map A that all nodes share in it. Immutable, for any number of nodes and threads. A product with A
 * or its transpose costs that of {@link starling.codes.transform.Rotation}, about d log2 d additions, and 4 d bytes.
 */
public final class RoundCode {
    /** Reported scales are lower by this, so that rounding lets nobody be beyond its limit at them. */
    private static final double WITHIN = 1 - 1e-12;

    private final RandomLinearCode code;
    private final Draw draw;
    private final RandomMap map;

    RoundCode(RandomLinearCode code, Draw draw) {
        this.code = code;
        this.draw = draw;
        this.map = new RandomMap(
                code.length(), code.numbers(), draw.withRound(Math.floorDiv(draw.round(), (long) code.refresh())));
    }

    public RandomLinearCode code() {
        return code;
    }

    /** What a node can do with its power, for {@link PowerControl}: O(d + M log M). Errors as of {@link #encode}. */
    public PowerReport report(float[] gradient, Sender sender, ChannelGains known) {
        double amount = amount(gradient, sender);
        SubchannelOrder order = order(known);
        int all = code.subchannels();
        double squared = sender.energy() * sender.participation() / (all * amount * amount);
        return report(amount, sender.participation(), order, squared, true);
    }

    /**
     * The largest c for each number k of subchannels: sqrt(squared / Q_k), times k where the scaling is by M / k.
     */
    PowerReport report(double amount, double participation, SubchannelOrder order, double squared, boolean scaled) {
        List<Integer> counts = PowerReport.counts(code.subchannels());
        double[] scales = new double[counts.size()];
        double best = 0;
        int next = counts.size() - 1;
        for (int k = 1; k <= order.usable(); k++) {
            double scale = amount == 0
                    ? Double.POSITIVE_INFINITY
                    : WITHIN * Math.sqrt(squared / order.cost(k)) * (scaled ? k : 1);
            best = Math.max(best, scale);
            if (k == counts.get(next)) {
                scales[next] = scale;
                next--;
            }
        }
        return new PowerReport(amount, participation, best, scales);
    }

    /**
     * The subchannels that a node uses at the scale c, whether or not it takes part: the most of its strongest with which
     * (5.8), over pi_i, is at most P_i: that has the least error (5.9) of all choices within the power. Empty if there are none.
     */
    public BitSet subchannels(float[] gradient, Sender sender, ChannelGains known, double scale) {
        SubchannelOrder order = order(known);
        return order.first(count(order, amount(gradient, sender), sender, scale));
    }

    private int count(SubchannelOrder order, double amount, Sender sender, double scale) {
        check(scale);
        int k = order.usable();
        while (k > 0 && meanEnergy(order, k, amount, sender, scale) > sender.energy()) {
            k--;
        }
        return k;
    }

    /** (5.8) over pi_i: M c^2 amount^2 Q_k / (k^2 pi_i). */
    private double meanEnergy(SubchannelOrder order, int k, double amount, Sender sender, double scale) {
        if (amount == 0) {
            return 0;
        }
        double root = scale * amount / k;
        return code.subchannels() * root * root * order.cost(k) / sender.participation();
    }

    /**
     * The frame (5.10) of a node: x = c alpha (b / pi) (M / k) q . (A g), on the {@link #subchannels} it uses, k of M. What the channel
     * makes of it has the mean c alpha A g, given the gains, where they are known exactly.
     *
     * @param gradient d numbers
     * @param known the gains that the node knows, of as many subchannels as the code has
     * @param scale c, the same for all nodes
     * @param node its number, which decides whether it takes part
     * @throws IllegalArgumentException when the gradient has another length or is not finite, gains are of another number of
     *     subchannels, or c is not positive and finite
     */
    public Transmission encode(float[] gradient, Sender sender, ChannelGains known, double scale, long node) {
        double amount = amount(gradient, sender);
        SubchannelOrder order = order(known);
        check(scale);
        if (!sender.takesPart(draw.withNode(node))) {
            return Transmission.IDLE;
        }
        int k = count(order, amount, sender, scale);
        if (k == 0) {
            return Transmission.OUTAGE;
        }
        double factor = scale * sender.weight() / sender.participation() * code.subchannels() / k;
        float[] symbols = symbols(map.multiply(gradient), order, k, factor, known);
        double energy = meanEnergy(order, k, amount, sender, scale) / sender.participation();
        return new Transmission(Transmission.State.SENT, symbols, order.first(k), energy);
    }

    /** factor q . v on the k strongest subchannels. */
    float[] symbols(double[] v, SubchannelOrder order, int k, double factor, ChannelGains known) {
        int per = code.perSubchannel();
        float[] symbols = new float[2 * code.subchannels()];
        for (int rank = 0; rank < k; rank++) {
            int l = order.at(rank);
            double inverse = factor / known.power(l);
            double re = known.real(l) * inverse;
            double im = -known.imaginary(l) * inverse;
            double first = v[per * l];
            double second = per == 2 ? v[2 * l + 1] : 0;
            symbols[2 * l] = Finite.nearest(first * re - second * im);
            symbols[2 * l + 1] = Finite.nearest(first * im + second * re);
        }
        return symbols;
    }

    /**
     * The estimate g^ = (1/c) A^T y of the weighted sum of all gradients, unbiased if nodes know their gains and nobody was in
     * outage.
     *
     * @param received re and im of each subchannel in turn
     * @param scale c, the one that the nodes had
     * @throws IllegalArgumentException when what is received has another length or is not finite, or c is not positive and finite
     */
    public float[] decode(float[] received, double scale) {
        check(scale);
        if (received.length != 2 * code.subchannels()) {
            throw new IllegalArgumentException("what is received has two numbers for each of " + code.subchannels()
                    + " subchannels: " + received.length);
        }
        double[] y = new double[code.numbers()];
        for (int l = 0; l < y.length; l++) {
            y[l] = received[code.perSubchannel() == 2 ? l : 2 * l] / scale;
        }
        return map.transposed(y);
    }

    RandomMap map() {
        return map;
    }

    Draw draw() {
        return draw;
    }

    SubchannelOrder order(ChannelGains known) {
        if (known.subchannels() != code.subchannels()) {
            throw new IllegalArgumentException(
                    "gains must be of the " + code.subchannels() + " subchannels of the code: " + known.subchannels());
        }
        return new SubchannelOrder(known);
    }

    /** alpha ||g||. */
    private double amount(float[] gradient, Sender sender) {
        checkLength(gradient);
        return sender.weight() * Math.sqrt(Finite.squaredNorm(gradient, 0, gradient.length));
    }

    void checkLength(float[] gradient) {
        if (gradient.length != code.length()) {
            throw new IllegalArgumentException(
                    "a gradient must have the code's " + code.length() + " numbers: " + gradient.length);
        }
    }

    static void check(double scale) {
        if (!(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the scale of all nodes must be positive and finite: " + scale);
        }
    }
}
