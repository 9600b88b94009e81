package starling.repurpose.values;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.SplitNetwork;

/**
 * The weights of a layer on the support that a selection leaves. Outside the support they are exactly zero.
 *
 * <p>First every target for itself, by ridge regression towards the original weights: W_st = G_ss^-1 R_st. Then together:
 * what targets miss acts on the answers together, so that one target can make up for what another one misses. Minimised is
 * E[e^T M e] with the errors e = z - W^T x and the {@link Sensitivity} M, over all weights on the support, by block
 * coordinate descent: for the targets g that share a support s, all others fixed,
 *
 * <p>W_sg += G_ss^-1 (D M)_sg M_gg^-1, D = R - G W,
 *
 * <p>which is the exact minimum over the block, {@code rounds} times over all blocks; no step raises the loss. Where all
 * targets have the same support the second part changes nothing.
 *
 * <p>Where moments are not known the original weights are kept.
 *
 * <p>Cost: one Cholesky factor per block, and per round O(C^2 T + C T^2) for C columns and T targets.
 */
final class LayerFit {
    private final LayerProblem problem;
    private final int columns;
    private final int targets;
    private final List<Block> blocks = new ArrayList<>();
    /** W of all columns, the bias last, [C][T]. */
    private final double[] solution;

    private record Block(int[] targets, int[] columns, CholeskyFactor factor) {}

    private LayerFit(LayerProblem problem, Selection selection) {
        this.problem = problem;
        this.columns = problem.moments().columns();
        this.targets = problem.targets();
        this.solution = new double[columns * targets];
        for (int[] group : selection.alike()) {
            int[] of = problem.moments().columnsOf(sources(selection, group[0]), true);
            Block block = new Block(group, of, problem.factor(of));
            blocks.add(block);
            double[] part = problem.moments().crossOf(of, group);
            block.factor().forward(part, group.length);
            block.factor().backward(part, group.length);
            add(block, part);
        }
    }

    private static int[] sources(Selection selection, int target) {
        boolean[] support = selection.support(target);
        return IntStream.range(0, support.length).filter(s -> support[s]).toArray();
    }

    /**
     * Fits a layer.
     *
     * @param unchanged whether the layer's input is still the original's: if every target knows every source the layer then
     *     keeps its weights to the bit
     * @param rounds of the joint fit
     */
    static SplitNetwork.Weights fit(LayerProblem problem, Selection selection, boolean unchanged, int rounds) {
        LinearMap map = problem.map();
        boolean all =
                IntStream.range(0, problem.targets()).allMatch(t -> sources(selection, t).length == problem.sources());
        if (all && (unchanged || !problem.moments().known())) {
            return new SplitNetwork.Weights(map.weights(), map.bias());
        }
        if (!problem.moments().known()) {
            return original(map, selection);
        }
        LayerFit fit = new LayerFit(problem, selection);
        if (problem.sensitivity().isCoupled() && fit.blocks.size() > 1) {
            fit.together(rounds);
        }
        return fit.weights();
    }

    private static SplitNetwork.Weights original(LinearMap map, Selection selection) {
        float[] weights = new float[map.weights().length];
        for (int t = 0; t < map.targets(); t++) {
            boolean[] support = selection.support(t);
            for (int s = 0; s < support.length; s++) {
                int at = (t * map.sources() + s) * map.kernel();
                for (int k = 0; support[s] && k < map.kernel(); k++) {
                    weights[at + k] = map.weights()[at + k];
                }
            }
        }
        return new SplitNetwork.Weights(weights, map.bias());
    }

    private void together(int rounds) {
        int[] everything = IntStream.range(0, columns).toArray();
        int[] everyone = IntStream.range(0, targets).toArray();
        double[] d = problem.moments().cross().clone();
        Products.subtract(
                d,
                0,
                targets,
                problem.moments().gram(),
                0,
                columns,
                1,
                solution,
                0,
                targets,
                columns,
                columns,
                targets);
        List<CholeskyFactor> sensitivities = new ArrayList<>();
        List<double[]> acting = new ArrayList<>();
        List<double[]> grams = new ArrayList<>();
        for (Block block : blocks) {
            sensitivities.add(CholeskyFactor.ofOwned(
                    problem.sensitivity().block(block.targets(), block.targets()), block.targets().length));
            acting.add(problem.sensitivity().block(everyone, block.targets()));
            grams.add(problem.moments().gramOf(everything, block.columns()));
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < blocks.size(); i++) {
                Block block = blocks.get(i);
                int n = block.columns().length;
                int m = block.targets().length;
                double[] known = new double[n * targets];
                for (int c = 0; c < n; c++) {
                    System.arraycopy(d, block.columns()[c] * targets, known, c * targets, targets);
                }
                double[] step = new double[n * m];
                Products.subtract(step, 0, m, known, 0, targets, 1, acting.get(i), 0, m, n, targets, m);
                block.factor().forward(step, m);
                block.factor().backward(step, m);
                double[] turned = turned(step, n, m);
                sensitivities.get(i).forward(turned, n);
                sensitivities.get(i).backward(turned, n);
                step = turned(turned, m, n);
                // step is minus what is to be added to W, so D gains G step.
                double[] change = new double[columns * m];
                Products.subtract(change, 0, m, grams.get(i), 0, n, 1, step, 0, m, columns, n, m);
                for (int c = 0; c < columns; c++) {
                    for (int t = 0; t < m; t++) {
                        d[c * targets + block.targets()[t]] -= change[c * m + t];
                    }
                }
                for (int k = 0; k < step.length; k++) {
                    step[k] = -step[k];
                }
                add(block, step);
            }
        }
    }

    private void add(Block block, double[] part) {
        int m = block.targets().length;
        for (int c = 0; c < block.columns().length; c++) {
            for (int t = 0; t < m; t++) {
                solution[block.columns()[c] * targets + block.targets()[t]] += part[c * m + t];
            }
        }
    }

    private static double[] turned(double[] matrix, int rows, int columns) {
        double[] turned = new double[matrix.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                turned[c * rows + r] = matrix[r * columns + c];
            }
        }
        return turned;
    }

    private SplitNetwork.Weights weights() {
        int inputs = columns - 1;
        float[] weights = new float[targets * inputs];
        float[] bias = new float[targets];
        for (int t = 0; t < targets; t++) {
            for (int c = 0; c < inputs; c++) {
                weights[t * inputs + c] = (float) solution[c * targets + t];
            }
            bias[t] = (float) solution[inputs * targets + t];
        }
        return new SplitNetwork.Weights(weights, bias);
    }
}
