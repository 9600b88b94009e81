package starling.codes.quantize;

import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.entropy.AdaptiveModel;
import starling.codes.entropy.Elias;
import starling.codes.entropy.HistogramModel;
import starling.codes.entropy.IntegerModel;
import starling.codes.entropy.RangeDecoder;
import starling.codes.entropy.RangeEncoder;
import starling.codes.random.RandomStream;

/**
 * How the numbers of intervals, each from {@code lowest} to {@code lowest + symbols - 1}, become the rest of a message.
 * Cost: O(1) per number.
 */
public enum Packing {
    /** log2(symbols) bits for each number, whatever the data: the raw rate, without rounding up to whole bits. */
    FIXED("fixed"),
    /** Frequencies learned by both ends. */
    ADAPTIVE("adaptive"),
    /** Frequencies learned by both ends, one law for each of 16 parts of the dither's interval. */
    DITHER_CONTEXTS("contexts"),
    /** Frequencies counted beforehand and sent along. */
    COUNTED("counted"),
    /**
     * For numbers that are mostly 0 (D. Alistarh et al., QSGD, 2017, section 3.1): how many are not, then for each of these
     * the distance from the last, the sign, and the magnitude, in {@link Elias#OMEGA}.
     */
    ELIAS("elias");

    private static final int DITHER_PARTS = 16;

    private final String label;

    Packing(String label) {
        this.label = label;
    }

    /** A word for the names of codes. */
    public String label() {
        return label;
    }

    /** Whether skewed data make a message shorter. */
    public boolean entropyCoded() {
        return this != FIXED;
    }

    /**
     * Appends numbers to a message, from its next whole byte on, as its last part.
     *
     * @param dither whose place i belongs to number i; only {@link #DITHER_CONTEXTS} looks at it
     */
    void write(BitWriter message, int[] numbers, int lowest, int symbols, RandomStream dither) {
        if (this == ELIAS) {
            writeElias(message, numbers);
            return;
        }
        RangeEncoder encoder = new RangeEncoder(message);
        switch (this) {
            case FIXED -> {
                for (int number : numbers) {
                    encoder.encode(number - lowest, 1, symbols);
                }
            }
            case COUNTED -> {
                int[] counts = new int[symbols];
                for (int number : numbers) {
                    counts[number - lowest]++;
                }
                HistogramModel model = HistogramModel.of(new int[][] {counts});
                model.write(encoder);
                for (int number : numbers) {
                    model.encode(encoder, 0, number - lowest);
                }
            }
            default -> {
                AdaptiveModel model = new AdaptiveModel(symbols, contexts());
                for (int i = 0; i < numbers.length; i++) {
                    model.encode(encoder, context(dither, i), numbers[i] - lowest);
                }
            }
        }
        encoder.finish();
    }

    /** Reads what {@link #write} wrote, to the end of the message; all numbers are within the bounds given. */
    int[] read(BitReader message, int length, int lowest, int symbols, RandomStream dither) {
        int[] numbers = new int[length];
        if (this == ELIAS) {
            readElias(message, numbers, lowest, symbols);
            return numbers;
        }
        RangeDecoder decoder = new RangeDecoder(message);
        switch (this) {
            case FIXED -> {
                for (int i = 0; i < length; i++) {
                    int place = decoder.place(symbols);
                    decoder.take(place, 1);
                    numbers[i] = place + lowest;
                }
            }
            case COUNTED -> {
                HistogramModel model = HistogramModel.read(decoder, symbols, 1);
                for (int i = 0; i < length; i++) {
                    numbers[i] = model.decode(decoder, 0) + lowest;
                }
            }
            default -> {
                AdaptiveModel model = new AdaptiveModel(symbols, contexts());
                for (int i = 0; i < length; i++) {
                    numbers[i] = model.decode(decoder, context(dither, i)) + lowest;
                }
            }
        }
        decoder.finish();
        return numbers;
    }

    private int contexts() {
        return this == DITHER_CONTEXTS ? DITHER_PARTS : 1;
    }

    private int context(RandomStream dither, int place) {
        return this == DITHER_CONTEXTS ? IntegerModel.ditherContext(dither.dither(place), DITHER_PARTS) : 0;
    }

    private static void writeElias(BitWriter message, int[] numbers) {
        int present = 0;
        for (int number : numbers) {
            present += number != 0 ? 1 : 0;
        }
        Elias.OMEGA.write(message, present + 1);
        int last = -1;
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] != 0) {
                Elias.OMEGA.write(message, i - last);
                message.bit(numbers[i] < 0);
                Elias.OMEGA.write(message, Math.abs(numbers[i]));
                last = i;
            }
        }
    }

    private static void readElias(BitReader message, int[] numbers, int lowest, int symbols) {
        int present = Elias.OMEGA.read(message) - 1;
        int last = -1;
        for (; present > 0; present--) {
            int distance = Elias.OMEGA.read(message);
            boolean negative = message.bit();
            int magnitude = Elias.OMEGA.read(message);
            int number = negative ? -magnitude : magnitude;
            if (distance >= numbers.length - last) {
                throw new MalformedMessageException("a place in a message must lie within the vector: " + distance
                        + " after " + last + " of " + numbers.length);
            }
            if (number < lowest || number - lowest >= symbols) {
                throw new MalformedMessageException("the number of an interval must be " + lowest + " to "
                        + (lowest + symbols - 1) + ": " + number);
            }
            last += distance;
            numbers[last] = number;
        }
        message.end();
    }
}
