package starling.repurpose.assign;

import java.util.Arrays;

/**
 * The graph of P workers in which {@link TransportationSolver} repairs an excess. Node k is worker k; the arc from a to b
 * stands for the unit of a that is cheapest to hand over, min over its units of (c[b] - c[a]). With capacity ranges there is
 * one node more, the pool of unused room: an arc from a to the pool means that a keeps one unit more than its target, an arc
 * from the pool to b that b keeps one less; both cost nothing.
 *
 * <p>Invariants between augmentations, with prices u (the pool's is u[P]):
 *
 * <ul>
 *   <li>every unit is where c - u is least for it, so no arc has negative reduced length (c[b] - u[b]) - (c[a] - u[a]);
 *   <li>with ranges: u[k] &gt; u[P] only if the target of k is its least, u[k] &lt; u[P] only if it is its most;
 *   <li>the excess of a worker is its count less its target, and all excesses add up to zero.
 * </ul>
 *
 * When no excess is left, targets are met and the invariants are the conditions of optimality.
 */
final class WorkerGraph {
    private static final long UNREACHED = Long.MAX_VALUE;

    private final long[] cost;
    private final int workers;
    private final int[] owner;
    private final long[] price;
    private final int[] excess;
    private final int[] target;
    private final CheapestMoves moves;

    private final long[] distance;
    private final int[] previous;
    private final boolean[] settled;

    private int size;
    private int[] least = {};
    private int[] most = {};
    private int nodes;

    /** @param cost of unit i on worker k at i * workers + k, not negative */
    WorkerGraph(long[] cost, int workers) {
        this.cost = cost;
        this.workers = workers;
        this.owner = new int[cost.length / workers];
        this.price = new long[workers + 1];
        this.excess = new int[workers + 1];
        this.target = new int[workers];
        this.moves = new CheapestMoves(cost, workers, owner);
        this.distance = new long[workers + 1];
        this.previous = new int[workers + 1];
        this.settled = new boolean[workers + 1];
    }

    int owner(int unit) {
        return owner[unit];
    }

    /** The prices of the last solution, relative to the pool's. */
    long[] prices() {
        return Arrays.copyOf(price, workers);
    }

    /** Solves the first {@code units} units, starting from the prices of the last solution. */
    void solve(int units, int[] fewest, int[] largest) {
        size = units;
        least = fewest;
        most = largest;
        nodes = Arrays.equals(fewest, largest) ? workers : workers + 1;
        place();
        setTargets();
        if (beginSearch()) {
            moves.reset(units);
            do {
                augment();
            } while (beginSearch());
        }
        long pool = price[workers];
        for (int k = 0; k <= workers; k++) {
            price[k] -= pool;
        }
    }

    /** Gives every unit to the worker where it is cheapest at current prices, ties to the one with most room left. */
    private void place() {
        int[] room = most.clone();
        for (int i = 0; i < size; i++) {
            int row = i * workers;
            long best = UNREACHED;
            int at = 0;
            for (int k = 0; k < workers; k++) {
                long reduced = cost[row + k] - price[k];
                if (reduced < best || (reduced == best && room[k] > room[at])) {
                    best = reduced;
                    at = k;
                }
            }
            owner[i] = at;
            room[at]--;
        }
        for (int k = 0; k < workers; k++) {
            excess[k] = most[k] - room[k]; // the count, for now
        }
    }

    private void setTargets() {
        excess[workers] = 0;
        for (int k = 0; k < workers; k++) {
            if (price[k] > 0) {
                target[k] = least[k];
            } else if (price[k] < 0) {
                target[k] = most[k];
            } else {
                target[k] = Math.max(least[k], Math.min(most[k], excess[k]));
            }
            excess[k] -= target[k];
            excess[workers] -= excess[k];
        }
    }

    /** Makes every node with an excess a start of the next search; false if there is none. */
    private boolean beginSearch() {
        boolean any = false;
        for (int k = 0; k < nodes; k++) {
            boolean source = excess[k] > 0;
            any |= source;
            distance[k] = source ? 0 : UNREACHED;
            previous[k] = -1;
            settled[k] = false;
        }
        return any;
    }

    /**
     * Moves one unit of excess along a shortest path from the nodes that have too much to the nearest that has too little, and
     * adapts the prices.
     */
    private void augment() {
        int end = nearest();
        while (excess[end] >= 0) {
            settled[end] = true;
            relaxFrom(end);
            end = nearest();
        }
        long reach = distance[end];
        for (int k = 0; k < nodes; k++) {
            price[k] += Math.min(distance[k], reach);
        }
        excess[end]++;
        int to = end;
        for (int from = previous[to]; from >= 0; from = previous[to]) {
            move(from, to);
            to = from;
        }
        excess[to]--;
    }

    private int nearest() {
        int best = -1;
        for (int k = 0; k < nodes; k++) {
            if (!settled[k] && (best < 0 || distance[k] < distance[best])) {
                best = k;
            }
        }
        if (best < 0 || distance[best] == UNREACHED) {
            throw new IllegalStateException("an excess that cannot move although the capacities have room");
        }
        return best;
    }

    private void relaxFrom(int a) {
        if (a == workers) {
            for (int b = 0; b < workers; b++) {
                if (target[b] > least[b]) {
                    relax(a, b, 0);
                }
            }
            return;
        }
        if (nodes > workers && target[a] < most[a]) {
            relax(a, workers, 0);
        }
        long[] lengths = moves.lengths();
        for (int b = 0; b < workers; b++) {
            if (!settled[b] && lengths[a * workers + b] != CheapestMoves.NONE) {
                relax(a, b, lengths[a * workers + b]);
            }
        }
    }

    private void relax(int a, int b, long length) {
        long through = distance[a] + length - price[b] + price[a];
        if (through < distance[b]) {
            distance[b] = through;
            previous[b] = a;
        }
    }

    private void move(int a, int b) {
        if (b == workers) {
            target[a]++;
        } else if (a == workers) {
            target[b]--;
        } else {
            moves.move(a, b);
        }
    }
}
