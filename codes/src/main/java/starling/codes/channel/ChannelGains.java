package starling.codes.channel;

import java.util.Arrays;

/**
 * The complex gains h of one node's subchannels in one round. Where all subchannels have the same one it is kept once.
 * Immutable.
 */
public final class ChannelGains {
    private final int subchannels;
    private final double[] parts;

    private ChannelGains(int subchannels, double[] parts) {
        if (subchannels < 1) {
            throw new IllegalArgumentException("a channel has at least one subchannel: " + subchannels);
        }
        for (int i = 0; i < parts.length; i++) {
            if (!(Math.abs(parts[i]) < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("gains must be finite: part " + i + " is " + parts[i]);
            }
        }
        this.subchannels = subchannels;
        this.parts = parts;
    }

    /** The same gain for all subchannels. */
    public static ChannelGains flat(int subchannels, double real, double imaginary) {
        return new ChannelGains(subchannels, new double[] {real, imaginary});
    }

    /**
     * A gain for each subchannel.
     *
     * @param parts real and imaginary part of each in turn
     * @throws IllegalArgumentException unless there is an even, positive number of finite parts
     */
    public static ChannelGains of(double... parts) {
        if (parts.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "gains have a real and an imaginary part each: " + parts.length + " parts");
        }
        return new ChannelGains(parts.length / 2, parts.clone());
    }

    /** As {@link #of}, of an array that nobody else keeps. */
    static ChannelGains owning(double[] parts) {
        return new ChannelGains(parts.length / 2, parts);
    }

    public int subchannels() {
        return subchannels;
    }

    /** Whether all subchannels have the gain of the first, kept once. */
    public boolean isFlat() {
        return parts.length == 2;
    }

    public double real(int subchannel) {
        return parts[at(subchannel)];
    }

    public double imaginary(int subchannel) {
        return parts[at(subchannel) + 1];
    }

    /** |h|^2. */
    public double power(int subchannel) {
        int at = at(subchannel);
        return parts[at] * parts[at] + parts[at + 1] * parts[at + 1];
    }

    /** All gains times a real number. */
    ChannelGains times(double factor) {
        return new ChannelGains(
                subchannels, Arrays.stream(parts).map(part -> part * factor).toArray());
    }

    /** Writes h . x of a frame, re and im in turn. */
    void multiply(float[] frame, float[] into) {
        if (isFlat()) {
            double re = parts[0];
            double im = parts[1];
            for (int i = 0; i + 1 < frame.length; i += 2) {
                into[i] = (float) (re * frame[i] - im * frame[i + 1]);
                into[i + 1] = (float) (re * frame[i + 1] + im * frame[i]);
            }
            return;
        }
        for (int i = 0; i + 1 < frame.length; i += 2) {
            into[i] = (float) (parts[i] * frame[i] - parts[i + 1] * frame[i + 1]);
            into[i + 1] = (float) (parts[i] * frame[i + 1] + parts[i + 1] * frame[i]);
        }
    }

    private int at(int subchannel) {
        if (subchannel < 0 || subchannel >= subchannels) {
            throw new IllegalArgumentException(
                    "a subchannel must be from 0 to " + (subchannels - 1) + ": " + subchannel);
        }
        return isFlat() ? 0 : 2 * subchannel;
    }
}
