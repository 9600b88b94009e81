package starling.repurpose.values;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.models.run.ProbedModel;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.SplitNetwork;

/** The joint fit of all targets against the one linear system for all weights, solved by EJML. */
class LayerFitTest {
    private record Layer(LayerProblem problem, Selection selection) {}

    /** A layer whose targets act together through a random Jacobian. */
    private static Layer layer(int workers, int budget) {
        SmallNets nets = new SmallNets(40 + workers);
        ProbedModel model = nets.dense(9, 6, 3);
        Calibration samples = nets.samples(200, 9);
        ValuesObjective.Task task = SmallNets.task(model, workers, samples);
        LinearMap map = task.graph().linear().get(0).map();
        SplitNetwork network = SplitNetwork.original(
                task.graph(), workers, new int[task.graph().units()]);
        LayerMoments moments = new MomentRecorder(task.graph(), 1, 1).measure(map, network, true, samples, 0.01);
        double[] jacobian = new double[6 * 2];
        float[] random = nets.weights(jacobian.length, 1);
        for (int i = 0; i < jacobian.length; i++) {
            jacobian[i] = random[i];
        }
        int[] sources = IntStream.range(0, 9).map(s -> s % workers).toArray();
        int[] targets = IntStream.range(0, 6).map(t -> (t + 1) % workers).toArray();
        LayerProblem problem = new LayerProblem(moments, workers, sources, Sensitivity.ofJacobian(jacobian, 6));
        return new Layer(problem, Selection.greedy(problem, List.of(), targets, budget, 0));
    }

    @ParameterizedTest
    @CsvSource({"2,0", "2,3", "3,4", "3,7"})
    void tendsToTheLeastOfAllWeightsTogether(int workers, int budget) {
        Layer layer = layer(workers, budget);
        LayerMoments moments = layer.problem.moments();
        int targets = layer.problem.targets();
        int columns = moments.columns();
        double[] m = layer.problem.sensitivity().block(SmallNets.all(targets), SmallNets.all(targets));
        List<int[]> places = new ArrayList<>();
        for (int t = 0; t < targets; t++) {
            boolean[] support = layer.selection.support(t);
            for (int c = 0; c < columns; c++) {
                if (c == columns - 1 || support[c]) {
                    places.add(new int[] {c, t});
                }
            }
        }
        DMatrixRMaj a = new DMatrixRMaj(places.size(), places.size());
        DMatrixRMaj b = new DMatrixRMaj(places.size(), 1);
        for (int i = 0; i < places.size(); i++) {
            int c = places.get(i)[0];
            int t = places.get(i)[1];
            for (int j = 0; j < places.size(); j++) {
                a.set(i, j, moments.gram()[c * columns + places.get(j)[0]] * m[t * targets + places.get(j)[1]]);
            }
            for (int u = 0; u < targets; u++) {
                b.add(i, 0, moments.cross()[c * targets + u] * m[u * targets + t]);
            }
        }
        DMatrixRMaj expected = new DMatrixRMaj(places.size(), 1);
        CommonOps_DDRM.solve(a, b, expected);
        double[][] fitted = weights(layer, 2000);
        double[][] least = new double[columns][targets];
        for (int i = 0; i < places.size(); i++) {
            least[places.get(i)[0]][places.get(i)[1]] = expected.get(i, 0);
        }
        for (int c = 0; c < columns; c++) {
            for (int t = 0; t < targets; t++) {
                assertEquals(least[c][t], fitted[c][t], 1e-4, "weight " + c + " of target " + t);
            }
        }
        double floor = loss(layer, m, least);
        double before = Double.POSITIVE_INFINITY;
        for (int rounds = 0; rounds < 6; rounds++) {
            double loss = loss(layer, m, weights(layer, rounds));
            assertTrue(loss <= before + 1e-6, rounds + " rounds: " + loss + " after " + before);
            assertTrue(loss >= floor - 1e-6, loss + " is less than the least, " + floor);
            before = loss;
        }
        assertTrue(before < loss(layer, m, weights(layer, 0)) - 1e-4, "fitting together gains nothing");
    }

    private static double[][] weights(Layer layer, int rounds) {
        SplitNetwork.Weights fitted = LayerFit.fit(layer.problem, layer.selection, false, rounds);
        int inputs = layer.problem.moments().columns() - 1;
        int targets = layer.problem.targets();
        float[] bias = fitted.bias();
        double[][] all = new double[inputs + 1][targets];
        for (int t = 0; t < targets; t++) {
            for (int c = 0; c < inputs; c++) {
                all[c][t] = fitted.values()[t * inputs + c];
            }
            all[inputs][t] = bias == null ? 0 : bias[t];
        }
        return all;
    }

    /** E[e^T M e] up to what no weight changes: tr(M (W^T G W - 2 R^T W)). */
    private static double loss(Layer layer, double[] m, double[][] weights) {
        LayerMoments moments = layer.problem.moments();
        int targets = layer.problem.targets();
        int columns = moments.columns();
        double loss = 0;
        for (int t = 0; t < targets; t++) {
            for (int u = 0; u < targets; u++) {
                double product = 0;
                for (int c = 0; c < columns; c++) {
                    product -= 2 * moments.cross()[c * targets + t] * weights[c][u];
                    for (int d = 0; d < columns; d++) {
                        product += weights[c][t] * moments.gram()[c * columns + d] * weights[d][u];
                    }
                }
                loss += m[t * targets + u] * product;
            }
        }
        return loss;
    }
}
