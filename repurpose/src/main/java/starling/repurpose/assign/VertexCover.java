package starling.repurpose.assign;

import java.util.Arrays;
import starling.models.UnfitException;

/**
 * A minimum weighted vertex cover of a bipartite graph: the cheapest set of vertices that touches every edge. On a link of a
 * split layer that is the fewest values: every kept cross edge needs its source's activation (a left vertex, weight: how many
 * numbers its value has) or its target's partial sum (a right vertex).
 *
 * <p>Without weights by maximum matching (Hopcroft and Karp; Koenig's theorem), O(E sqrt V). With weights by maximum flow
 * through source, left, right, sink with the weights as capacities (Dinic), O(V^2 E) at worst and a few sweeps over the edges
 * in practice; flow is stored only where it is positive, so a complete graph of 8192 x 8192 needs little more than
 * its edges (256 MiB).
 *
 * <p>The certificate is an edge packing: amounts on edges that add up to no more than the weight at any vertex. Every cover
 * weighs at least as much as every packing, so equality proves both. Of several minimum covers the answer is the one with the
 * fewest right vertices (their set is contained in that of any other): activations before partial sums.
 */
public final class VertexCover {
    private final BipartiteGraph graph;
    private final long[] leftWeights;
    private final long[] rightWeights;
    private final boolean[] left;
    private final boolean[] right;
    private final long weight;
    private final Packing packing;

    /** States a cover and a packing, right or wrong, for {@link #isMinimum} to judge. */
    VertexCover(
            BipartiteGraph graph,
            long[] leftWeights,
            long[] rightWeights,
            boolean[] left,
            boolean[] right,
            Packing packing) {
        this.graph = graph;
        this.leftWeights = leftWeights;
        this.rightWeights = rightWeights;
        this.left = left;
        this.right = right;
        this.packing = packing;
        this.weight = covered(leftWeights, left) + covered(rightWeights, right);
    }

    /** Amounts on edges: edge i joins {@link #left} and {@link #right} and carries {@link #amount}, which is positive. */
    public static final class Packing {
        private final int[] left;
        private final int[] right;
        private final long[] amount;

        Packing(int[] left, int[] right, long[] amount) {
            this.left = left;
            this.right = right;
            this.amount = amount;
        }

        /** Number of edges with a positive amount. */
        public int size() {
            return left.length;
        }

        /** The left end of the i-th edge. */
        public int left(int i) {
            return left[i];
        }

        /** The right end of the i-th edge. */
        public int right(int i) {
            return right[i];
        }

        /** The amount on the i-th edge. */
        public long amount(int i) {
            return amount[i];
        }

        /** The sum of the amounts. */
        public long total() {
            long sum = 0;
            for (long a : amount) {
                sum += a;
            }
            return sum;
        }
    }

    /** The smallest cover, every vertex counting one. */
    public static VertexCover minimum(BipartiteGraph graph) {
        HopcroftKarp solved = new HopcroftKarp(graph);
        return new VertexCover(
                graph,
                ones(graph.leftSize()),
                ones(graph.rightSize()),
                complement(solved.reachedLeft()),
                solved.reachedRight(),
                solved.matching());
    }

    /**
     * The cover of least weight.
     *
     * @param leftWeights one per left vertex, not negative
     * @param rightWeights one per right vertex, not negative
     * @throws UnfitException if there are more or fewer weights than vertices, one is negative, or their sum exceeds 2^63 - 1
     */
    public static VertexCover minimum(BipartiteGraph graph, long[] leftWeights, long[] rightWeights) {
        long sum = checkWeights("left", leftWeights, graph.leftSize(), 0);
        checkWeights("right", rightWeights, graph.rightSize(), sum);
        long[] ofLeft = leftWeights.clone();
        long[] ofRight = rightWeights.clone();
        BipartiteFlow solved = new BipartiteFlow(graph, ofLeft, ofRight);
        return new VertexCover(
                graph, ofLeft, ofRight, complement(solved.reachedLeft()), solved.reachedRight(), solved.packing());
    }

    /** What was covered. */
    public BipartiteGraph graph() {
        return graph;
    }

    /** Whether this left vertex is in the cover. */
    public boolean hasLeft(int vertex) {
        return left[vertex];
    }

    /** Per left vertex whether it is in the cover; a copy. */
    public boolean[] left() {
        return left.clone();
    }

    /** Per right vertex whether it is in the cover; a copy. */
    public boolean[] right() {
        return right.clone();
    }

    /** The weight of the cover: without weights, the number of its vertices. */
    public long weight() {
        return weight;
    }

    /** The certificate. */
    public Packing packing() {
        return packing;
    }

    /**
     * Checks everything from the definitions, O(E): the cover touches every edge, the packing lies on edges of the graph and
     * within the weights, and both weigh the same.
     */
    public boolean isMinimum() {
        for (int l = 0; l < left.length; l++) {
            for (int e = graph.firstEdge(l); !left[l] && e < graph.firstEdge(l + 1); e++) {
                if (!right[graph.target(e)]) {
                    return false;
                }
            }
        }
        long[] leftRest = leftWeights.clone();
        long[] rightRest = rightWeights.clone();
        for (int i = 0; i < packing.size(); i++) {
            long amount = packing.amount(i);
            int l = packing.left(i);
            int r = packing.right(i);
            if (amount <= 0 || amount > leftRest[l] || amount > rightRest[r] || !joined(l, r)) {
                return false;
            }
            leftRest[l] -= amount;
            rightRest[r] -= amount;
        }
        return packing.total() == weight;
    }

    private boolean joined(int l, int r) {
        for (int e = graph.firstEdge(l); e < graph.firstEdge(l + 1); e++) {
            if (graph.target(e) == r) {
                return true;
            }
        }
        return false;
    }

    private static long covered(long[] weights, boolean[] in) {
        long sum = 0;
        for (int i = 0; i < in.length; i++) {
            sum += in[i] ? weights[i] : 0;
        }
        return sum;
    }

    private static long[] ones(int size) {
        long[] weights = new long[size];
        Arrays.fill(weights, 1);
        return weights;
    }

    private static boolean[] complement(boolean[] of) {
        boolean[] flipped = new boolean[of.length];
        for (int i = 0; i < of.length; i++) {
            flipped[i] = !of[i];
        }
        return flipped;
    }

    /** Adds the weights to a sum; the whole must stay within a long. */
    private static long checkWeights(String side, long[] weights, int size, long sumBefore) {
        if (weights.length != size) {
            throw new UnfitException(
                    "every vertex needs one weight: " + weights.length + " for " + size + " on the " + side);
        }
        long sum = sumBefore;
        for (int i = 0; i < size; i++) {
            if (weights[i] < 0) {
                throw new UnfitException(
                        "weights must not be negative: vertex " + i + " on the " + side + " has " + weights[i]);
            }
            sum += weights[i];
            if (sum < 0) {
                throw new UnfitException("all weights together must not exceed " + Long.MAX_VALUE
                        + ": they do at vertex " + i + " on the " + side);
            }
        }
        return sum;
    }
}
