package starling.repurpose.assign;

import java.util.Arrays;

/**
 * A maximum flow from a source through left and right vertices to a sink, where only the vertices have capacities (Dinic's
 * algorithm, depth-first search without recursion). Since edges have none, an edge can always carry more, and back only what
 * it carries: positive flows are listed per right vertex and nothing else is stored per edge.
 */
final class BipartiteFlow {
    private static final int NONE = -1;

    private final BipartiteGraph graph;
    private final long[] leftRest;
    private final long[] rightRest;

    // Of right vertex r: flow flowAmount[r][i] comes from left vertex flowFrom[r][i], i < flowCount[r].
    private final int[][] flowFrom;
    private final long[][] flowAmount;
    private final int[] flowCount;

    private final int[] leftLevel;
    private final int[] rightLevel;
    private final int[] leftArc;
    private final int[] rightArc;
    private final int[] queue;
    private final int[] pathLeft;
    private final int[] pathRight;
    private int last;

    BipartiteFlow(BipartiteGraph graph, long[] leftCapacity, long[] rightCapacity) {
        int lefts = graph.leftSize();
        int rights = graph.rightSize();
        this.graph = graph;
        this.leftRest = leftCapacity.clone();
        this.rightRest = rightCapacity.clone();
        this.flowFrom = new int[rights][0];
        this.flowAmount = new long[rights][0];
        this.flowCount = new int[rights];
        this.leftLevel = new int[lefts];
        this.rightLevel = new int[rights];
        this.leftArc = new int[lefts];
        this.rightArc = new int[rights];
        this.queue = new int[lefts];
        this.pathLeft = new int[lefts];
        this.pathRight = new int[lefts];
        fillGreedily();
        while (search()) {
            for (int l = 0; l < lefts; l++) {
                leftArc[l] = graph.firstEdge(l);
            }
            for (int r = 0; r < rights; r++) {
                dropEmptyFlows(r);
                rightArc[r] = 0;
            }
            for (int l = 0; l < lefts; l++) {
                while (leftRest[l] > 0 && augmentFrom(l)) {
                    // once more
                }
            }
        }
    }

    /** Per left vertex whether more could flow to it: the source's side of the cut. */
    boolean[] reachedLeft() {
        return reached(leftLevel);
    }

    /** The same for right vertices. */
    boolean[] reachedRight() {
        return reached(rightLevel);
    }

    VertexCover.Packing packing() {
        int count = 0;
        for (int r = 0; r < flowCount.length; r++) {
            dropEmptyFlows(r);
            count += flowCount[r];
        }
        int[] left = new int[count];
        int[] right = new int[count];
        long[] amount = new long[count];
        int at = 0;
        for (int r = 0; r < flowCount.length; r++) {
            System.arraycopy(flowFrom[r], 0, left, at, flowCount[r]);
            System.arraycopy(flowAmount[r], 0, amount, at, flowCount[r]);
            Arrays.fill(right, at, at + flowCount[r], r);
            at += flowCount[r];
        }
        return new VertexCover.Packing(left, right, amount);
    }

    private static boolean[] reached(int[] level) {
        boolean[] reached = new boolean[level.length];
        for (int i = 0; i < level.length; i++) {
            reached[i] = level[i] != NONE;
        }
        return reached;
    }

    private void fillGreedily() {
        for (int l = 0; l < leftRest.length; l++) {
            for (int e = graph.firstEdge(l); leftRest[l] > 0 && e < graph.firstEdge(l + 1); e++) {
                int r = graph.target(e);
                long amount = Math.min(leftRest[l], rightRest[r]);
                if (amount > 0) {
                    addFlow(l, r, amount);
                    leftRest[l] -= amount;
                    rightRest[r] -= amount;
                }
            }
        }
    }

    /** Levels by breadth-first search, as far as the first right vertex with capacity left; false if there is none. */
    private boolean search() {
        Arrays.fill(leftLevel, NONE);
        Arrays.fill(rightLevel, NONE);
        int end = 0;
        for (int l = 0; l < leftRest.length; l++) {
            if (leftRest[l] > 0) {
                leftLevel[l] = 0;
                queue[end++] = l;
            }
        }
        last = Integer.MAX_VALUE;
        for (int at = 0; at < end && leftLevel[queue[at]] <= last; at++) {
            int l = queue[at];
            for (int e = graph.firstEdge(l); e < graph.firstEdge(l + 1); e++) {
                int r = graph.target(e);
                if (rightLevel[r] == NONE) {
                    rightLevel[r] = leftLevel[l];
                    if (rightRest[r] > 0) {
                        last = leftLevel[l];
                    }
                    for (int i = 0; i < flowCount[r]; i++) {
                        int back = flowFrom[r][i];
                        if (flowAmount[r][i] > 0 && leftLevel[back] == NONE) {
                            leftLevel[back] = leftLevel[l] + 1;
                            queue[end++] = back;
                        }
                    }
                }
            }
        }
        return last != Integer.MAX_VALUE;
    }

    /** One augmenting path along rising levels from a left vertex with capacity left; false if there is none any more. */
    private boolean augmentFrom(int start) {
        int depth = 0;
        pathLeft[0] = start;
        while (depth >= 0) {
            int l = pathLeft[depth];
            if (leftArc[l] == graph.firstEdge(l + 1)) {
                leftLevel[l] = NONE;
                depth--;
                if (depth >= 0) {
                    rightArc[pathRight[depth]]++;
                }
                continue;
            }
            int r = graph.target(leftArc[l]);
            if (rightLevel[r] != leftLevel[l]) {
                leftArc[l]++;
                continue;
            }
            pathRight[depth] = r;
            if (rightRest[r] > 0) {
                push(depth);
                return true;
            }
            int back = nextBack(r);
            if (back == NONE) {
                leftArc[l]++;
            } else {
                pathLeft[++depth] = back;
            }
        }
        return false;
    }

    /** The left vertex of the next level to which this right vertex can send flow back, NONE if it has no more. */
    private int nextBack(int r) {
        for (; rightLevel[r] < last && rightArc[r] < flowCount[r]; rightArc[r]++) {
            int i = rightArc[r];
            if (flowAmount[r][i] > 0 && leftLevel[flowFrom[r][i]] == rightLevel[r] + 1) {
                return flowFrom[r][i];
            }
        }
        return NONE;
    }

    /** Sends what fits along the path of this depth. */
    private void push(int depth) {
        int end = pathRight[depth];
        long amount = Math.min(leftRest[pathLeft[0]], rightRest[end]);
        for (int d = 0; d < depth; d++) {
            int r = pathRight[d];
            amount = Math.min(amount, flowAmount[r][rightArc[r]]);
        }
        leftRest[pathLeft[0]] -= amount;
        rightRest[end] -= amount;
        for (int d = 0; d <= depth; d++) {
            int r = pathRight[d];
            if (d < depth) {
                flowAmount[r][rightArc[r]] -= amount;
            }
            addFlow(pathLeft[d], r, amount);
        }
    }

    private void addFlow(int l, int r, long amount) {
        int count = flowCount[r];
        int[] from = flowFrom[r];
        for (int i = 0; i < count; i++) {
            if (from[i] == l) {
                flowAmount[r][i] += amount;
                return;
            }
        }
        if (count == from.length) {
            int capacity = Math.max(2, count + count / 2);
            flowFrom[r] = Arrays.copyOf(from, capacity);
            flowAmount[r] = Arrays.copyOf(flowAmount[r], capacity);
        }
        flowFrom[r][count] = l;
        flowAmount[r][count] = amount;
        flowCount[r]++;
    }

    private void dropEmptyFlows(int r) {
        int kept = 0;
        for (int i = 0; i < flowCount[r]; i++) {
            if (flowAmount[r][i] > 0) {
                flowFrom[r][kept] = flowFrom[r][i];
                flowAmount[r][kept++] = flowAmount[r][i];
            }
        }
        flowCount[r] = kept;
    }
}
