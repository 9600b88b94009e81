package starling.codes.channel;

/**
 * Numbers as multiples of a step in 64 bits, so that sums do not depend on the order of their summands.
 *
 * <p>The limit L is rounded up to a power of two; the step is L 2^-b with b = min(50, 62 - ceil(log2 nodes)). A number of at most
 * L in magnitude is at most 2^b steps, and the sum over all nodes at most 2^62: <i>it cannot overflow</i>. Rounding is to the
 * nearest step (halves to the even one): each summand is off by at most half a step, and a float by nothing unless it is below
 * L 2^(23 - b) in magnitude, that is L 2^-25 with up to 2^14 nodes.
 *
 * @param limit L, the largest magnitude of a summand, 2^-60 to 2^60
 * @param nodes the most summands, at least 1
 */
public record FixedPoint(double limit, int nodes) {
    private static final int MOST_BITS = 50;
    private static final int SUM_BITS = 62;
    /** 1.5 2^52: a double beside it has the unit 1, so that adding it rounds. */
    private static final double ROUNDER = 0x1.8p52;

    private static final long ROUNDER_BITS = Double.doubleToRawLongBits(ROUNDER);

    public FixedPoint {
        if (!(limit >= 0x1p-60 && limit <= 0x1p60)) {
            throw new IllegalArgumentException("the limit of symbols must be from 2^-60 to 2^60: " + limit);
        }
        if (nodes < 1) {
            throw new IllegalArgumentException("a sum is of at least one node: " + nodes);
        }
        double power = Math.scalb(1.0, Math.getExponent(limit));
        limit = power < limit ? 2 * power : power;
    }

    /** The step. */
    public double step() {
        return limit * Math.scalb(1.0, -bits());
    }

    private int bits() {
        return Math.min(MOST_BITS, SUM_BITS - (Integer.SIZE - Integer.numberOfLeadingZeros(nodes - 1)));
    }

    /** The number as steps. It must not be beyond the limit. */
    long steps(double number, double stepsPerUnit) {
        return Double.doubleToRawLongBits(number * stepsPerUnit + ROUNDER) - ROUNDER_BITS;
    }

    /**
     * Numbers as steps.
     *
     * @throws IllegalArgumentException when a number is NaN or beyond the limit
     */
    public long[] steps(float[] numbers) {
        check(numbers, 0, numbers.length);
        double stepsPerUnit = 1 / step();
        long[] steps = new long[numbers.length];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = steps(numbers[i], stepsPerUnit);
        }
        return steps;
    }

    /** The rule for summands. */
    void check(float[] numbers, int from, int to) {
        boolean within = true;
        float most = (float) limit;
        for (int i = from; i < to; i++) {
            // False for NaN; without a branch, so that the loop is vectorised.
            within &= Math.abs(numbers[i]) <= most;
        }
        if (!within) {
            for (int i = from; i < to; i++) {
                if (!(Math.abs(numbers[i]) <= limit)) {
                    throw new IllegalArgumentException("what arrives of a symbol must be a number of at most " + limit
                            + " in magnitude: part " + i + " is " + numbers[i]);
                }
            }
        }
    }
}
