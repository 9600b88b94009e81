package starling.repurpose.values;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.models.run.ProbedModel;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.SplitNetwork;

/** The selection of values in one layer against normal equations solved by EJML, and against all selections there are. */
class SelectionTest {
    private static LayerMoments moments(ProbedModel model, int layer, Calibration samples, double ridge) {
        ValuesObjective.Task task = SmallNets.task(model, 2, samples);
        SplitNetwork network =
                SplitNetwork.original(task.graph(), 2, new int[task.graph().units()]);
        LinearMap map = task.graph().linear().get(layer).map();
        return new MomentRecorder(task.graph(), 1, 1).measure(map, network, true, samples, ridge);
    }

    private static double[] weight(int targets, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return IntStream.range(0, targets)
                .mapToDouble(t -> 0.2 + random.nextDouble())
                .toArray();
    }

    /** Weights [columns] and, last, the residual of a target on a support, by EJML. */
    private static double[] normalEquations(LayerMoments moments, int target, boolean[] support) {
        int kernel = moments.map().kernel();
        int[] columns = IntStream.range(0, moments.columns())
                .filter(c -> c == moments.columns() - 1 || support[c / kernel])
                .toArray();
        DMatrixRMaj a = new DMatrixRMaj(columns.length, columns.length);
        DMatrixRMaj b = new DMatrixRMaj(columns.length, 1);
        for (int i = 0; i < columns.length; i++) {
            for (int j = 0; j < columns.length; j++) {
                a.set(i, j, moments.gram()[columns[i] * moments.columns() + columns[j]]);
            }
            b.set(i, 0, moments.cross()[columns[i] * moments.map().targets() + target]);
        }
        DMatrixRMaj x = new DMatrixRMaj(columns.length, 1);
        CommonOps_DDRM.solve(a, b, x);
        double[] all = new double[moments.columns() + 1];
        double residual = moments.power()[target];
        for (int i = 0; i < columns.length; i++) {
            all[columns[i]] = x.get(i, 0);
            residual -= x.get(i, 0) * b.get(i, 0);
        }
        all[moments.columns()] = residual;
        return all;
    }

    private static double loss(LayerMoments moments, double[] weight, int target, boolean[] support) {
        return weight[target] * normalEquations(moments, target, support)[moments.columns()];
    }

    @ParameterizedTest
    @CsvSource({"2,5", "3,9", "4,14", "5,40", "3,1000"})
    void refitEqualsTheNormalEquations(int workers, long budget) {
        SmallNets nets = new SmallNets(workers);
        ProbedModel model = nets.dense(12, 9, 4);
        LayerMoments moments = moments(model, 0, nets.samples(300, 12), 0.01);
        check(moments, workers, budget);
    }

    @ParameterizedTest
    @CsvSource({"2,20", "3,64", "2,1000"})
    void refitOfChannelsEqualsTheNormalEquations(int workers, long budget) {
        SmallNets nets = new SmallNets(workers);
        ProbedModel model = nets.convolutional();
        LayerMoments moments = moments(model, 1, nets.samples(60, 4 * 64), 0.01);
        check(moments, workers, budget);
    }

    private static void check(LayerMoments moments, int workers, long budget) {
        LinearMap map = moments.map();
        int[] sources = IntStream.range(0, map.sources()).map(s -> s % workers).toArray();
        int[] targets =
                IntStream.range(0, map.targets()).map(t -> (t + 1) % workers).toArray();
        double[] weight = weight(map.targets(), budget);
        LayerProblem problem = new LayerProblem(moments, workers, sources, Sensitivity.independent(weight));
        Selection selection = Selection.greedy(problem, List.of(), targets, budget, 0);
        assertTrue(selection.numbers() <= budget);
        SplitNetwork.Weights fitted = LayerFit.fit(problem, selection, false, 5);
        double loss = 0;
        for (int t = 0; t < map.targets(); t++) {
            boolean[] support = selection.support(t);
            double[] expected = normalEquations(moments, t, support);
            int columns = map.sources() * map.kernel();
            for (int c = 0; c < columns; c++) {
                float actual = fitted.values()[t * columns + c];
                if (support[c / map.kernel()]) {
                    assertEquals(expected[c], actual, 1e-5, "weight " + c + " of target " + t);
                } else {
                    assertEquals(0f, actual, "outside the support");
                }
            }
            assertEquals(expected[columns], bias(fitted, t), 1e-5);
            loss += weight[t] * expected[columns + 1];
        }
        assertEquals(loss, selection.loss(), 1e-6 * (1 + loss) + staleness(workers, loss), "loss");
    }

    /** Gains of partial sums are bounds with three and more workers, so the loss they add up to is one, too. */
    private static double staleness(int workers, double loss) {
        return workers == 2 ? 0 : 0.3 * loss + 1e-3;
    }

    private static float bias(SplitNetwork.Weights weights, int target) {
        float[] bias = weights.bias();
        return bias == null ? 0 : bias[target];
    }

    /** Where all values are of one size, what a larger budget chose first is what a smaller one chooses. */
    @Test
    void aShortenedSelectionIsThatOfTheSmallerBudget() {
        for (int workers = 2; workers <= 4; workers++) {
            SmallNets nets = new SmallNets(30 + workers);
            ProbedModel model = nets.dense(15, 10, 4);
            LayerMoments moments = moments(model, 0, nets.samples(300, 15), 0.01);
            int p = workers;
            int[] sources = IntStream.range(0, 15).map(s -> s % p).toArray();
            int[] targets = IntStream.range(0, 10).map(t -> t % p).toArray();
            LayerProblem problem = new LayerProblem(moments, workers, sources, Sensitivity.independent(weight(10, 2)));
            Selection whole = Selection.greedy(problem, List.of(), targets, 40, 0);
            for (int budget = 0; budget <= 40; budget++) {
                Selection shorter = whole.upTo(budget);
                Selection own = Selection.greedy(problem, List.of(), targets, budget, 0);
                assertTrue(shorter.numbers() <= budget);
                assertEquals(own.values(), shorter.values(), workers + " workers, " + budget);
                assertEquals(own.loss(), shorter.loss(), 1e-9);
            }
        }
    }

    @Test
    void moreValuesNeverLeaveMore() {
        for (int workers = 2; workers <= 4; workers++) {
            SmallNets nets = new SmallNets(20 + workers);
            ProbedModel model = nets.dense(15, 10, 4);
            LayerMoments moments = moments(model, 0, nets.samples(300, 15), 0.01);
            int p = workers;
            int[] sources = IntStream.range(0, 15).map(s -> s % p).toArray();
            int[] targets = IntStream.range(0, 10).map(t -> t % p).toArray();
            LayerProblem problem = new LayerProblem(moments, workers, sources, Sensitivity.independent(weight(10, 1)));
            double before = Double.POSITIVE_INFINITY;
            for (int budget = 0; budget < 40; budget++) {
                Selection selection = Selection.greedy(problem, List.of(), targets, budget, 0);
                double loss = 0;
                for (int t = 0; t < 10; t++) {
                    loss += loss(moments, weight(10, 1), t, selection.support(t));
                }
                assertTrue(loss <= before + 1e-9, workers + " workers, " + budget + ": " + loss + " after " + before);
                before = loss;
            }
        }
    }

    /**
     * All balanced assignments and all sets of at most b values of a layer of 4 sources and 4 targets over two workers. Forward
     * selection with the capped assignment is not exact. Of the weighted residual that the best selection takes away (from
     * what the best assignment leaves without values) it misses at most 6 % in the mean over 40 layers, at most 35 % on the
     * worst, and it never sends more than it may.
     */
    @Test
    void comesCloseToTheBestOfAllSelections() {
        double sum = 0;
        int count = 0;
        for (int seed = 0; seed < 20; seed++) {
            SmallNets nets = new SmallNets(100 + seed);
            ProbedModel model = nets.dense(4, 4, 3);
            Calibration samples = nets.samples(100, 4);
            LayerMoments moments = moments(model, 0, samples, 0.01);
            int[] sources = {0, 0, 1, 1};
            double[] weight = weight(4, seed);
            double nothing = best(moments, sources, weight, 0);
            assertEquals(nothing, planned(model, samples, moments, weight, 0), 1e-6 * nothing, "assignment alone");
            for (int budget : new int[] {1, 3}) {
                double best = best(moments, sources, weight, budget);
                double found = planned(model, samples, moments, weight, budget);
                double missed = (found - best) / (nothing - best);
                assertTrue(missed >= -1e-6, found + " is less than the least, " + best);
                assertTrue(missed <= 0.35, found + " where " + best + " is possible");
                sum += missed;
                count++;
            }
        }
        assertTrue(sum / count <= 0.06, "missed in the mean: " + sum / count);
    }

    private static double planned(
            ProbedModel model, Calibration samples, LayerMoments moments, double[] weight, int budget) {
        ValuesObjective.Task task = SmallNets.task(model, 2, samples);
        LayerPlanner planner = new LayerPlanner(
                new LayerPlanner.Setting(
                        task.graph(),
                        task.capacities(),
                        task.inputs(),
                        new starling.repurpose.assign.TransportationSolver(1)),
                null,
                null,
                0,
                java.util.Map.of());
        LayerProblem problem = new LayerProblem(moments, 2, new int[] {0, 0, 1, 1}, Sensitivity.independent(weight));
        LayerPlanner.State state =
                planner.next(planner.start(), problem, new LayerPlanner.Allowance.Limited(budget, 0));
        assertTrue(state.traces().get(0).numbers() <= budget);
        double loss = 0;
        SplitNetwork network = planner.network(state);
        float[] weights = network.weights(moments.map()).values();
        int[] owners = network.ownersOf(moments.map().output());
        assertEquals(2, Arrays.stream(owners).filter(k -> k == 0).count());
        for (int t = 0; t < 4; t++) {
            boolean[] support = new boolean[4];
            for (int s = 0; s < 4; s++) {
                support[s] = weights[t * 4 + s] != 0;
            }
            loss += loss(moments, weight, t, support);
        }
        return loss;
    }

    private static double best(LayerMoments moments, int[] sources, double[] weight, int budget) {
        double best = Double.POSITIVE_INFINITY;
        for (int to = 0; to < 16; to++) {
            if (Integer.bitCount(to) != 2) {
                continue;
            }
            // With two workers: a bit per source that is sent to the other one, and a bit per target that is summed
            // for.
            for (int kept = 0; kept < 256; kept++) {
                if (Integer.bitCount(kept) > budget) {
                    continue;
                }
                double loss = 0;
                for (int t = 0; t < 4; t++) {
                    boolean[] support = new boolean[4];
                    for (int s = 0; s < 4; s++) {
                        support[s] = sources[s] == (to >> t & 1) || (kept >> s & 1) == 1 || (kept >> (4 + t) & 1) == 1;
                    }
                    loss += loss(moments, weight, t, support);
                }
                best = Math.min(best, loss);
            }
        }
        return best;
    }

    @Test
    void uncorrelatedSourcesAreWorthTheirSquaredWeights() {
        SmallNets nets = new SmallNets(8);
        ProbedModel model = nets.dense(6, 4, 2);
        LinearMap map = SmallNets.task(model, 2, nets.samples(3, 6))
                .graph()
                .linear()
                .get(0)
                .map();
        LayerProblem problem =
                new LayerProblem(LayerMoments.unknown(map), 2, new int[] {0, 0, 0, 1, 1, 1}, Sensitivity.even(4));
        int[] owners = {0, 0, 1, 1};
        Selection selection = Selection.greedy(problem, List.of(), owners, 1, 0);
        double[] worth = new double[10];
        for (int s = 0; s < 6; s++) {
            for (int t = 0; t < 4; t++) {
                if (owners[t] != s / 3) {
                    double w = map.weights()[t * 6 + s];
                    worth[s] += w * w;
                    worth[6 + t] += w * w;
                }
            }
        }
        Value chosen = selection.values().get(0);
        int index = chosen.kind() == Value.Kind.ACTIVATION ? chosen.index() : 6 + chosen.index();
        assertEquals(Arrays.stream(worth).max().orElseThrow(), worth[index], 1e-12);
        assertEquals(worth[index], chosen.gain(), 1e-6 * worth[index]);
        SplitNetwork.Weights fitted = LayerFit.fit(problem, selection, true, 5);
        for (int t = 0; t < 4; t++) {
            boolean[] support = selection.support(t);
            for (int s = 0; s < 6; s++) {
                assertEquals(support[s] ? map.weights()[t * 6 + s] : 0f, fitted.values()[t * 6 + s]);
            }
        }
    }
}
