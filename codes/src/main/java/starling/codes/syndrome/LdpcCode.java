package starling.codes.syndrome;

import java.util.Arrays;

/**
 * A binary low-density parity-check code: m checks over n bits, used to say in m bits which of 2^m cosets a word lies in.
 * Made by progressive edge growth (X.-Y. Hu, E. Eleftheriou, D.-M. Arnold, Regular and irregular progressive edge-growth
 * Tanner graphs, IEEE Trans. Inf. Theory 51, 2005): edge after edge goes to a check of least degree among those furthest
 * away. Bits have degree 2, 3 or a higher one in shares that depend on m/n; there are fewer bits of degree 2 than
 * checks, so that no cycle runs through these alone; checks have nearly equal degrees.
 *
 * <p>The same arguments give the same code on every machine. Cost to build: about 4 n breadth-first searches of about 1 000
 * edges, some tenths of a second at n = 16 384; whoever needs a code twice keeps it. Memory: about 16 n bytes. Immutable.
 */
public final class LdpcCode {
    private static final double TWO_PER_CHECK = 0.92;
    private static final double HIGH_TIMES_SHARE = 0.07;
    private static final double MOST_HIGH = 0.3;
    private static final int HIGHEST = 18;

    private final int length;
    private final int[] starts;
    private final int[] bits;

    private LdpcCode(int length, int[] starts, int[] bits) {
        this.length = length;
        this.starts = starts;
        this.bits = bits;
    }

    /**
     * Builds the code.
     *
     * @param length n, 16 to 2^20
     * @param checks m, 8 to n
     * @param seed of the choices between equals
     */
    public static LdpcCode of(int length, int checks, long seed) {
        if (length < 16 || length > 1 << 20) {
            throw new IllegalArgumentException("a code has 16 to 2^20 bits: " + length);
        }
        if (checks < 8 || checks > length) {
            throw new IllegalArgumentException(
                    "a code of " + length + " bits has 8 to " + length + " checks: " + checks);
        }
        return new ProgressiveEdgeGrowth(degrees(length, checks), checks, seed).grow();
    }

    /** The code whose check i holds the bits {@code lists[i]}, for what is small or known. */
    static LdpcCode ofLists(int length, int[][] lists) {
        int[] starts = new int[lists.length + 1];
        for (int check = 0; check < lists.length; check++) {
            starts[check + 1] = starts[check] + lists[check].length;
        }
        int[] bits = new int[starts[lists.length]];
        for (int check = 0; check < lists.length; check++) {
            System.arraycopy(lists[check], 0, bits, starts[check], lists[check].length);
            Arrays.sort(bits, starts[check], starts[check + 1]);
        }
        return new LdpcCode(length, starts, bits);
    }

    /**
     * Degrees of the bits, ascending. The shares were found by decoding: more bits of high degree, and these higher, take
     * the code nearer to the bound until too few bits are left to be decoded first.
     */
    private static int[] degrees(int length, int checks) {
        double share = checks / (double) length;
        int two = (int) (TWO_PER_CHECK * checks);
        int high = (int) (Math.min(MOST_HIGH, HIGH_TIMES_SHARE / share) * length);
        int highest = (int) Math.min(HIGHEST, 5 + 24 * share);
        int[] degrees = new int[length];
        Arrays.fill(degrees, 0, length, 3);
        Arrays.fill(degrees, length - high, length, Math.min(highest, checks / 2));
        Arrays.fill(degrees, 0, Math.min(two, length - high), 2);
        return degrees;
    }

    /** n. */
    public int length() {
        return length;
    }

    /** m. */
    public int checks() {
        return starts.length - 1;
    }

    /** How many ones the parity-check matrix has. */
    public int edges() {
        return bits.length;
    }

    /** Where the bits of a check begin in {@link #bitAt}; those of the last end at {@link #edges}. */
    int start(int check) {
        return starts[check];
    }

    /** The bit that an edge leads to; edges are numbered check by check. */
    int bitAt(int edge) {
        return bits[edge];
    }

    /**
     * The syndrome H x of a word: m bits, each the sum modulo 2 of a check's bits. O(edges).
     *
     * @param word n numbers, 0 or 1
     */
    public byte[] syndrome(byte[] word) {
        if (word.length != length) {
            throw new IllegalArgumentException("a word must be as long as its code, " + length + ": " + word.length);
        }
        byte[] syndrome = new byte[checks()];
        for (int check = 0; check < syndrome.length; check++) {
            int sum = 0;
            for (int edge = starts[check]; edge < starts[check + 1]; edge++) {
                sum ^= word[bits[edge]];
            }
            syndrome[check] = (byte) sum;
        }
        return syndrome;
    }

    /**
     * The length of the shortest cycle in the code's graph of bits and checks, even and at least 4; 0 when there is none.
     * A search from every check, each as far as a shorter cycle may still be found.
     */
    public int girth() {
        int[][] checksOf = checksOfBits();
        int best = Integer.MAX_VALUE;
        int[] depth = new int[length + checks()];
        int[] parent = new int[length + checks()];
        int[] queue = new int[length + checks()];
        for (int root = length; root < length + checks(); root++) {
            best = Math.min(best, shortestThrough(root, best, checksOf, depth, parent, queue));
        }
        return best == Integer.MAX_VALUE ? 0 : best;
    }

    private int shortestThrough(int root, int best, int[][] checksOf, int[] depth, int[] parent, int[] queue) {
        int head = 0;
        int tail = 1;
        int shortest = best;
        queue[0] = root;
        depth[root] = 1;
        parent[root] = -1;
        while (head < tail && 2 * depth[queue[head]] - 1 < shortest) {
            int node = queue[head++];
            int degree = node < length ? checksOf[node].length : starts[node - length + 1] - starts[node - length];
            for (int i = 0; i < degree; i++) {
                int next = node < length ? length + checksOf[node][i] : bits[starts[node - length] + i];
                if (next == parent[node]) {
                    continue;
                }
                if (depth[next] == 0) {
                    depth[next] = depth[node] + 1;
                    parent[next] = node;
                    queue[tail++] = next;
                } else {
                    shortest = Math.min(shortest, depth[next] + depth[node] - 1);
                }
            }
        }
        for (int i = 0; i < tail; i++) {
            depth[queue[i]] = 0;
        }
        return shortest;
    }

    private int[][] checksOfBits() {
        int[] degrees = new int[length];
        for (int bit : bits) {
            degrees[bit]++;
        }
        int[][] checksOf = new int[length][];
        for (int bit = 0; bit < length; bit++) {
            checksOf[bit] = new int[degrees[bit]];
        }
        for (int check = checks() - 1; check >= 0; check--) {
            for (int edge = starts[check]; edge < starts[check + 1]; edge++) {
                checksOf[bits[edge]][--degrees[bits[edge]]] = check;
            }
        }
        return checksOf;
    }
}
