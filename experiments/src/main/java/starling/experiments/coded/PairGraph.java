package starling.experiments.coded;

import java.util.Arrays;

/**
 * What sums of one or two blocks determine, without linear algebra: blocks are nodes, a sum of two is an edge; all blocks of a
 * connected component are known if it holds a block sent alone or an odd cycle, none otherwise. A second method beside the
 * decoder's.
 */
final class PairGraph {
    private final int[] parent;
    private final int[] side;
    private final int[] size;
    private final boolean[] open;
    private int known;

    PairGraph(int blocks) {
        parent = new int[blocks];
        side = new int[blocks];
        size = new int[blocks];
        open = new boolean[blocks];
        Arrays.setAll(parent, i -> i);
        Arrays.fill(size, 1);
        Arrays.fill(open, true);
    }

    void add(int[] sum) {
        int a = root(sum[0]);
        if (sum.length == 1) {
            close(a);
            return;
        }
        int b = root(sum[1]);
        int parity = parity(sum[0]) ^ parity(sum[1]);
        if (a == b) {
            if (parity == 0) {
                close(a);
            }
            return;
        }
        if (open[a] != open[b]) {
            close(a);
            close(b);
        }
        parent[b] = a;
        side[b] = parity ^ 1;
        size[a] += size[b];
    }

    private void close(int root) {
        if (open[root]) {
            open[root] = false;
            known += size[root];
        }
    }

    private int root(int block) {
        int at = block;
        while (parent[at] != at) {
            at = parent[at];
        }
        return at;
    }

    private int parity(int block) {
        int parity = 0;
        int at = block;
        while (parent[at] != at) {
            parity ^= side[at];
            at = parent[at];
        }
        return parity;
    }

    int known() {
        return known;
    }
}
