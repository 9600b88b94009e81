package starling.codes.partial;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import starling.codes.computation.CodedJob;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.ContractChecks;
import starling.codes.computation.JobDecoder;
import starling.codes.computation.Matrices;
import starling.codes.computation.Matrix;
import starling.codes.computation.Recovery;
import starling.codes.straggler.Race;
import starling.codes.straggler.ShiftedExponential;

class PartialGradientCodesTest {

    static Stream<ComputationCode> codes() {
        return Stream.of(
                PartialGradientCodes.mcc(4, 2),
                PartialGradientCodes.mcc(7, 3),
                PartialGradientCodes.uncoded(5, 3).code(),
                PartialGradientCodes.example().code(),
                PartialGradientCodes.recipe(8).code(),
                PartialGradientCodes.roundRobin(6, 3).code());
    }

    @ParameterizedTest
    @MethodSource("codes")
    void everyCodeKeepsTheContract(ComputationCode code) {
        ContractChecks.holds(code, 17);
    }

    /** Tables 1 and 2 of the paper, type by type: MCC, UC-MMC, CPGC. */
    @Test
    void tablesOfThePaper() {
        int[][] table1 = {
            {1, 1, 1}, {4, 4, 4}, {4, 4, 4}, {6, 6, 6}, {12, 8, 12}, {6, 2, 6}, {0, 4, 4}, {0, 4, 8}, {0, 1, 1}
        };
        List<List<Integer>> types1 = List.of(
                List.of(4, 0, 0),
                List.of(3, 1, 0),
                List.of(3, 0, 1),
                List.of(2, 2, 0),
                List.of(2, 1, 1),
                List.of(2, 0, 2),
                List.of(1, 3, 0),
                List.of(1, 2, 1),
                List.of(0, 4, 0));
        table(4, types1, table1);
        int[][] table2 = {
            {1, 1, 1},
            {4, 4, 4},
            {4, 4, 4},
            {6, 6, 6},
            {12, 12, 12},
            {6, 6, 6},
            {0, 4, 4},
            {0, 12, 12},
            {0, 8, 8},
            {0, 1, 1},
            {0, 4, 4}
        };
        List<List<Integer>> types2 = List.of(
                List.of(4, 0, 0),
                List.of(3, 1, 0),
                List.of(3, 0, 1),
                List.of(2, 2, 0),
                List.of(2, 1, 1),
                List.of(2, 0, 2),
                List.of(1, 3, 0),
                List.of(1, 2, 1),
                List.of(1, 1, 2),
                List.of(0, 4, 0),
                List.of(0, 3, 1));
        table(3, types2, table2);
    }

    private static void table(int needed, List<List<Integer>> types, int[][] expected) {
        List<ComputationCode> codes = List.of(
                PartialGradientCodes.mcc(4, 2),
                PartialGradientCodes.uncoded(4, 2).code(),
                PartialGradientCodes.example().code());
        for (int scheme = 0; scheme < 3; scheme++) {
            ScoreVectors vectors = ScoreVectors.of(codes.get(scheme), needed);
            assertEquals(15, vectors.types().size());
            Set<List<Integer>> others = new HashSet<>(vectors.types());
            for (int type = 0; type < types.size(); type++) {
                assertEquals(expected[type][scheme], vectors.count(types.get(type)), "type " + types.get(type));
                others.remove(types.get(type));
            }
            for (List<Integer> other : others) {
                assertEquals(0, vectors.count(other), "type " + other);
            }
        }
    }

    /** The recipe for K = 20, some columns of which by hand, worker 7's with W15 twice. */
    @Test
    void recipeOfSection4() {
        Schedule schedule = PartialGradientCodes.recipe(20);
        assertArrayEquals(new int[] {2, 3}, schedule.sum(1, 0));
        assertArrayEquals(new int[] {0, 1}, schedule.sum(1, 9));
        assertArrayEquals(new int[] {1, 3}, schedule.sum(1, 10));
        assertArrayEquals(new int[] {4, 6}, schedule.sum(1, 11));
        assertArrayEquals(new int[] {0, 2}, schedule.sum(1, 19));
        assertArrayEquals(new int[] {9, 10}, schedule.sum(2, 0));
        assertArrayEquals(new int[] {0, 19}, schedule.sum(2, 1));
        assertArrayEquals(new int[] {2, 12}, schedule.sum(2, 10));
        assertArrayEquals(new int[] {14, 15}, schedule.sum(1, 6));
        assertArrayEquals(new int[] {5, 14}, schedule.sum(2, 6));
        partitions(schedule);
        partitions(PartialGradientCodes.recipe(8));
    }

    /** Every row beyond the first is two partitions into pairs, no pair comes twice, and with blocks to spare no worker has one twice. */
    @ParameterizedTest
    @CsvSource({"4,2", "6,2", "6,3", "10,3", "10,5", "14,4", "20,4", "2,1"})
    void roundRobinsAreFactorisations(int workers, int load) {
        Schedule schedule = PartialGradientCodes.roundRobin(workers, load);
        partitions(schedule);
        Set<List<Integer>> pairs = new HashSet<>();
        int repeated = 0;
        for (int worker = 0; worker < workers; worker++) {
            Set<Integer> column = new HashSet<>();
            for (int row = 0; row < load; row++) {
                int[] sum = schedule.sum(row, worker);
                if (row > 0) {
                    assertTrue(pairs.add(List.of(sum[0], sum[1])), "pair " + Arrays.toString(sum));
                }
                for (int block : sum) {
                    repeated += column.add(block) ? 0 : 1;
                }
            }
        }
        assertTrue(repeated <= (workers <= 2 * load ? workers : 0), repeated + " blocks come twice with a worker");
    }

    private static void partitions(Schedule schedule) {
        int workers = schedule.workers();
        for (int row = 1; row < schedule.load(); row++) {
            int[] uses = new int[workers];
            for (int worker = 0; worker < workers; worker++) {
                assertEquals(2, schedule.sum(row, worker).length);
                for (int block : schedule.sum(row, worker)) {
                    uses[block]++;
                }
            }
            assertTrue(Arrays.stream(uses).allMatch(use -> use == 2));
        }
    }

    /** Peeling and rank find what connectivity says: a component of pairs is known if it holds a single block or an odd cycle. */
    @Test
    void recoversWhatTheGraphSays() {
        SplittableRandom random = new SplittableRandom(4);
        for (Schedule schedule : List.of(PartialGradientCodes.recipe(20), PartialGradientCodes.roundRobin(10, 4))) {
            ComputationCode code = schedule.code();
            for (int trial = 0; trial < 200; trial++) {
                Recovery recovery = code.recovery();
                ParityGraph graph = new ParityGraph(schedule.blocks());
                for (int answer = 0; answer < schedule.workers() * 2; answer++) {
                    int worker = random.nextInt(schedule.workers());
                    int task = random.nextInt(schedule.load());
                    recovery.add(code.functional(worker, task));
                    graph.add(schedule.sum(task, worker));
                    for (int block = 0; block < schedule.blocks(); block++) {
                        assertEquals(graph.known(block), recovery.isRecovered(block));
                    }
                }
            }
        }
    }

    /** The exact law of K = 6, r = 3 against 20 000 iterations on the clock: 4 times, 5 deviations each. */
    @Test
    void completionFollowsTheExactLaw() {
        ComputationCode code = PartialGradientCodes.cpgc(6, 3).code();
        ShiftedExponential law = new ShiftedExponential(0.1, 2, 5);
        ScoreVectors vectors = ScoreVectors.of(code, 5);
        int trials = 20_000;
        double[] times = {0.3, 0.45, 0.6, 1};
        int[] done = new int[4];
        for (int trial = 0; trial < trials; trial++) {
            Race race = new Race(code, law, trial, 1);
            while (race.pieces() < 5) {
                race.next();
            }
            for (int i = 0; i < 4; i++) {
                done[i] += race.time() <= times[i] ? 1 : 0;
            }
        }
        for (int i = 0; i < 4; i++) {
            double p = vectors.completed(law, times[i]);
            assertTrue(p > 0.02 && p < 0.98, "probability " + p);
            assertEquals(p, (double) done[i] / trials, 5 * Math.sqrt(p * (1 - p) / trials));
        }
    }

    /** The law by transfer matrices against the law by counting all score vectors. */
    @ParameterizedTest
    @CsvSource({"4,1", "4,2", "5,2", "5,3", "6,3"})
    void uncodedLawIsThatOfAllScoreVectors(int workers, int load) {
        ShiftedExponential law = new ShiftedExponential(0.1, 2, 5);
        UncodedCompletion completion = new UncodedCompletion(workers, load, law);
        for (int needed = 1; needed <= workers; needed++) {
            ScoreVectors vectors =
                    ScoreVectors.of(PartialGradientCodes.uncoded(workers, load).code(), needed);
            for (double time : new double[] {0.05, 0.15, 0.4, 1, 3}) {
                assertEquals(vectors.completed(law, time), completion.completed(needed, time), 1e-12);
            }
        }
    }

    /** All of K blocks by K workers with one task each: the largest of K paces, alpha + H_K / mu. */
    @Test
    void meanOfTheLargestPace() {
        UncodedCompletion completion = new UncodedCompletion(4, 1, new ShiftedExponential(0.1, 2, 5));
        assertEquals(0.1 + (1 + 0.5 + 1.0 / 3 + 0.25) / 2, completion.mean(4, 0.01), 1e-5);
    }

    /** A gradient of 43 numbers over 20 workers, padded, with some blocks of it missing. */
    @Test
    void decodesPartOfAGradient() {
        ComputationCode code = PartialGradientCodes.recipe(20).code();
        Matrix w = Matrices.random(43, 43, 1);
        Matrix theta = Matrices.random(43, 1, 2);
        CodedJob job = CodedJob.of(7, code, w, theta);
        JobDecoder decoder = job.decoder();
        Race race = new Race(code, new ShiftedExponential(0.01, 10, 3), 0, 1);
        while (race.pieces() < 18) {
            Race.Message message = race.next().orElseThrow();
            for (int task = message.first(); task < message.first() + message.count(); task++) {
                decoder.accept(job.answer(message.worker(), task));
            }
        }
        Matrix truth = Matrices.product(w, theta);
        Matrix found = decoder.decode().result();
        int blockRows = code.partition().blockRows(43);
        for (int i = 0; i < 43; i++) {
            double expected = decoder.pieces().get(i / blockRows) ? truth.at(i, 0) : 0;
            assertEquals(expected, found.at(i, 0), 1e-12);
        }
        assertTrue(
                decoder.decode().operations() <= 20 * 2 * 4 * 3,
                "operations " + decoder.decode().operations());
    }

    @Test
    void refusesWhatCannotBePaired() {
        assertThrows(IllegalArgumentException.class, () -> PartialGradientCodes.roundRobin(7, 2));
        assertThrows(IllegalArgumentException.class, () -> PartialGradientCodes.roundRobin(4, 3));
        assertThrows(IllegalArgumentException.class, () -> PartialGradientCodes.recipe(10));
        assertThrows(IllegalArgumentException.class, () -> PartialGradientCodes.mcc(3, 4));
        assertThrows(IllegalArgumentException.class, () -> new Schedule("s", 2, new int[][][] {{{0, 0}}}));
        assertThrows(IllegalArgumentException.class, () -> new Schedule("s", 2, new int[][][] {{{2}}}));
        ComputationCode large = PartialGradientCodes.recipe(20).code();
        assertThrows(IllegalArgumentException.class, () -> ScoreVectors.of(large, 20));
    }

    /** Connected blocks by their sums, with a virtual block 'zero' and the side of a two-colouring. */
    private static final class ParityGraph {
        private final int[] parent;
        private final int[] parity;
        private final boolean[] odd;

        ParityGraph(int blocks) {
            parent = new int[blocks];
            parity = new int[blocks];
            odd = new boolean[blocks];
            for (int i = 0; i < blocks; i++) {
                parent[i] = i;
            }
        }

        private int[] root(int block) {
            int side = 0;
            int at = block;
            while (parent[at] != at) {
                side ^= parity[at];
                at = parent[at];
            }
            return new int[] {at, side};
        }

        void add(int[] sum) {
            int[] a = root(sum[0]);
            if (sum.length == 1) {
                odd[a[0]] = true;
                return;
            }
            int[] b = root(sum[1]);
            if (a[0] == b[0]) {
                odd[a[0]] |= a[1] == b[1];
            } else {
                parent[b[0]] = a[0];
                parity[b[0]] = a[1] ^ b[1] ^ 1;
                odd[a[0]] |= odd[b[0]];
            }
        }

        boolean known(int block) {
            return odd[root(block)[0]];
        }
    }
}
