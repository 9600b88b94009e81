package starling.codes.gradient;

import java.nio.ByteBuffer;
import starling.codes.MalformedMessageException;
import starling.codes.random.Draw;

/**
 * Weighted error feedback (thesis (4.14)): what a message left out is added to the next gradient, z = g + beta r; the code
 * sends z and decodes it to z~; r' = (1 - beta) r + (z - z~). With beta = 1 this is the classical r' = z - z~.
 *
 * <p>Bounds on the residual for gradients with E||g||^2 &lt;= B: {@link #residualBound} for unbiased codes and gradients
 * that do not depend on earlier draws, {@link #mmseResidualBound}, and {@link #contractionBound} for all codes with gamma
 * below 1. One float per number in memory besides z. Not safe for use by several threads.
 */
public final class ErrorFeedback {
    private static final int MAGIC = 0x53_4C_45_46;
    private static final byte VERSION = 1;
    private static final int HEADER_BYTES = 4 + 1 + 8 + 4;

    private final GradientCode code;
    private final double beta;
    private final float[] residual;

    /**
     * Starts without a residual.
     *
     * @param length of all gradients, at least 1
     * @param beta in (0, 1]
     */
    public ErrorFeedback(GradientCode code, int length, double beta) {
        this(code, beta, new float[check(length)]);
        if (!isWeight(beta)) {
            throw new IllegalArgumentException("the weight of a residual must be in (0, 1]: " + beta);
        }
    }

    private ErrorFeedback(GradientCode code, double beta, float[] residual) {
        this.code = code;
        this.beta = beta;
        this.residual = residual;
    }

    /**
     * The message of the gradient with what is left of earlier ones; the residual moves on.
     *
     * @throws IllegalArgumentException when the gradient has another length or is not finite; the residual then stays
     */
    public byte[] encode(float[] gradient, Draw draw) {
        if (gradient.length != residual.length) {
            throw new IllegalArgumentException(
                    "all gradients have the same length, " + residual.length + ": " + gradient.length);
        }
        Finite.largest(gradient, 0, gradient.length);
        float[] z = new float[residual.length];
        for (int i = 0; i < z.length; i++) {
            z[i] = Finite.nearest(gradient[i] + beta * residual[i]);
        }
        byte[] message = code.encode(z, draw);
        float[] decoded = code.decode(message, draw, z.length);
        for (int i = 0; i < z.length; i++) {
            residual[i] = Finite.nearest((1 - beta) * residual[i] + ((double) z[i] - decoded[i]));
        }
        return message;
    }

    /** A copy of r. */
    public float[] residual() {
        return residual.clone();
    }

    /** Everything needed to go on elsewhere, but the code: {@link #restore}. Big-endian: magic, version, beta, n, r. */
    public byte[] state() {
        ByteBuffer state = ByteBuffer.allocate(Math.addExact(HEADER_BYTES, Math.multiplyExact(4, residual.length)));
        state.putInt(MAGIC).put(VERSION).putDouble(beta).putInt(residual.length);
        for (float x : residual) {
            state.putFloat(x);
        }
        return state.array();
    }

    /**
     * Goes on from a state.
     *
     * @param code the same as before; the state does not hold it
     * @throws MalformedMessageException when {@link #state} makes no such bytes
     */
    public static ErrorFeedback restore(GradientCode code, byte[] state) {
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
        for (int i = 0; i < length; i++) {
            residual[i] = buffer.getFloat();
            if (!Float.isFinite(residual[i])) {
                throw new MalformedMessageException("a residual must be finite: number " + i + " is " + residual[i]);
            }
        }
        return new ErrorFeedback(code, beta, residual);
    }

    /**
     * eta of (4.15), gamma / (1 - (1 - beta)^2 - beta^2 gamma), with E||r||^2 &lt;= eta B for unbiased codes; infinite unless
     * 0 &lt; beta &lt; min(1, 2 / (1 + gamma)) or beta = 1 &gt; gamma.
     */
    public static double residualBound(double gamma, double beta) {
        double room = 1 - (1 - beta) * (1 - beta) - beta * beta * gamma;
        return room > 0 ? gamma / room : Double.POSITIVE_INFINITY;
    }

    /** beta of (4.17), 1 / (gamma + 1): it has the least {@link #residualBound}, gamma (gamma + 1). */
    public static double bestBeta(double gamma) {
        return 1 / (gamma + 1);
    }

    /**
     * eta of (D.16), gamma / (sqrt(gamma + 1 - (1 - beta)^2) - sqrt(gamma))^2, for codes that shrink an unbiased estimate of
     * variance gamma by 1 / (1 + gamma); least at beta = 1. (4.16) prints it with a misplaced root.
     */
    public static double mmseResidualBound(double gamma, double beta) {
        double room = Math.sqrt(gamma + 1 - (1 - beta) * (1 - beta)) - Math.sqrt(gamma);
        return room > 0 ? gamma / (room * room) : Double.POSITIVE_INFINITY;
    }

    /**
     * eta for any code with E||error||^2 &lt;= gamma ||z||^2 and any gradients, by the triangle inequality:
     * gamma / (beta (1 - sqrt(gamma)))^2; infinite unless gamma &lt; 1.
     */
    public static double contractionBound(double gamma, double beta) {
        double room = beta * (1 - Math.sqrt(gamma));
        return room > 0 ? gamma / (room * room) : Double.POSITIVE_INFINITY;
    }

    private static boolean isWeight(double beta) {
        return beta > 0 && beta <= 1;
    }

    private static int check(int length) {
        if (length < 1) {
            throw new IllegalArgumentException("a gradient has at least one number: " + length);
        }
        return length;
    }
}
