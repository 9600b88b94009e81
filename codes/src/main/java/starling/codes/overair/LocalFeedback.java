package starling.codes.overair;

import java.nio.ByteBuffer;
import starling.codes.MalformedMessageException;
import starling.codes.channel.ChannelGains;
import starling.codes.gradient.Finite;

/**
 * The biased variant (5.11) with a residual at the node: with e from earlier rounds the node has z = alpha g + beta e to send, sends
 * x = s q . (A z), and keeps
 *
 * <pre>e := (1 - beta) e + z - (1/c) A^T (h . x),</pre>
 *
 * so that with beta = 1 what is left is alpha g - (1/c) A^T (h . x): what arrives is taken off, not what was sent, where the thesis has the
 * x that the gains are compensated in. s and the subchannels are chosen at the node: with t = s/c, v = A z and the k strongest
 * subchannels, V_k the sum of v_l^2 there, the residual is ||z||^2 - (2 t - t^2 d/m) V_k, least at t = m/d; t is that or what the
 * energy P allows, sum of t^2 c^2 |q_l v_l|^2 &lt;= P, <i>in every frame and not only in the mean</i>, and k has the least residual.
 * There is no factor 1/pi: what an idle node does not send stays in its residual.
 *
 * <p>Memory: 4 d bytes. One node's; for one thread at a time.
 */
public final class LocalFeedback {
    private static final int MAGIC = 0x534c4f46;
    private static final byte VERSION = 1;
    private static final int HEADER_BYTES = 17;

    private final double beta;
    private final float[] residual;

    /**
     * Nothing is left yet.
     *
     * @param length d
     * @param beta the weight of the residual, in (0, 1]
     */
    public LocalFeedback(int length, double beta) {
        if (length < 1) {
            throw new IllegalArgumentException("a gradient has at least one number: " + length);
        }
        if (!isWeight(beta)) {
            throw new IllegalArgumentException("the weight of a residual must be in (0, 1]: " + beta);
        }
        this.beta = beta;
        this.residual = new float[length];
    }

    private LocalFeedback(double beta, float[] residual) {
        this.beta = beta;
        this.residual = residual;
    }

    /**
     * What the node can do with its power, for {@link PowerControl}: the scales c at which t = m/d is within P in the mean.
     * Errors as of {@link RoundCode#encode}.
     */
    public PowerReport report(RoundCode code, float[] gradient, Sender sender, ChannelGains known) {
        float[] z = toSend(code, gradient, sender);
        double amount = Math.sqrt(Finite.squaredNorm(z, 0, z.length));
        double perFull = amount * code.code().numbers() / code.code().length();
        double squared = sender.energy() * code.code().subchannels() / (perFull * perFull);
        return code.report(amount, 1, code.order(known), squared, false);
    }

    /**
     * The frame of this round; the residual moves on, also where there is none. Arguments as of {@link RoundCode#encode}.
     *
     * @throws IllegalArgumentException as there; the residual then stays
     */
    public Transmission send(
            RoundCode code, float[] gradient, Sender sender, ChannelGains known, double scale, long node) {
        RoundCode.check(scale);
        float[] z = toSend(code, gradient, sender);
        SubchannelOrder order = code.order(known);
        if (!sender.takesPart(code.draw().withNode(node))) {
            keep(z, new float[z.length]);
            return Transmission.IDLE;
        }
        if (order.usable() == 0) {
            keep(z, new float[z.length]);
            return Transmission.OUTAGE;
        }
        double[] v = code.map().multiply(z);
        int k = 0;
        double t = 0;
        double most = -1;
        double energy = 0;
        double squares = 0;
        double full = (double) code.code().numbers() / code.code().length();
        for (int rank = 0; rank < order.usable(); rank++) {
            double square = square(v, order.at(rank), code.code().perSubchannel());
            squares += square;
            energy += square / known.power(order.at(rank));
            double share = energy == 0 ? full : Math.min(full, Math.sqrt(sender.energy() / energy) / scale);
            double taken = (2 * share - share * share / full) * squares;
            if (taken > most) {
                most = taken;
                k = rank + 1;
                t = share;
            }
        }
        float[] symbols = code.symbols(v, order, k, t * scale, known);
        keep(z, code.decode(arriving(symbols, known), scale));
        double sent = 0;
        for (float part : symbols) {
            sent += (double) part * part;
        }
        return new Transmission(Transmission.State.SENT, symbols, order.first(k), sent);
    }

    private static double square(double[] v, int subchannel, int per) {
        double square = 0;
        for (int at = per * subchannel; at < per * (subchannel + 1); at++) {
            square += v[at] * v[at];
        }
        return square;
    }

    /** h . x as far as the node knows. */
    private static float[] arriving(float[] symbols, ChannelGains known) {
        float[] arriving = new float[symbols.length];
        for (int i = 0; i < symbols.length; i += 2) {
            double re = known.real(i / 2);
            double im = known.imaginary(i / 2);
            arriving[i] = Finite.nearest(re * symbols[i] - im * symbols[i + 1]);
            arriving[i + 1] = Finite.nearest(re * symbols[i + 1] + im * symbols[i]);
        }
        return arriving;
    }

    private float[] toSend(RoundCode code, float[] gradient, Sender sender) {
        code.checkLength(gradient);
        if (residual.length != gradient.length) {
            throw new IllegalArgumentException(
                    "all gradients have the same length, " + residual.length + ": " + gradient.length);
        }
        Finite.largest(gradient, 0, gradient.length);
        float[] z = new float[gradient.length];
        for (int i = 0; i < z.length; i++) {
            z[i] = Finite.nearest(sender.weight() * gradient[i] + beta * residual[i]);
        }
        return z;
    }

    private void keep(float[] z, float[] taken) {
        for (int i = 0; i < z.length; i++) {
            residual[i] = Finite.nearest((1 - beta) * residual[i] + ((double) z[i] - taken[i]));
        }
    }

    /** A copy of e. */
    public float[] residual() {
        return residual.clone();
    }

    /** Everything needed to go on elsewhere: {@link #restore}. Big-endian: magic, version, beta, d, e. */
    public byte[] state() {
        ByteBuffer state = ByteBuffer.allocate(Math.addExact(HEADER_BYTES, Math.multiplyExact(4, residual.length)));
        state.putInt(MAGIC).put(VERSION).putDouble(beta).putInt(residual.length);
        state.asFloatBuffer().put(residual);
        return state.array();
    }

    /**
     * Goes on from a state.
     *
     * @throws MalformedMessageException when {@link #state} makes no such bytes
     */
    public static LocalFeedback restore(byte[] state) {
        if (state.length < HEADER_BYTES) {
            throw new MalformedMessageException(
                    "the state of a residual has at least " + HEADER_BYTES + " bytes: " + state.length);
        }
        ByteBuffer buffer = ByteBuffer.wrap(state);
        int magic = buffer.getInt();
        byte version = buffer.get();
        if (magic != MAGIC || version != VERSION) {
            throw new MalformedMessageException("the state of a residual begins with " + Integer.toHexString(MAGIC)
                    + " and version " + VERSION + ": " + Integer.toHexString(magic) + ", " + version);
        }
        double beta = buffer.getDouble();
        int length = buffer.getInt();
        if (!isWeight(beta)) {
            throw new MalformedMessageException("the weight of a residual must be in (0, 1]: " + beta);
        }
        if (length < 1 || 4L * length != buffer.remaining()) {
            throw new MalformedMessageException("the state of a residual has four bytes for each number: "
                    + buffer.remaining() + " bytes for " + length);
        }
        float[] residual = new float[length];
        buffer.asFloatBuffer().get(residual);
        for (int i = 0; i < length; i++) {
            if (!Float.isFinite(residual[i])) {
                throw new MalformedMessageException("a residual must be finite: number " + i + " is " + residual[i]);
            }
        }
        return new LocalFeedback(beta, residual);
    }

    private static boolean isWeight(double beta) {
        return beta > 0 && beta <= 1;
    }
}
