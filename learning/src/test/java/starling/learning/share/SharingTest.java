package starling.learning.share;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.UnfitException;

class SharingTest {
    private static final int[] LABELS =
            IntStream.range(0, 1000).map(i -> i % 10).toArray();

    private static List<int[]> deal(Sharing sharing, int nodes, long seed) {
        List<int[]> dealt = sharing.deal(LABELS, nodes, seed);
        assertEquals(nodes, dealt.size());
        assertArrayEquals(
                IntStream.range(0, LABELS.length).toArray(),
                dealt.stream().flatMapToInt(Arrays::stream).sorted().toArray(),
                "every sample at one node");
        assertTrue(dealt.stream().allMatch(one -> one.length > 0), "every node has a sample");
        return dealt;
    }

    private static long classes(int[] samples) {
        return Arrays.stream(samples).map(place -> LABELS[place]).distinct().count();
    }

    @Test
    void theSameSeedDealsTheSame() {
        for (Sharing sharing : List.of(
                new Sharing.Iid(), new Sharing.ByLabel(2), new Sharing.Dirichlet(0.5), new Sharing.Unbalanced(1))) {
            List<int[]> first = deal(sharing, 7, 3);
            List<int[]> again = deal(sharing, 7, 3);
            for (int node = 0; node < 7; node++) {
                assertArrayEquals(first.get(node), again.get(node));
            }
            assertFalse(Arrays.equals(first.get(0), deal(sharing, 7, 4).get(0)), sharing.toString());
        }
    }

    @Test
    void alikeMeansEqualNumbersAndAllClasses() {
        for (int[] one : deal(new Sharing.Iid(), 7, 1)) {
            assertTrue(one.length == 142 || one.length == 143, one.length + " samples");
            assertEquals(10, classes(one));
        }
    }

    @Test
    void byLabelEachNodeHasFewClasses() {
        // 20 runs of 50 samples of the 100 of a class: every run lies within one class.
        for (int[] one : deal(new Sharing.ByLabel(2), 10, 1)) {
            assertEquals(100, one.length);
            assertTrue(classes(one) <= 2, classes(one) + " classes");
        }
        assertThrows(UnfitException.class, () -> new Sharing.ByLabel(500).deal(LABELS, 3, 1));
    }

    @Test
    void aSmallAlphaConcentratesClasses() {
        double few = deal(new Sharing.Dirichlet(0.05), 10, 1).stream()
                .mapToLong(SharingTest::classes)
                .average()
                .orElseThrow();
        double all = deal(new Sharing.Dirichlet(1000), 10, 1).stream()
                .mapToLong(SharingTest::classes)
                .average()
                .orElseThrow();
        assertTrue(few < 5, few + " classes a node");
        assertEquals(10, all);
        int least = deal(new Sharing.Dirichlet(1000), 10, 1).stream()
                .mapToInt(one -> one.length)
                .min()
                .orElseThrow();
        assertTrue(least > 80, least + " samples");
        assertThrows(IllegalArgumentException.class, () -> new Sharing.Dirichlet(0));
    }

    @Test
    void unbalancedNodesHaveUnequalNumbers() {
        int[] sizes = deal(new Sharing.Unbalanced(1), 20, 1).stream()
                .mapToInt(one -> one.length)
                .sorted()
                .toArray();
        assertTrue(sizes[19] > 5 * sizes[0], Arrays.toString(sizes));
        for (int[] one : deal(new Sharing.Unbalanced(0), 20, 1)) {
            assertEquals(50, one.length);
        }
    }

    @Test
    void samplesOfAUserStayTogether(@TempDir Path folder) throws IOException {
        Path users = Files.write(
                folder.resolve("users"),
                IntStream.range(0, 1000).mapToObj(i -> "user" + i % 25).toList());
        List<int[]> dealt = deal(new Sharing.ByUser(users.toString()), 5, 1);
        for (int node = 0; node < 5; node++) {
            int mine = node;
            assertTrue(Arrays.stream(dealt.get(node)).allMatch(place -> place % 25 % 5 == mine));
        }
        assertEquals(
                "every node needs a user: 25 users for 26 nodes",
                assertThrows(UnfitException.class, () -> new Sharing.ByUser(users.toString()).deal(LABELS, 26, 1))
                        .getMessage());
        assertThrows(UnfitException.class, () -> new Sharing.ByUser(users.toString()).deal(new int[10], 5, 1));
        assertThrows(UnfitException.class, () -> new Sharing.ByUser(folder + "/none").deal(LABELS, 5, 1));
    }

    @Test
    void fewerSamplesThanNodesAreRefused() {
        assertEquals(
                "every node needs a sample of its own: 3 samples for 4 nodes",
                assertThrows(UnfitException.class, () -> new Sharing.Iid().deal(new int[3], 4, 1))
                        .getMessage());
        assertEquals(4, new Sharing.Dirichlet(0.01).deal(new int[4], 4, 1).size());
    }
}
