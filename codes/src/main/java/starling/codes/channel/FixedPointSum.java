package starling.codes.channel;

import java.util.Arrays;

/**
 * A sum of frames in {@link FixedPoint}: the same bits whatever the order, a frame is added whole or not at all, and a frame can be
 * taken out again exactly. Memory: 8 bytes a number, however many frames there are. For one thread at a time.
 */
public final class FixedPointSum {
    private static final int PART = 4096;

    private final FixedPoint format;
    private final double stepsPerUnit;
    private final long[] sum;

    /** An empty sum of so many numbers. */
    public FixedPointSum(FixedPoint format, int length) {
        this.format = format;
        this.stepsPerUnit = 1 / format.step();
        this.sum = new long[length];
    }

    /**
     * Adds a frame. Cost: one pass over it, a part at a time that is checked and added while it is in the nearest cache; the
     * parts before a bad one are taken out again.
     *
     * @throws IllegalArgumentException when it has another length or a number that is NaN or beyond the limit
     */
    public void add(float[] frame) {
        checkLength(frame.length);
        for (int from = 0; from < frame.length; from += PART) {
            int to = Math.min(frame.length, from + PART);
            try {
                format.check(frame, from, to);
            } catch (IllegalArgumentException e) {
                change(frame, 0, from, -1);
                throw e;
            }
            change(frame, from, to, 1);
        }
    }

    private void change(float[] frame, int from, int to, int sign) {
        double perUnit = sign * stepsPerUnit;
        for (int i = from; i < to; i++) {
            sum[i] += format.steps(frame[i], perUnit);
        }
    }

    /**
     * Adds steps modulo 2^64, as they are: those of a masked frame are any numbers.
     *
     * @throws IllegalArgumentException when there are more or fewer than numbers of the sum
     */
    public void add(long[] steps) {
        checkLength(steps.length);
        for (int i = 0; i < steps.length; i++) {
            sum[i] += steps[i];
        }
    }

    /** A number of the sum. */
    public double at(int place) {
        return sum[place] * format.step();
    }

    public int length() {
        return sum.length;
    }

    /** The largest magnitude in the sum, NaN where it is beyond what {@link FixedPoint#nodes} frames within the limit can give. */
    double largest() {
        double largest = 0;
        for (long steps : sum) {
            largest = Math.max(largest, Math.abs((double) steps));
        }
        double most = format.limit() * format.nodes();
        return largest * format.step() <= most ? largest * format.step() : Double.NaN;
    }

    /** The sum as steps, a copy. */
    public long[] steps() {
        return Arrays.copyOf(sum, sum.length);
    }

    private void checkLength(int length) {
        if (length != sum.length) {
            throw new IllegalArgumentException("a frame must have " + sum.length + " numbers: " + length);
        }
    }
}
