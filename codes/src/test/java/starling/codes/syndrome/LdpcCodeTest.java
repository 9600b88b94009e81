package starling.codes.syndrome;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LdpcCodeTest {

    @ParameterizedTest
    @CsvSource({"4096, 410", "4096, 2048", "4096, 3700", "16384, 4096", "1031, 517"})
    void codesAreSparseEvenAndWithoutCyclesOfFour(int length, int checks) {
        LdpcCode code = LdpcCode.of(length, checks, 5);
        int[] degrees = new int[length];
        int least = Integer.MAX_VALUE;
        int most = 0;
        for (int check = 0; check < checks; check++) {
            int end = check + 1 == checks ? code.edges() : code.start(check + 1);
            Set<Integer> members = new HashSet<>();
            for (int edge = code.start(check); edge < end; edge++) {
                assertTrue(members.add(code.bitAt(edge)), "a check must hold a bit once");
                degrees[code.bitAt(edge)]++;
            }
            least = Math.min(least, members.size());
            most = Math.max(most, members.size());
        }
        assertTrue(most - least <= 3, "checks have " + least + " to " + most + " bits");
        assertEquals(2, Arrays.stream(degrees).min().orElseThrow());
        assertTrue(Arrays.stream(degrees).filter(degree -> degree == 2).count() < checks);
        assertTrue(code.girth() >= 6, "girth " + code.girth());
    }

    @Test
    void girthsOfKnownGraphs() {
        assertEquals(4, LdpcCode.ofLists(3, new int[][] {{0, 1}, {0, 1, 2}}).girth());
        assertEquals(
                6, LdpcCode.ofLists(3, new int[][] {{0, 1}, {1, 2}, {2, 0}}).girth());
        assertEquals(
                8,
                LdpcCode.ofLists(4, new int[][] {{0, 1}, {1, 2}, {2, 3}, {3, 0}})
                        .girth());
        assertEquals(0, LdpcCode.ofLists(4, new int[][] {{0, 1}, {1, 2, 3}}).girth());
        // The lines of the Fano plane: two of them share one point, so no cycle of 4; three make a triangle.
        int[][] fano = {{0, 1, 2}, {0, 3, 4}, {0, 5, 6}, {1, 3, 5}, {1, 4, 6}, {2, 3, 6}, {2, 4, 5}};
        assertEquals(6, LdpcCode.ofLists(7, fano).girth());
    }

    @Test
    void theSyndromeIsTheProductWithTheMatrix() {
        LdpcCode code = LdpcCode.of(200, 90, 3);
        boolean[][] matrix = new boolean[90][200];
        for (int check = 0; check < 90; check++) {
            int end = check + 1 == 90 ? code.edges() : code.start(check + 1);
            for (int edge = code.start(check); edge < end; edge++) {
                matrix[check][code.bitAt(edge)] = true;
            }
        }
        Random random = new Random(1);
        byte[] word = new byte[200];
        byte[] expected = new byte[90];
        for (int bit = 0; bit < 200; bit++) {
            word[bit] = (byte) random.nextInt(2);
            for (int check = 0; check < 90; check++) {
                expected[check] ^= matrix[check][bit] ? word[bit] : 0;
            }
        }
        assertArrayEquals(expected, code.syndrome(word));
    }

    @Test
    void theSeedDecidesTheCode() {
        assertArrayEquals(places(LdpcCode.of(1000, 400, 9)), places(LdpcCode.of(1000, 400, 9)));
        assertFalse(Arrays.equals(places(LdpcCode.of(1000, 400, 9)), places(LdpcCode.of(1000, 400, 10))));
    }

    private static int[] places(LdpcCode code) {
        int[] places = new int[code.edges()];
        for (int edge = 0; edge < places.length; edge++) {
            places[edge] = code.bitAt(edge);
        }
        return places;
    }

    @Test
    void theShelfKeepsWhatWasUsedLast() {
        LdpcShelf shelf = new LdpcShelf(1, 2);
        LdpcCode first = shelf.code(64, 16);
        LdpcCode second = shelf.code(64, 20);
        assertSame(first, shelf.code(64, 16));
        shelf.code(64, 24);
        assertSame(first, shelf.code(64, 16));
        assertNotSame(second, shelf.code(64, 20));
        assertThrows(IllegalArgumentException.class, () -> new LdpcShelf(1, 0));
    }

    @Test
    void sizesThatAreNoneAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> LdpcCode.of(15, 8, 1));
        assertThrows(IllegalArgumentException.class, () -> LdpcCode.of(100, 7, 1));
        assertThrows(IllegalArgumentException.class, () -> LdpcCode.of(100, 101, 1));
        LdpcCode small = LdpcCode.of(64, 16, 1);
        assertThrows(IllegalArgumentException.class, () -> small.syndrome(new byte[63]));
        assertEquals(100, LdpcCode.of(100, 100, 1).checks());
        assertEquals(8, LdpcCode.of(16, 8, 1).checks());
    }
}
