package starling.repurpose.assign;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import starling.models.UnfitException;

class VertexCoverTest {
    @Test
    void aStarIsCoveredByItsCentre() {
        BipartiteGraph star = BipartiteGraph.of(1, 5, new int[] {0, 0, 0, 0, 0}, new int[] {0, 1, 2, 3, 4});
        VertexCover cover = VertexCover.minimum(star);
        assertEquals(1, cover.weight());
        assertTrue(cover.hasLeft(0));
        VertexCover dear = VertexCover.minimum(star, new long[] {9}, new long[] {1, 2, 1, 2, 1});
        assertEquals(7, dear.weight());
        assertFalse(dear.hasLeft(0));
        assertArrayEquals(new boolean[] {true, true, true, true, true}, dear.right());
        assertTrue(dear.isMinimum());
    }

    /** Two activations into one neuron and one activation into two neurons: one value of each kind. */
    @Test
    void mixesBothSides() {
        BipartiteGraph graph = BipartiteGraph.of(3, 3, new int[] {0, 1, 2, 2}, new int[] {0, 0, 1, 2});
        VertexCover cover = VertexCover.minimum(graph);
        assertArrayEquals(new boolean[] {false, false, true}, cover.left());
        assertArrayEquals(new boolean[] {true, false, false}, cover.right());
    }

    @Test
    void noEdgesNeedNoCover() {
        VertexCover cover = VertexCover.minimum(BipartiteGraph.of(3, 2, new int[0], new int[0]));
        assertEquals(0, cover.weight());
        assertTrue(cover.isMinimum());
        assertArrayEquals(new boolean[3], cover.left());
        assertEquals(
                0,
                VertexCover.minimum(BipartiteGraph.of(0, 0, new int[0], new int[0]))
                        .weight());
    }

    @Test
    void smallGraphsAgainstAllCovers() {
        SplittableRandom random = new SplittableRandom(61);
        for (int trial = 0; trial < 600; trial++) {
            int lefts = random.nextInt(1, 8);
            int rights = random.nextInt(1, 8);
            BipartiteGraph graph = randomGraph(lefts, rights, random.nextDouble(), random);
            long[] leftWeights =
                    random.longs(lefts, 0, 1 + random.nextInt(1, 9)).toArray();
            long[] rightWeights =
                    random.longs(rights, 0, 1 + random.nextInt(1, 9)).toArray();
            VertexCover weighted = VertexCover.minimum(graph, leftWeights, rightWeights);
            assertEquals(leastWeight(graph, leftWeights, rightWeights), weighted.weight());
            assertTrue(weighted.isMinimum());
            VertexCover plain = VertexCover.minimum(graph);
            assertEquals(leastWeight(graph, ones(lefts), ones(rights)), plain.weight());
            assertTrue(plain.isMinimum());
        }
    }

    /** Two algorithms, one answer: also the same vertices, since the cover with the fewest right ones is unique. */
    @Test
    void flowWithWeightOneIsTheMatching() {
        SplittableRandom random = new SplittableRandom(62);
        for (int trial = 0; trial < 60; trial++) {
            int lefts = random.nextInt(1, 300);
            int rights = random.nextInt(1, 300);
            BipartiteGraph graph = randomGraph(lefts, rights, 4 * random.nextDouble() / rights, random);
            VertexCover matched = VertexCover.minimum(graph);
            VertexCover cut = VertexCover.minimum(graph, ones(lefts), ones(rights));
            assertTrue(matched.isMinimum());
            assertTrue(cut.isMinimum());
            assertArrayEquals(matched.left(), cut.left());
            assertArrayEquals(matched.right(), cut.right());
        }
    }

    @Test
    void provesLargerWeightedGraphs() {
        SplittableRandom random = new SplittableRandom(63);
        for (double density : new double[] {0.001, 0.005, 0.02, 0.3, 1}) {
            for (long largest : new long[] {2, 100, 1L << 40}) {
                BipartiteGraph graph = randomGraph(700, 500, density, random);
                VertexCover cover = VertexCover.minimum(
                        graph,
                        random.longs(700, 0, largest).toArray(),
                        random.longs(500, 0, largest).toArray());
                assertTrue(cover.isMinimum());
            }
        }
    }

    /** A chain on which depth-first search goes as deep as the graph: no recursion may run out of stack. */
    @Test
    void longAlternatingPaths() {
        int length = 50_000;
        int[] left = new int[2 * length];
        int[] right = new int[2 * length];
        for (int i = 0; i < length; i++) {
            // Left i prefers right i+1, which left i+1 needs as well; right 0 is found only through the whole chain.
            left[2 * i] = i;
            right[2 * i] = Math.min(i + 1, length - 1);
            left[2 * i + 1] = i;
            right[2 * i + 1] = i;
        }
        BipartiteGraph chain = BipartiteGraph.of(length, length, left, right);
        assertEquals(length, VertexCover.minimum(chain).weight());
        assertEquals(
                length, VertexCover.minimum(chain, ones(length), ones(length)).weight());
    }

    @Test
    void completeGraphsTakeTheSmallerSide() {
        BipartiteGraph complete = BipartiteGraph.where(2000, 1500, (l, r) -> true);
        assertEquals(1500, VertexCover.minimum(complete).weight());
        long[] pixels = new long[2000];
        Arrays.fill(pixels, 49);
        long[] maps = new long[1500];
        Arrays.fill(maps, 196);
        VertexCover cover = VertexCover.minimum(complete, pixels, maps);
        assertEquals(2000 * 49, cover.weight());
        assertTrue(cover.isMinimum());
    }

    @Test
    void repeatedEdgesCountOnce() {
        BipartiteGraph graph = BipartiteGraph.of(2, 1, new int[] {0, 0, 1, 1}, new int[] {0, 0, 0, 0});
        VertexCover cover = VertexCover.minimum(graph, new long[] {2, 2}, new long[] {3});
        assertEquals(3, cover.weight());
        assertTrue(cover.isMinimum());
    }

    @Test
    void checkNoticesEveryDefect() {
        BipartiteGraph graph = BipartiteGraph.of(2, 2, new int[] {0, 1}, new int[] {0, 1});
        long[] one = ones(2);
        VertexCover.Packing both = packing(new int[] {0, 1}, new int[] {0, 1}, 1, 1);
        assertTrue(cover(graph, one, true, true, false, false, both).isMinimum());
        assertFalse(cover(graph, one, true, true, true, false, both).isMinimum(), "one too many");
        assertFalse(cover(graph, one, true, false, true, false, both).isMinimum(), "an edge uncovered");
        assertFalse(
                cover(graph, one, true, true, false, false, packing(new int[] {0}, new int[] {0}, 2))
                        .isMinimum(),
                "more than the weight");
        assertFalse(
                cover(graph, one, true, true, false, false, packing(new int[] {0, 1}, new int[] {1, 0}, 1, 1))
                        .isMinimum(),
                "not on edges");
        assertFalse(
                cover(graph, one, true, true, false, false, packing(new int[] {0}, new int[] {0}, 1))
                        .isMinimum(),
                "proves less");
    }

    @Test
    void refusesWhatIsNoWeightedGraph() {
        BipartiteGraph graph = BipartiteGraph.of(2, 1, new int[] {0}, new int[] {0});
        assertRefused(
                "every vertex needs one weight: 1 for 2 on the left",
                () -> VertexCover.minimum(graph, new long[1], new long[1]));
        assertRefused(
                "weights must not be negative: vertex 0 on the right has -4",
                () -> VertexCover.minimum(graph, new long[2], new long[] {-4}));
        assertRefused(
                "all weights together must not exceed 9223372036854775807: they do at vertex 0 on the right",
                () -> VertexCover.minimum(graph, new long[] {Long.MAX_VALUE, 0}, new long[] {1}));
        assertRefused(
                "edges must stay within 2 left and 1 right vertices: edge 0 joins 2 and 0",
                () -> BipartiteGraph.of(2, 1, new int[] {2}, new int[] {0}));
        assertRefused(
                "every edge needs two ends: there are 1 left and 0 right ones",
                () -> BipartiteGraph.of(2, 1, new int[] {1}, new int[0]));
        assertRefused(
                "a graph cannot have fewer than 0 vertices: -1 left, 1 right",
                () -> BipartiteGraph.where(-1, 1, (l, r) -> true));
    }

    private static VertexCover cover(
            BipartiteGraph graph,
            long[] weights,
            boolean left0,
            boolean left1,
            boolean right0,
            boolean right1,
            VertexCover.Packing packing) {
        boolean[] left = {left0, left1};
        boolean[] right = {right0, right1};
        return new VertexCover(graph, weights, weights, left, right, packing);
    }

    private static VertexCover.Packing packing(int[] left, int[] right, long... amount) {
        return new VertexCover.Packing(left, right, amount);
    }

    private static BipartiteGraph randomGraph(int lefts, int rights, double density, SplittableRandom random) {
        boolean[][] joined = new boolean[lefts][rights];
        for (boolean[] row : joined) {
            for (int r = 0; r < rights; r++) {
                row[r] = random.nextDouble() < density;
            }
        }
        return BipartiteGraph.where(lefts, rights, (l, r) -> joined[l][r]);
    }

    private static long[] ones(int size) {
        long[] weights = new long[size];
        Arrays.fill(weights, 1);
        return weights;
    }

    /** Tries every set of left vertices; the right ones must then be those that the others lead to. */
    private static long leastWeight(BipartiteGraph graph, long[] leftWeights, long[] rightWeights) {
        long best = Long.MAX_VALUE;
        for (int set = 0; set < 1 << graph.leftSize(); set++) {
            long weight = 0;
            boolean[] needed = new boolean[graph.rightSize()];
            for (int l = 0; l < graph.leftSize(); l++) {
                if ((set & 1 << l) != 0) {
                    weight += leftWeights[l];
                } else {
                    for (int e = graph.firstEdge(l); e < graph.firstEdge(l + 1); e++) {
                        needed[graph.target(e)] = true;
                    }
                }
            }
            for (int r = 0; r < needed.length; r++) {
                weight += needed[r] ? rightWeights[r] : 0;
            }
            best = Math.min(best, weight);
        }
        return best;
    }

    private static void assertRefused(String sentence, Executable attempt) {
        assertEquals(sentence, assertThrows(UnfitException.class, attempt).getMessage());
    }
}
