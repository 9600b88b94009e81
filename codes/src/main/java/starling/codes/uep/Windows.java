package starling.codes.uep;

import java.util.Arrays;
import starling.codes.random.RandomStream;

/**
 * From which products a worker's combination is made (section III-B of the paper, after Vukobratovic and Stankovic): class l, counted
 * from the most important, has k_l products and is drawn with probability Gamma_l. Its window holds class l alone, or classes 1 to
 * l.
 *
 * @param kind which products a class's window holds
 * @param sizes k_l, each at least 1
 * @param probabilities Gamma_l, not negative, with sum 1 to 1e-9
 */
@SuppressWarnings("ArrayRecordComponent") // settings, not compared
public record Windows(Kind kind, int[] sizes, double[] probabilities) {
    /** How windows follow from classes. */
    public enum Kind {
        /** NOW: a window is a class. */
        NON_OVERLAPPING,
        /** EW: a window is a class and all that are more important. */
        EXPANDING
    }

    /** Of nine products in the paper's simulations one is of the first level, and two are of the second. */
    private static final int PROPORTION = 9;

    private static final double SUM_TOLERANCE = 1e-9;

    /** @throws IllegalArgumentException if a number is out of its range or the arrays differ in length */
    public Windows {
        if (sizes.length == 0 || sizes.length != probabilities.length) {
            throw new IllegalArgumentException("there must be as many sizes as probabilities, at least one: there are "
                    + sizes.length + " and " + probabilities.length);
        }
        for (int size : sizes) {
            if (size < 1) {
                throw new IllegalArgumentException("a class must have at least one product: one has " + size);
            }
        }
        for (double probability : probabilities) {
            if (!(probability >= 0)) {
                throw new IllegalArgumentException("probabilities must not be negative: one is " + probability);
            }
        }
        double sum = Arrays.stream(probabilities).sum();
        if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
            throw new IllegalArgumentException("probabilities of windows must have the sum 1: it is " + sum);
        }
    }

    /**
     * Three classes in the proportions 1 to 2 to 6, at least one product each, with the probabilities 0.40, 0.35, 0.25: those of the
     * paper (Table III) for nine products. Fewer than three products have a class each.
     *
     * @throws IllegalArgumentException if there is no product
     */
    public static Windows usual(Kind kind, int products) {
        int first = Math.max(1, Math.round((float) products / PROPORTION));
        int second = Math.max(1, Math.round(2f * products / PROPORTION));
        return switch (products) {
            case 1 -> new Windows(kind, new int[] {1}, new double[] {1});
            case 2 -> new Windows(kind, new int[] {1, 1}, new double[] {0.5, 0.5});
            default ->
                new Windows(
                        kind, new int[] {first, second, products - first - second}, new double[] {0.40, 0.35, 0.25});
        };
    }

    /** Number L of classes. */
    public int classes() {
        return sizes.length;
    }

    /** Number of products of all classes. */
    public int products() {
        return Arrays.stream(sizes).sum();
    }

    /** Whether the window of a class holds another class; classes are counted from 0. */
    public boolean holds(int window, int other) {
        return kind == Kind.EXPANDING ? other <= window : other == window;
    }

    /** The same with other probabilities. */
    public Windows withProbabilities(double... others) {
        return new Windows(kind, sizes, others);
    }

    /** Draws a window, counted from 0. */
    int draw(RandomStream stream, long place) {
        double left = stream.uniform(place);
        int last = 0;
        for (int window = 0; window < probabilities.length; window++) {
            if (probabilities[window] > 0) {
                last = window;
                left -= probabilities[window];
                if (left < 0) {
                    return window;
                }
            }
        }
        return last;
    }
}
