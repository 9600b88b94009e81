package starling.codes.syndrome;

import java.util.Arrays;
import starling.codes.random.RandomStream;

/**
 * One construction of a code's graph. Checks stand in an order by degree, so that one of least degree is found without a
 * look at all; the search around a bit ends after a bounded number of edges, beyond which checks count as far away.
 */
final class ProgressiveEdgeGrowth {
    private static final int MOST_EDGES = 1024;
    private static final int FAR = Integer.MAX_VALUE;

    private final int[] degrees;
    private final RandomStream random;
    private long drawn;

    /** Checks of each bit, bits of each check, with their numbers. */
    private final int[][] checksOf;

    private final int[][] bitsOf;
    private final int[] bitDegree;
    private final int[] checkDegree;

    /** Checks by degree, the place of each, and where each degree begins. */
    private final int[] order;

    private final int[] place;
    private int[] degreeStart = new int[8];

    /** The search: at which distance a check was found, by search number. */
    private final int[] foundBy;

    private final int[] distance;
    private final int[] bitFoundBy;
    private final int[] queue;
    private int search;

    ProgressiveEdgeGrowth(int[] degrees, int checks, long seed) {
        this.degrees = degrees;
        random = new RandomStream(seed);
        checksOf = new int[degrees.length][];
        for (int bit = 0; bit < degrees.length; bit++) {
            checksOf[bit] = new int[degrees[bit]];
        }
        bitsOf = new int[checks][4];
        bitDegree = new int[degrees.length];
        checkDegree = new int[checks];
        order = new int[checks];
        place = new int[checks];
        for (int check = 0; check < checks; check++) {
            order[check] = check;
            place[check] = check;
        }
        Arrays.fill(degreeStart, 1, degreeStart.length, checks);
        foundBy = new int[checks];
        distance = new int[checks];
        bitFoundBy = new int[degrees.length];
        queue = new int[checks];
    }

    LdpcCode grow() {
        for (int bit = 0; bit < degrees.length; bit++) {
            for (int edge = 0; edge < degrees[bit]; edge++) {
                int near = edge == 0 ? beginSearch() : explore(bit);
                connect(bit, leastBeyond(near));
            }
        }
        int[][] lists = new int[bitsOf.length][];
        for (int check = 0; check < lists.length; check++) {
            lists[check] = Arrays.copyOf(bitsOf[check], checkDegree[check]);
        }
        return LdpcCode.ofLists(degrees.length, lists);
    }

    private int beginSearch() {
        search++;
        return 0;
    }

    /** Finds checks around a bit and answers with the greatest distance beyond which there are still some. */
    private int explore(int bit) {
        beginSearch();
        int tail = 0;
        for (int i = 0; i < bitDegree[bit]; i++) {
            tail = found(checksOf[bit][i], 1, tail);
        }
        bitFoundBy[bit] = search;
        int seen = 0;
        int head = 0;
        int complete = 1;
        while (head < tail) {
            int level = distance[queue[head]];
            if (level > complete) {
                complete = level;
            }
            int levelEnd = tail;
            for (; head < levelEnd; head++) {
                int check = queue[head];
                for (int i = 0; i < checkDegree[check]; i++) {
                    int neighbour = bitsOf[check][i];
                    if (bitFoundBy[neighbour] == search) {
                        continue;
                    }
                    bitFoundBy[neighbour] = search;
                    for (int j = 0; j < bitDegree[neighbour]; j++) {
                        tail = found(checksOf[neighbour][j], level + 1, tail);
                    }
                    seen += bitDegree[neighbour];
                }
                if (level > 1 && seen > MOST_EDGES && tail < order.length) {
                    return tail > levelEnd ? FAR : complete;
                }
            }
            if (tail == order.length) {
                return complete;
            }
        }
        return FAR;
    }

    private int found(int check, int level, int tail) {
        if (foundBy[check] == search) {
            return tail;
        }
        foundBy[check] = search;
        distance[check] = level;
        queue[tail] = check;
        return tail + 1;
    }

    /** A check of least degree among those not found, or found beyond a distance. */
    private int leastBeyond(int near) {
        for (int degree = 0; ; degree++) {
            int start = degreeStart[degree];
            int count = (degree + 1 < degreeStart.length ? degreeStart[degree + 1] : order.length) - start;
            int first = count > 0 ? random.below(drawn++, count) : 0;
            for (int i = 0; i < count; i++) {
                int turn = first + i < count ? first + i : first + i - count;
                int check = order[start + turn];
                if (foundBy[check] != search || (near != FAR && distance[check] > near)) {
                    return check;
                }
            }
        }
    }

    private void connect(int bit, int check) {
        checksOf[bit][bitDegree[bit]++] = check;
        int degree = checkDegree[check];
        if (bitsOf[check].length == degree) {
            bitsOf[check] = Arrays.copyOf(bitsOf[check], 2 * degree);
        }
        bitsOf[check][degree] = bit;
        if (degree + 2 >= degreeStart.length) {
            int before = degreeStart.length;
            degreeStart = Arrays.copyOf(degreeStart, 2 * before);
            Arrays.fill(degreeStart, before, degreeStart.length, order.length);
        }
        int last = --degreeStart[degree + 1];
        int other = order[last];
        order[place[check]] = other;
        place[other] = place[check];
        order[last] = check;
        place[check] = last;
        checkDegree[check]++;
    }
}
