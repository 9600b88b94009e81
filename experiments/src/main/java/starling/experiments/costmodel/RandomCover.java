package starling.experiments.costmodel;

import java.util.Arrays;
import java.util.SplittableRandom;
import starling.repurpose.assign.BipartiteGraph;
import starling.repurpose.assign.VertexCover;

/**
 * How many values a link between two nodes needs when a random part of its weights is kept: every kept weight needs its
 * source's activation or its target's partial sum, so the fewest are a minimum vertex cover of a random bipartite graph.
 * The cover stays near the size of a side until a neuron keeps only a few weights on the link, so sparsity alone saves
 * next to nothing. Plans made to save values do not leave random weights, and do better.
 *
 * <p>Cost: O(E sqrt V) for E = density side^2 edges; 4 bytes an edge, three times over while the graph is built.
 *
 * @param values the size of the cover
 * @param proved whether a matching of the same size proves that no cover is smaller
 */
record RandomCover(long values, boolean proved) {
    /**
     * Draws a graph in which each pair is joined with the given probability, and covers it.
     *
     * @param side neurons of each of the two nodes
     * @param density above 0 and below 1
     */
    static RandomCover draw(int side, double density, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] left = new int[1024];
        int[] right = new int[1024];
        int edges = 0;
        double nothing = Math.log1p(-density);
        long pairs = (long) side * side;
        // The number of pairs passed over before the next that is joined is geometric.
        for (long pair = gap(random, nothing); pair < pairs; pair += 1 + gap(random, nothing)) {
            if (edges == left.length) {
                left = Arrays.copyOf(left, 2 * edges);
                right = Arrays.copyOf(right, 2 * edges);
            }
            left[edges] = (int) (pair / side);
            right[edges++] = (int) (pair % side);
        }
        VertexCover cover = VertexCover.minimum(
                BipartiteGraph.of(side, side, Arrays.copyOf(left, edges), Arrays.copyOf(right, edges)));
        return new RandomCover(cover.weight(), cover.isMinimum());
    }

    private static long gap(SplittableRandom random, double nothing) {
        return (long) Math.min(Long.MAX_VALUE / 4.0, Math.log(1 - random.nextDouble()) / nothing);
    }
}
