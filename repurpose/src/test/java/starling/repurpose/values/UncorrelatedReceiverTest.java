package starling.repurpose.values;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.models.run.ProbedModel;
import starling.repurpose.space.LinearMap;

/** Running sums against every gain added up anew from the weights, and against the receiver that keeps whole states. */
class UncorrelatedReceiverTest {
    private static final int SOURCES = 9;
    private static final int TARGETS = 7;

    private static LayerProblem problem(int workers, long seed) {
        SmallNets nets = new SmallNets(seed);
        ProbedModel model = nets.dense(SOURCES, TARGETS, 3);
        LinearMap map = SmallNets.task(model, workers, nets.samples(3, SOURCES))
                .graph()
                .linear()
                .get(0)
                .map();
        SplittableRandom random = new SplittableRandom(seed);
        double[] weight =
                random.doubles(TARGETS).map(importance -> 0.2 + importance).toArray();
        int[] owners = IntStream.range(0, SOURCES).map(s -> s % workers).toArray();
        return new LayerProblem(LayerMoments.unknown(map), workers, owners, Sensitivity.independent(weight));
    }

    private static int[] targets(int worker) {
        return worker == 0 ? new int[] {0, 2, 3, 6} : new int[] {1, 4, 5};
    }

    /** The energy of a source that is still unknown to a target, times the target's importance. */
    private static double missing(LayerProblem problem, boolean[][] knows, int source, int target) {
        double w = problem.map().weights()[target * SOURCES + source];
        return knows[target][source] ? 0 : problem.weight(target) * w * w;
    }

    private static double gain(LayerProblem problem, boolean[][] knows, int[] sources, int[] targets) {
        return Arrays.stream(sources)
                .mapToDouble(s -> Arrays.stream(targets)
                        .mapToDouble(t -> missing(problem, knows, s, t))
                        .sum())
                .sum();
    }

    @ParameterizedTest
    @CsvSource({"2,1", "2,2", "3,3", "3,4", "4,5", "5,6", "7,7"})
    void offersTheLargestOfAllGainsUntilNothingIsMissing(int workers, long seed) {
        LayerProblem problem = problem(workers, seed);
        for (int worker = 0; worker < 2; worker++) {
            int[] targets = targets(worker);
            Offers receiver = new UncorrelatedReceiver(problem, worker, targets);
            boolean[][] knows = new boolean[TARGETS][SOURCES];
            Value value = receiver.best(1);
            while (value != null) {
                double largest = 0;
                for (int source : problem.foreign(worker)) {
                    largest = Math.max(largest, gain(problem, knows, new int[] {source}, targets));
                }
                for (int sender : problem.senders(worker)) {
                    for (int target : targets) {
                        largest =
                                Math.max(largest, gain(problem, knows, problem.sourcesOf(sender), new int[] {target}));
                    }
                }
                boolean activation = value.kind() == Value.Kind.ACTIVATION;
                int[] sources = activation ? new int[] {value.index()} : problem.sourcesOf(value.from());
                int[] to = activation ? targets : new int[] {value.index()};
                assertEquals(largest, value.gain(), 1e-6 * largest, "the largest gain");
                assertEquals(largest, gain(problem, knows, sources, to), 1e-6 * largest, "of this value");
                for (int target : to) {
                    for (int source : sources) {
                        knows[target][source] = true;
                    }
                }
                receiver.take(value);
                value = receiver.best(1);
            }
            double left = gain(problem, knows, problem.foreign(worker), targets);
            assertEquals(0, left, 1e-12, "nothing gains, so nothing is missing");
            assertNull(receiver.best(0));
        }
    }

    /** With two workers the gains of {@link Receiver} are exact; with more only those of its first value are surely so. */
    @ParameterizedTest
    @CsvSource({"2,11,30", "2,12,30", "3,13,1", "4,14,1"})
    void agreesWithTheReceiverOfWholeStates(int workers, long seed, int most) {
        LayerProblem problem = problem(workers, seed);
        for (int worker = 0; worker < 2; worker++) {
            Offers sums = new UncorrelatedReceiver(problem, worker, targets(worker));
            Offers states = new Receiver(problem, worker, targets(worker));
            for (int i = 0; i < most; i++) {
                Value found = sums.best(1);
                if (found == null) {
                    break;
                }
                Value expected = assertOffered(states.best(1));
                assertEquals(expected.gain(), found.gain(), 1e-6 * expected.gain());
                assertEquals(expected.kind(), found.kind());
                assertEquals(expected.index(), found.index());
                assertEquals(expected.from(), found.from());
                sums.take(found);
                states.take(found);
                assertEquals(0, distance(states.residual(), sums.residual()), 1e-6);
            }
        }
    }

    private static Value assertOffered(@org.jspecify.annotations.Nullable Value value) {
        assertNotNull(value, "the other receiver offers something");
        return java.util.Objects.requireNonNull(value);
    }

    private static double distance(double[] a, double[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> Math.abs(a[i] - b[i]))
                .max()
                .orElse(0);
    }
}
