package starling.codes.computation;

import java.util.List;

/**
 * What a worker computes in one go: the sum of one or more products of combined blocks.
 *
 * @param terms the products to be added; their number is the task's load in block products
 * @param sends whether its answer, and those of the tasks before it that were held back, leave when it is done
 */
public record Task(List<Term> terms, boolean sends) {
    /** @throws IllegalArgumentException if there is nothing to compute */
    public Task {
        terms = List.copyOf(terms);
        if (terms.isEmpty()) {
            throw new IllegalArgumentException("a task must have at least one product: it has none");
        }
    }

    /** One product, sent as soon as it is done. */
    public static Task of(double[] left, double[] right) {
        return new Task(List.of(new Term(left, right)), true);
    }

    /** The answer as a combination of all products of blocks. */
    public double[] functional(Partition partition) {
        int width = partition.rightBlocks();
        double[] functional = new double[partition.products()];
        for (Term term : terms) {
            for (int a = 0; a < partition.leftBlocks(); a++) {
                for (int b = 0; b < width; b++) {
                    functional[a * width + b] += term.left()[a] * term.right()[b];
                }
            }
        }
        return functional;
    }
}
