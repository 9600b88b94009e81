package starling.repurpose.values;

import java.util.stream.IntStream;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.SplitNetwork;

/**
 * The weights of a layer on the support that a selection leaves: by ridge regression towards the original weights where the
 * moments are known, the original weights where they are not. Outside the support they are exactly zero.
 *
 * <p>Cost: one Cholesky factor per set of targets with the same support.
 */
final class LayerFit {
    private LayerFit() {}

    /**
     * Fits a layer.
     *
     * @param unchanged whether the layer's input is still the original's: a target with full support then keeps its weights
     */
    static SplitNetwork.Weights fit(LayerProblem problem, Selection selection, boolean unchanged) {
        LinearMap map = problem.map();
        float[] weights = new float[map.weights().length];
        float[] bias =
                map.bias() == null ? new float[map.targets()] : map.bias().clone();
        int width = map.sources() * map.kernel();
        for (int[] targets : selection.alike()) {
            boolean[] support = selection.support(targets[0]);
            int[] sources =
                    IntStream.range(0, support.length).filter(s -> support[s]).toArray();
            boolean full = sources.length == support.length;
            if (problem.moments().diagonal() || (full && unchanged)) {
                for (int t : targets) {
                    for (int s : sources) {
                        int at = t * width + s * map.kernel();
                        System.arraycopy(map.weights(), at, weights, at, map.kernel());
                    }
                }
                continue;
            }
            int[] columns = problem.moments().columnsOf(sources, true);
            int stride = full ? map.targets() : targets.length;
            double[] solution = full ? problem.fullSolution() : problem.solve(columns, targets);
            for (int i = 0; i < targets.length; i++) {
                int at = full ? targets[i] : i;
                for (int c = 0; c < columns.length - 1; c++) {
                    weights[targets[i] * width + columns[c]] = (float) solution[c * stride + at];
                }
                bias[targets[i]] = (float) solution[(columns.length - 1) * stride + at];
            }
        }
        boolean plain = map.bias() == null && IntStream.range(0, bias.length).allMatch(t -> bias[t] == 0);
        return new SplitNetwork.Weights(weights, plain ? null : bias);
    }
}
