package starling.codes.computation;

/**
 * One multiplication of a task: (sum over a of left[a] A_a) times (sum over b of right[b] B_b).
 *
 * @param left coefficients of A's blocks
 * @param right coefficients of B's blocks
 */
@SuppressWarnings("ArrayRecordComponent") // read by the code that owns them; terms are not compared by equals
public record Term(double[] left, double[] right) {
    /** @throws IllegalArgumentException if a coefficient is not finite or all of one side are zero */
    public Term {
        check("left", left);
        check("right", right);
    }

    private static void check(String side, double[] coefficients) {
        boolean some = false;
        for (double coefficient : coefficients) {
            if (!Double.isFinite(coefficient)) {
                throw new IllegalArgumentException(
                        "coefficients of the " + side + " factor must be finite: one is " + coefficient);
            }
            some |= coefficient != 0;
        }
        if (!some) {
            throw new IllegalArgumentException("the " + side + " factor of a task must have a block: it has none");
        }
    }
}
