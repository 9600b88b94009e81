package starling.codes.computation;

import java.util.List;

/**
 * The coded inputs of a task: combinations of blocks, one pair for each of its products.
 *
 * @param left combinations of A's blocks
 * @param right combinations of B's blocks, as many
 */
public record Inputs(List<Matrix> left, List<Matrix> right) {
    /** What a worker does with them: sum over i of left_i right_i. */
    public Matrix compute() {
        Matrix sum = left.get(0).times(right.get(0));
        for (int i = 1; i < left.size(); i++) {
            Matrix more = left.get(i).times(right.get(i));
            for (int d = 0; d < sum.values().length; d++) {
                sum.values()[d] += more.values()[d];
            }
        }
        return sum;
    }
}
