package starling.repurpose.space;

import java.util.Arrays;

/** Disjoint sets of units: values that must be split alike share their units. Union by least number, path halving. */
final class UnitForest {
    private int[] parents = new int[1024];
    private int size;
    private int unions;

    /** How many joins changed something. */
    int unions() {
        return unions;
    }

    /** The next {@code count} units. */
    int[] open(int count) {
        while (size + count > parents.length) {
            parents = Arrays.copyOf(parents, 2 * parents.length);
        }
        int[] units = new int[count];
        for (int i = 0; i < count; i++) {
            units[i] = size++;
            parents[units[i]] = units[i];
        }
        return units;
    }

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
