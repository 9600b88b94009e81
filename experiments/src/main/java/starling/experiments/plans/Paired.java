package starling.experiments.plans;

import java.util.BitSet;

/**
 * The difference of two accuracies on the same samples, with its 95 % confidence interval: with b samples that only the first
 * gets right and c that only the second does, {@code d = (b - c) / n}, standard error
 * {@code sqrt(b + c - (b - c)^2 / n) / n}, interval {@code d -+ 1.96} of it (normal approximation for paired proportions).
 *
 * @param difference d
 * @param low lower end
 * @param high upper end
 */
public record Paired(double difference, double low, double high) {
    private static final double NORMAL_95 = 1.959964;

    /** How much better the first is than the second. */
    public static Paired of(BitSet first, BitSet second, int samples) {
        BitSet differing = (BitSet) first.clone();
        differing.xor(second);
        int disagree = differing.cardinality();
        differing.and(first);
        int gain = 2 * differing.cardinality() - disagree;
        double n = samples;
        double error = Math.sqrt(disagree - gain * (gain / n)) / n;
        double difference = gain / n;
        return new Paired(difference, difference - NORMAL_95 * error, difference + NORMAL_95 * error);
    }
}
