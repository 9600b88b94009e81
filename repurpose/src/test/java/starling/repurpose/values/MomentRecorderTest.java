package starling.repurpose.values;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import starling.models.run.Network;
import starling.models.run.ProbedModel;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.SplitNetwork;

/** Moments against loops over recorded signals. */
class MomentRecorderTest {
    @Test
    void momentsOfAStridedPaddedConvolutionAreThoseOfItsPatches() {
        SmallNets nets = new SmallNets(3);
        ProbedModel model = nets.convolutional();
        Calibration samples = nets.samples(30, 4 * 64);
        ValuesObjective.Task task = SmallNets.task(model, 2, samples);
        SplitNetwork network =
                SplitNetwork.original(task.graph(), 2, new int[task.graph().units()]);
        LinearMap map = task.graph().linear().get(2).map();
        LayerMoments moments = new MomentRecorder(task.graph(), 1, 1).measure(map, network, true, samples, 0);
        LayerMoments twice = new MomentRecorder(task.graph(), 1, 1).measure(map, network, false, samples, 0);

        float[] x;
        float[] z;
        try (Network run =
                new Network("m", Network.withOutputs(model.model(), List.of(map.input(), map.output())), 1)) {
            Map<String, float[]> out = run.run(samples.samples(), samples.count());
            x = out.getOrDefault(map.input(), new float[0]);
            z = out.getOrDefault(map.output(), new float[0]);
        }
        int[] in = model.shape(map.input());
        int[] out = model.shape(map.output());
        assertEquals(List.of(1, 6, 4, 4), java.util.Arrays.stream(in).boxed().toList());
        assertEquals(List.of(1, 5, 2, 1), java.util.Arrays.stream(out).boxed().toList());
        int columns = 6 * 9;
        double[][] gram = new double[columns][columns];
        double[][] cross = new double[columns][5];
        for (int n = 0; n < samples.count(); n++) {
            for (int r = 0; r < out[2]; r++) {
                for (int c = 0; c < out[3]; c++) {
                    double[] patch = new double[columns];
                    for (int s = 0; s < 6; s++) {
                        for (int k = 0; k < 9; k++) {
                            int row = 2 * r + k / 3 - 1;
                            int column = 2 * c + k % 3;
                            if (row >= 0 && row < 4 && column < 4) {
                                patch[s * 9 + k] = x[((n * 6 + s) * 4 + row) * 4 + column];
                            }
                        }
                    }
                    for (int a = 0; a < columns; a++) {
                        for (int b = 0; b < columns; b++) {
                            gram[a][b] += patch[a] * patch[b] / (30 * 2);
                        }
                        for (int t = 0; t < 5; t++) {
                            cross[a][t] += patch[a] * z[((n * 5 + t) * 2 + r) + c] / (30 * 2);
                        }
                    }
                }
            }
        }
        for (int a = 0; a < columns; a++) {
            for (int b = 0; b < columns; b++) {
                assertEquals(gram[a][b], moments.gram()[a * (columns + 1) + b], 1e-5, a + "," + b);
            }
            for (int t = 0; t < 5; t++) {
                assertEquals(cross[a][t], moments.cross()[a * 5 + t], 1e-5, a + "," + t);
                assertEquals(cross[a][t], twice.cross()[a * 5 + t], 1e-5, a + "," + t);
            }
        }
    }
}
