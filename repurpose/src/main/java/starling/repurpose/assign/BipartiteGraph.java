package starling.repurpose.assign;

import java.util.Arrays;
import starling.models.UnfitException;

/**
 * A bipartite graph, its edges kept per left vertex in one array (compressed rows): 4 bytes per edge and per left vertex. On a
 * link of a split layer the left vertices are the sender's units, the right ones the receiver's, the edges the kept weights
 * between them. An edge given twice counts once.
 */
public final class BipartiteGraph {
    private final int rightSize;
    private final int[] offsets;
    private final int[] targets;

    private BipartiteGraph(int rightSize, int[] offsets, int[] targets) {
        this.rightSize = rightSize;
        this.offsets = offsets;
        this.targets = targets;
    }

    /** Says whether two vertices are joined. */
    @FunctionalInterface
    public interface Edges {
        /** Whether there is an edge; must answer the same when asked again. */
        boolean between(int left, int right);
    }

    /**
     * The graph of all pairs that are joined; asks twice for each pair, O(leftSize * rightSize).
     *
     * @throws UnfitException if a size is negative or there are more than 2^31 - 1 edges
     */
    public static BipartiteGraph where(int leftSize, int rightSize, Edges edges) {
        checkSizes(leftSize, rightSize);
        int[] offsets = new int[leftSize + 1];
        for (int l = 0; l < leftSize; l++) {
            int degree = 0;
            for (int r = 0; r < rightSize; r++) {
                degree += edges.between(l, r) ? 1 : 0;
            }
            offsets[l + 1] = addDegree(offsets[l], degree);
        }
        int[] targets = new int[offsets[leftSize]];
        for (int l = 0; l < leftSize; l++) {
            int at = offsets[l];
            for (int r = 0; r < rightSize; r++) {
                if (edges.between(l, r)) {
                    targets[at++] = r;
                }
            }
        }
        return new BipartiteGraph(rightSize, offsets, targets);
    }

    /**
     * The graph with edge e from {@code left[e]} to {@code right[e]}; O(size).
     *
     * @throws UnfitException if the arrays differ in length or an edge ends outside the graph
     */
    public static BipartiteGraph of(int leftSize, int rightSize, int[] left, int[] right) {
        checkSizes(leftSize, rightSize);
        if (left.length != right.length) {
            throw new UnfitException("every edge needs two ends: there are " + left.length + " left and " + right.length
                    + " right ones");
        }
        int[] offsets = new int[leftSize + 1];
        for (int e = 0; e < left.length; e++) {
            if (left[e] < 0 || left[e] >= leftSize || right[e] < 0 || right[e] >= rightSize) {
                throw new UnfitException("edges must stay within " + leftSize + " left and " + rightSize
                        + " right vertices: edge " + e + " joins " + left[e] + " and " + right[e]);
            }
            offsets[left[e] + 1]++;
        }
        for (int l = 0; l < leftSize; l++) {
            offsets[l + 1] += offsets[l];
        }
        int[] next = Arrays.copyOf(offsets, leftSize);
        int[] targets = new int[left.length];
        for (int e = 0; e < left.length; e++) {
            targets[next[left[e]]++] = right[e];
        }
        return new BipartiteGraph(rightSize, offsets, targets);
    }

    /** Number of left vertices. */
    public int leftSize() {
        return offsets.length - 1;
    }

    /** Number of right vertices. */
    public int rightSize() {
        return rightSize;
    }

    /** Number of edges, repeated ones counted again. */
    public int edges() {
        return targets.length;
    }

    /** Where the edges of this left vertex begin; those of the last end at {@code firstEdge(leftSize())}. */
    int firstEdge(int left) {
        return offsets[left];
    }

    /** The right end of an edge. */
    int target(int edge) {
        return targets[edge];
    }

    private static int addDegree(int sum, int degree) {
        long total = (long) sum + degree;
        if (total > Integer.MAX_VALUE) {
            throw new UnfitException(
                    "a graph must have at most " + Integer.MAX_VALUE + " edges: there are at least " + total);
        }
        return (int) total;
    }

    private static void checkSizes(int leftSize, int rightSize) {
        if (leftSize < 0 || rightSize < 0) {
            throw new UnfitException(
                    "a graph cannot have fewer than 0 vertices: " + leftSize + " left, " + rightSize + " right");
        }
    }
}
