package starling.codes.gradient;

import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.random.Draw;

/**
 * The largest magnitude of each column of one vector. Columns of zeros are silent: their numbers are left out of what the
 * inner code is given.
 */
final class ColumnScales {
    private final Columns columns;
    private final float[] scales;
    private final int length;
    private final int loud;

    private ColumnScales(Columns columns, float[] scales, int length) {
        this.columns = columns;
        this.scales = scales;
        this.length = length;
        int count = 0;
        for (int column = 0; column < scales.length; column++) {
            count += scales[column] > 0 ? columns.size(column, length) : 0;
        }
        loud = count;
    }

    /** Those of a vector, which must be finite. */
    static ColumnScales of(Columns columns, float[] vector, int from, int to) {
        Finite.largest(vector, from, to);
        float[] scales = new float[columns.count(to - from)];
        for (int i = 0; i < to - from; i++) {
            int column = columns.of(i);
            scales[column] = Math.max(scales[column], Math.abs(vector[from + i]));
        }
        return new ColumnScales(columns, scales, to - from);
    }

    static ColumnScales read(BitReader message, Columns columns, int length) {
        int count = columns.count(length);
        if (message.remainingBytes() < (long) Float.BYTES * count) {
            throw new MalformedMessageException("a message must not end early: " + count
                    + " columns have a scale each, it has " + message.remainingBytes() + " bytes");
        }
        float[] scales = new float[count];
        for (int column = 0; column < count; column++) {
            scales[column] = message.magnitude();
        }
        return new ColumnScales(columns, scales, length);
    }

    /** How many numbers are in columns that are not silent. */
    int loud() {
        return loud;
    }

    /** The numbers of columns that are not silent, each in units of its column's scale. */
    float[] units(float[] vector, int from) {
        float[] units = new float[loud];
        int next = 0;
        for (int i = 0; i < length; i++) {
            double scale = scales[columns.of(i)];
            if (scale > 0) {
                units[next++] = Finite.nearest(vector[from + i] / scale);
            }
        }
        return units;
    }

    /** The way back; zeros in silent columns. */
    void restore(float[] units, float[] into, int from) {
        int next = 0;
        for (int i = 0; i < length; i++) {
            double scale = scales[columns.of(i)];
            into[from + i] = scale > 0 ? Finite.nearest(scale * units[next++]) : 0;
        }
    }

    /** What is sent: the scales and, unless all are 0, the inner code's message without its own scale, which is 1. */
    byte[] message(float[] vector, int from, GradientEncoder code, Draw draw) {
        BitWriter message = new BitWriter(Float.BYTES * scales.length + length / 4);
        for (float scale : scales) {
            message.real(scale);
        }
        if (loud > 0) {
            byte[] inner = code.encode(units(vector, from), draw);
            message.bytes(inner, Float.BYTES, inner.length);
        }
        return message.message();
    }

    /** The inner message, whose scale is 1, made of what follows the scales. */
    static byte[] inner(BitReader reader, byte[] message) {
        BitWriter inner = new BitWriter(Float.BYTES + message.length);
        inner.real(1);
        inner.bytes(message, reader.position(), message.length);
        return inner.message();
    }

    /** The vector's bits before entropy coding, where the inner code says this of all its numbers. */
    static double rawBits(Columns columns, int length, double inner) {
        return (double) Float.SIZE * (columns.count(length) - 1) + inner;
    }

    /**
     * Refuses codes that would not leave each number its own scale.
     *
     * @throws IllegalArgumentException when it is one
     */
    static void check(LargestUnit code) {
        if (!code.inUnitsOfLargest()) {
            throw new IllegalArgumentException(
                    "columns have scales of their own under codes in units of the largest magnitude: " + code.name());
        }
    }
}
