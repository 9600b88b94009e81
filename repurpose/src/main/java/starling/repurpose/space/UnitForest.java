package starling.repurpose.space;

import java.util.Arrays;

/** Disjoint sets of units: values that must be split alike share their units. Union by least number, path halving. */
final class UnitForest {
    private int[] parents = new int[1024];
    private int size;
    private int unions;

    /** Starts numbering again; what was joined under the old numbers stays joined. */
    void restart() {
        size = 0;
    }

    /** How many joins changed something. */
    int unions() {
        return unions;
    }

    /** The next {@code count} units. */
    int[] open(int count) {
        while (size + count > parents.length || parents.length < 2) {
            int old = parents.length;
            parents = Arrays.copyOf(parents, 2 * old);
        }
        int[] units = new int[count];
        for (int i = 0; i < count; i++) {
            units[i] = size++;
            if (units[i] >= known) {
                parents[units[i]] = units[i];
                known = units[i] + 1;
            }
        }
        return units;
    }

    private int known;

    /** The unit that stands for all it was joined with. */
    int root(int unit) {
        int at = unit;
        while (parents[at] != at) {
            parents[at] = parents[parents[at]];
            at = parents[at];
        }
        return at;
    }

    void join(int a, int b) {
        int x = root(a);
        int y = root(b);
        if (x != y) {
            parents[Math.max(x, y)] = Math.min(x, y);
            unions++;
        }
    }
}
