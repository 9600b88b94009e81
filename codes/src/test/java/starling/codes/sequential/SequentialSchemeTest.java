package starling.codes.sequential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams of real products, with stragglers of every kind. */
class SequentialSchemeTest {
    private static final int JOBS = 3;

    /** The model by its words: every window, one after the other. */
    private static boolean conforms(int[] stragglers, int most, int window) {
        for (int from = 0; from < stragglers.length; from++) {
            int sum = 0;
            for (int round = from; round < Math.min(stragglers.length, from + window); round++) {
                sum += stragglers[round];
            }
            if (sum > most) {
                return false;
            }
        }
        return true;
    }

    private static List<BitSet> pattern(int bits, int workers, int rounds) {
        List<BitSet> pattern = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            pattern.add(BitSet.valueOf(new long[] {(bits >> (round * workers)) & ((1 << workers) - 1)}));
        }
        return pattern;
    }

    private static int[] counts(List<BitSet> pattern) {
        return pattern.stream().mapToInt(BitSet::cardinality).toArray();
    }

    /** All patterns of three workers and four rounds: what conforms needs no wait, and every uncoded product is answered. */
    @ParameterizedTest
    @CsvSource({"1, 5, 1", "2, 2, 2", "3, 1, 3", "4, 2, 1", "5, 1, 1"})
    void idipBearsEveryPatternOfItsModel(int most, int x, int y) {
        int workers = 3;
        int window = 2;
        Products products = new Products();
        int conforming = 0;
        for (int bits = 0; bits < 1 << (workers * (JOBS + window - 1)); bits++) {
            List<BitSet> pattern = pattern(bits, workers, JOBS + window - 1);
            boolean conforms = conforms(counts(pattern), most, window);
            conforming += conforms ? 1 : 0;
            Products.Run run = products.new Run(new Idip(x, y, workers, new ArbitraryStragglers(most, window), JOBS));
            Set<MiniTask> lost = new HashSet<>();
            Set<MiniTask> kept = new HashSet<>();
            for (int round = 0; round < pattern.size(); round++) {
                Products.Round seen = run.round(pattern.get(round));
                assertTrue(seen.mostMiniTasks() <= window);
                lost.addAll(seen.lost());
                kept.addAll(seen.kept());
                assertFalse(conforms && seen.waited(), "pattern " + bits + " is waited for");
            }
            assertTrue(run.scheme.over());
            assertTrue(run.worst < 1e-8, "pattern " + bits + " errs by " + run.worst);
            for (MiniTask task : lost) {
                assertTrue(task.task() >= x * y || kept.contains(task), "pattern " + bits + " loses " + task);
            }
        }
        assertTrue(conforming > 10);
    }

    /** All patterns of three workers and four rounds, whatever the scheme has to wait for. */
    @ParameterizedTest
    @CsvSource({"2, 2, 1, 1", "2, 2, 1, 2", "2, 2, 1, 3", "5, 1, 1, 2", "1, 3, 0, 3", "2, 1, 0, 2", "3, 1, 2, 1"})
    void dipBearsEveryPattern(int x, int y, int delay, int lambda) {
        int workers = 3;
        Products products = new Products();
        for (int bits = 0; bits < 1 << 12; bits++) {
            Dip scheme = Dip.of(x, y, workers, delay, lambda, 4 - delay);
            Products.Run run = products.new Run(scheme);
            for (BitSet slow : pattern(bits, workers, 4)) {
                Products.Round seen = run.round(slow);
                assertTrue(seen.mostMiniTasks() <= delay + (x * y + lambda - 1) / lambda);
                if (workers - slow.cardinality() >= lambda) {
                    assertTrue(
                            slow.isEmpty()
                                    || !seen.lost().isEmpty()
                                    || seen.kept().isEmpty(),
                            "waited without need");
                }
            }
            assertTrue(scheme.over());
            assertTrue(run.worst < 1e-8, "pattern " + bits + " errs by " + run.worst);
        }
    }

    @Test
    void uncodedAndPolynomialAreOneRoundEach() {
        for (SequentialScheme scheme : List.of(Dip.uncoded(4, 5), Dip.polynomial(3, 1, 4, 5))) {
            Products.Run run = new Products().new Run(scheme);
            for (long job = 1; job <= 5; job++) {
                BitSet one = new BitSet();
                one.set((int) (job % 4));
                Products.Round seen = run.round(one);
                assertEquals(List.of(job), seen.finished());
                assertEquals(
                        scheme.name().equals("uncoded") ? 0 : 1, seen.lost().size());
                assertEquals(
                        scheme.name().equals("uncoded"),
                        seen.kept().stream().allMatch(task -> task.task() < scheme.products()));
            }
        }
    }

    /** The paper's parameters with up to twelve blocks, random patterns of the model: decoded to 1e-8. */
    @ParameterizedTest
    @CsvSource({"10, 2, 3", "4, 2, 6", "9, 7, 1", "8, 4, 2", "6, 5, 2"})
    void idipDecodesTheExperimentsBlocks(int most, int x, int y) {
        ArbitraryStragglers model = new ArbitraryStragglers(most, 4);
        Products products = new Products();
        SplittableRandom random = new SplittableRandom(5);
        for (int trial = 0; trial < 60; trial++) {
            Products.Run run = products.new Run(new Idip(x, y, 4, model, 12));
            List<BitSet> pattern = new ArrayList<>();
            for (int round = 0; round < 15; round++) {
                BitSet slow = new BitSet();
                pattern.add(slow);
                for (int worker = 0; worker < 4; worker++) {
                    slow.set(worker, random.nextInt(16) < most + 2);
                    if (!conforms(counts(pattern), most, 4)) {
                        slow.clear(worker);
                    }
                }
                assertFalse(run.round(slow).waited());
            }
            assertTrue(run.worst < 1e-8, "errs by " + run.worst);
        }
    }

    /** Any eight of the values that a job of twelve blocks may have, and so on, with the paper's parameters. */
    @Test
    void dipDecodesTheExperimentsBlocks() {
        SplittableRandom random = new SplittableRandom(6);
        for (int lambda = 1; lambda <= 4; lambda++) {
            Products products = new Products();
            for (int trial = 0; trial < 40; trial++) {
                Products.Run run = products.new Run(Dip.of(2, 3, 4, 3, lambda, 12));
                for (int round = 0; round < 15; round++) {
                    BitSet slow = new BitSet();
                    for (int worker = 0; worker < 4; worker++) {
                        slow.set(worker, random.nextInt(10) < 3);
                    }
                    run.round(slow);
                }
                assertTrue(run.worst < 1e-8, "errs by " + run.worst);
            }
        }
    }

    /** A third straggler in two rounds is one too many: the round goes on until it has answered. */
    @Test
    void whatTheModelDoesNotAllowIsWaitedFor() {
        Idip scheme = new Idip(2, 2, 3, new ArbitraryStragglers(2, 2), 5);
        scheme.begin();
        List<BitSet> none = List.of(new BitSet(), new BitSet(), new BitSet());
        assertFalse(scheme.enough(none));
        assertThrows(IllegalStateException.class, () -> scheme.end(none));
        List<BitSet> one = List.of(BitSet.valueOf(new long[] {1}), new BitSet(), new BitSet());
        assertTrue(scheme.enough(one));
        scheme.end(one);
        scheme.begin();
        List<BitSet> two = List.of(BitSet.valueOf(new long[] {3}), BitSet.valueOf(new long[] {3}), new BitSet());
        assertFalse(scheme.enough(two));
        List<BitSet> all = List.of(two.get(0), two.get(1), BitSet.valueOf(new long[] {3}));
        assertTrue(scheme.enough(all));
        assertEquals(List.of(1L), scheme.end(all).subList(0, 1));
    }

    @Test
    void theModelIsThatOfItsWords() {
        for (int most = 0; most <= 4; most++) {
            for (int window = 1; window <= 4; window++) {
                ArbitraryStragglers model = new ArbitraryStragglers(most, window);
                for (int code = 0; code < 3 * 3 * 3 * 3 * 3; code++) {
                    int[] stragglers = new int[5];
                    for (int round = 0, rest = code; round < 5; round++, rest /= 3) {
                        stragglers[round] = rest % 3;
                    }
                    assertEquals(conforms(stragglers, most, window), model.conform(stragglers));
                    for (int more = 1; more <= window; more++) {
                        int[] all = Arrays.copyOf(stragglers, 5 + more);
                        Arrays.fill(all, 5, 5 + more, 1);
                        if (conforms(stragglers, most, window)) {
                            assertEquals(conforms(all, most, window), model.mayPersist(stragglers, more));
                        }
                    }
                }
            }
        }
    }

    @Test
    void refusesWhatCannotWork() {
        ArbitraryStragglers model = new ArbitraryStragglers(2, 2);
        assertSays("P W - N = 4: they are 2 times 3", () -> new Idip(2, 3, 3, model, 1));
        assertSays("from 1 to 3: they are 4", () -> Dip.of(2, 2, 3, 1, 4, 1));
        assertSays("from 1 to 3: they are 4", () -> Dip.polynomial(2, 2, 3, 1));
        assertSays("delay of at least 0", () -> Dip.of(2, 2, 3, -1, 2, 1));
        assertSays("N of at least 0 and W of at least 1: they are -1 and 2", () -> new ArbitraryStragglers(-1, 2));
        Dip scheme = Dip.of(2, 2, 3, 1, 2, 1);
        assertThrows(IllegalStateException.class, () -> scheme.enough(List.of()));
        scheme.begin();
        assertThrows(IllegalStateException.class, scheme::begin);
        assertSays("of 3 workers: they are of 1", () -> scheme.enough(List.of(new BitSet())));
        BitSet beyond = new BitSet();
        beyond.set(1);
        assertSays(
                "worker 1 has 1 and a result of number 1",
                () -> scheme.enough(List.of(new BitSet(), beyond, new BitSet())));
    }

    private static void assertSays(String part, Runnable refused) {
        IllegalArgumentException thrown = assertThrows(IllegalArgumentException.class, refused::run);
        assertTrue(String.valueOf(thrown.getMessage()).contains(part), thrown.getMessage());
    }
}
