package starling.repurpose.assign;

import java.util.Arrays;

/**
 * A maximum matching in phases: each finds the length of the shortest augmenting paths by breadth-first search and then a
 * largest set of disjoint ones of that length by depth-first search (without recursion). After the last phase the vertices
 * reached from the unmatched left ones are those of Koenig's theorem.
 */
final class HopcroftKarp {
    private static final int NONE = -1;

    private final BipartiteGraph graph;
    private final int[] rightOf;
    private final int[] leftOf;
    private final int[] level;
    private final int[] queue;
    private final int[] arc;
    private final boolean[] reachedRight;
    private int last;

    HopcroftKarp(BipartiteGraph graph) {
        this.graph = graph;
        this.rightOf = new int[graph.leftSize()];
        this.leftOf = new int[graph.rightSize()];
        this.level = new int[graph.leftSize()];
        this.queue = new int[graph.leftSize()];
        this.arc = new int[graph.leftSize()];
        this.reachedRight = new boolean[graph.rightSize()];
        Arrays.fill(rightOf, NONE);
        Arrays.fill(leftOf, NONE);
        matchGreedily();
        while (search()) {
            for (int l = 0; l < rightOf.length; l++) {
                arc[l] = graph.firstEdge(l);
            }
            for (int l = 0; l < rightOf.length; l++) {
                if (rightOf[l] == NONE) {
                    augmentFrom(l);
                }
            }
        }
    }

    /** Per left vertex whether an alternating path from an unmatched left one leads to it. */
    boolean[] reachedLeft() {
        boolean[] reached = new boolean[level.length];
        for (int l = 0; l < level.length; l++) {
            reached[l] = level[l] != NONE;
        }
        return reached;
    }

    /** The same for right vertices. */
    boolean[] reachedRight() {
        return reachedRight;
    }

    VertexCover.Packing matching() {
        int count = 0;
        int[] left = new int[rightOf.length];
        int[] right = new int[rightOf.length];
        for (int l = 0; l < rightOf.length; l++) {
            if (rightOf[l] != NONE) {
                left[count] = l;
                right[count++] = rightOf[l];
            }
        }
        long[] amount = new long[count];
        Arrays.fill(amount, 1);
        return new VertexCover.Packing(Arrays.copyOf(left, count), Arrays.copyOf(right, count), amount);
    }

    private void matchGreedily() {
        for (int l = 0; l < rightOf.length; l++) {
            for (int e = graph.firstEdge(l); rightOf[l] == NONE && e < graph.firstEdge(l + 1); e++) {
                int r = graph.target(e);
                if (leftOf[r] == NONE) {
                    rightOf[l] = r;
                    leftOf[r] = l;
                }
            }
        }
    }

    /** Levels of left vertices from the unmatched ones, as far as the first unmatched right vertex; false if there is none. */
    private boolean search() {
        Arrays.fill(level, NONE);
        Arrays.fill(reachedRight, false);
        int end = 0;
        for (int l = 0; l < rightOf.length; l++) {
            if (rightOf[l] == NONE) {
                level[l] = 0;
                queue[end++] = l;
            }
        }
        last = Integer.MAX_VALUE;
        for (int at = 0; at < end && level[queue[at]] <= last; at++) {
            int l = queue[at];
            for (int e = graph.firstEdge(l); e < graph.firstEdge(l + 1); e++) {
                int r = graph.target(e);
                if (!reachedRight[r]) {
                    reachedRight[r] = true;
                    int next = leftOf[r];
                    if (next == NONE) {
                        last = level[l];
                    } else {
                        level[next] = level[l] + 1;
                        queue[end++] = next;
                    }
                }
            }
        }
        return last != Integer.MAX_VALUE;
    }

    /** Looks for one augmenting path along rising levels; every arc is tried once per phase. */
    private void augmentFrom(int start) {
        int[] path = queue; // free between searches; a path visits a left vertex at most once
        int depth = 0;
        path[0] = start;
        while (depth >= 0) {
            int l = path[depth];
            if (arc[l] == graph.firstEdge(l + 1)) {
                level[l] = NONE;
                depth--;
                if (depth >= 0) {
                    arc[path[depth]]++;
                }
                continue;
            }
            int next = leftOf[graph.target(arc[l])];
            if (next == NONE) {
                for (int d = depth; d >= 0; d--) {
                    int r = graph.target(arc[path[d]]);
                    rightOf[path[d]] = r;
                    leftOf[r] = path[d];
                    level[path[d]] = NONE;
                }
                return;
            }
            if (level[next] == level[l] + 1 && level[l] < last) {
                path[++depth] = next;
            } else {
                arc[l]++;
            }
        }
    }
}
