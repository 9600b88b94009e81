package starling.repurpose.assign;

import java.util.Arrays;

/**
 * For every ordered pair of workers (a, b) the unit of a that is cheapest to hand over to b, that is with the least key
 * c[b] - c[a]: a heap per pair.
 *
 * <p>Few units ever move, so a heap need not hold all: that of (a, b) holds every unit of a whose key is at most the pair's
 * limit, an eighth of them as judged by a sample (units are in random order). When one runs empty, all of a's are made again
 * without limits; that happens once per worker at most, so everything stays within O(NP).
 *
 * <p>Invariant: the first unit of every heap of row a belongs to worker a, and {@link #lengths} has its key, or {@link #NONE}
 * where a has no unit.
 */
final class CheapestMoves {
    /** The length of an arc that does not exist. */
    static final long NONE = Long.MAX_VALUE;

    private static final long NO_LIMIT = Long.MAX_VALUE;
    private static final int SAMPLE = 16;
    private static final int FEW = 8 * SAMPLE;

    private final long[] cost;
    private final int workers;
    private final int[] owner;
    private final MoveHeap[][] heaps;
    private final long[][] limits;
    private final long[] lengths;
    private int size;

    /**
     * Nothing yet.
     *
     * @param cost of unit i on worker k at i * workers + k
     * @param owner per unit its worker; changed by {@link #move} from here on
     */
    CheapestMoves(long[] cost, int workers, int[] owner) {
        this.cost = cost;
        this.workers = workers;
        this.owner = owner;
        this.heaps = new MoveHeap[workers][workers];
        this.limits = new long[workers][workers];
        this.lengths = new long[workers * workers];
    }

    /** Begins anew with the present owners of the first {@code units} units. */
    void reset(int units) {
        size = units;
        int[] counts = new int[workers];
        for (int i = 0; i < size; i++) {
            counts[owner[i]]++;
        }
        setLimits(counts);
        for (int a = 0; a < workers; a++) {
            int expected = counts[a] <= FEW ? counts[a] : counts[a] / 4;
            Arrays.setAll(heaps[a], b -> new MoveHeap(expected));
        }
        for (int i = 0; i < size; i++) {
            append(i);
        }
        for (int a = 0; a < workers; a++) {
            order(a);
        }
    }

    /** The keys of all pairs, that of (a, b) at a * workers + b. */
    long[] lengths() {
        return lengths;
    }

    /** Hands the cheapest unit of a over to b; there is one. */
    void move(int a, int b) {
        int unit = heaps[a][b].topUnit();
        owner[unit] = b;
        boolean exhausted = false;
        for (int x = 0; x < workers; x++) {
            MoveHeap heap = heaps[a][x];
            if (!heap.isEmpty() && heap.topUnit() == unit) {
                dropLeft(heap, a);
                lengths[a * workers + x] = heap.isEmpty() ? NONE : heap.topKey();
                exhausted |= heap.isEmpty() && limits[a][x] != NO_LIMIT;
            }
        }
        if (exhausted) {
            fillCompletely(a);
        }
        add(unit);
    }

    private void dropLeft(MoveHeap heap, int a) {
        while (!heap.isEmpty() && owner[heap.topUnit()] != a) {
            heap.pop();
        }
    }

    private void add(int unit) {
        int b = owner[unit];
        long own = cost[unit * workers + b];
        for (int x = 0; x < workers; x++) {
            long key = cost[unit * workers + x] - own;
            if (key <= limits[b][x]) {
                heaps[b][x].push(key, unit, owner, b);
                lengths[b * workers + x] = heaps[b][x].topKey();
            }
        }
    }

    private void fillCompletely(int a) {
        Arrays.fill(limits[a], NO_LIMIT);
        limits[a][a] = Long.MIN_VALUE;
        Arrays.setAll(heaps[a], b -> new MoveHeap(0));
        for (int i = 0; i < size; i++) {
            if (owner[i] == a) {
                append(i);
            }
        }
        order(a);
    }

    /** Adds a unit to the heaps of its owner without restoring their order. */
    private void append(int unit) {
        int a = owner[unit];
        int at = unit * workers;
        long own = cost[at + a];
        long[] limit = limits[a];
        MoveHeap[] row = heaps[a];
        for (int b = 0; b < workers; b++) {
            long key = cost[at + b] - own;
            if (key <= limit[b]) {
                row[b].append(key, unit);
            }
        }
    }

    private void order(int a) {
        for (int b = 0; b < workers; b++) {
            MoveHeap heap = heaps[a][b];
            heap.heapify();
            lengths[a * workers + b] = heap.isEmpty() ? NONE : heap.topKey();
        }
    }

    /**
     * Limits that about an eighth of a worker's units do not exceed: the second least of a sample of sixteen. None for
     * workers with few units.
     */
    private void setLimits(int[] counts) {
        long[][] least = new long[workers][workers];
        for (int a = 0; a < workers; a++) {
            Arrays.fill(least[a], NO_LIMIT);
            Arrays.fill(limits[a], NO_LIMIT);
        }
        int[] seen = new int[workers];
        int left = 0;
        for (int count : counts) {
            left += count > FEW ? SAMPLE : 0;
        }
        for (int i = 0; left > 0; i++) {
            int a = owner[i];
            if (counts[a] > FEW && seen[a] < SAMPLE) {
                seen[a]++;
                left--;
                for (int b = 0; b < workers; b++) {
                    long key = cost[i * workers + b] - cost[i * workers + a];
                    limits[a][b] = Math.min(limits[a][b], Math.max(least[a][b], key));
                    least[a][b] = Math.min(least[a][b], key);
                }
            }
        }
        for (int a = 0; a < workers; a++) {
            limits[a][a] = Long.MIN_VALUE; // nothing moves from a worker to itself
        }
    }
}
