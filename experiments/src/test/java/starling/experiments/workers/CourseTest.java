package starling.experiments.workers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import starling.codes.rotated.RotatedDitheredCode;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.training.Optimizer;

class CourseTest {
    private final Dataset data =
            DataSpec.parse("builtin:region").open(Split.TRAIN, 1).slice(0, 400);

    @Test
    void theMeanOfTheWorkersGradientsIsTheGradientOfAllTheirSamples() {
        Course course = course(4);
        try (Learner learner = course.learner(false)) {
            int[] all = {0, 1, 2, 3, 4, 5, 6, 7};
            Gradients whole = learner.gradient(data, all, 0);
            Gradients first = learner.gradient(data, new int[] {0, 1, 2, 3}, 0);
            Gradients second = learner.gradient(data, new int[] {4, 5, 6, 7}, 0);
            for (Tensor tensor : learner.tensors()) {
                float[] mean = new float[tensor.length()];
                for (int i = 0; i < mean.length; i++) {
                    mean[i] = (first.of(tensor)[i] + second.of(tensor)[i]) / 2;
                }
                assertArrayEquals(whole.of(tensor), mean, 1e-6f, tensor.name());
            }
            assertEquals(whole.loss(), (first.loss() + second.loss()) / 2, 1e-6);
        }
    }

    @Test
    void signalsAreTheFactorsOfTheGradient() {
        try (Learner learner = course(1).learner(true)) {
            Gradients gradients = learner.gradient(data, new int[] {3, 1, 4, 1, 5}, 0);
            int dense = 0;
            for (Tensor tensor : learner.tensors()) {
                var factors = tensor.dense();
                if (factors != null) {
                    assertArrayEquals(
                            gradients.of(tensor),
                            Indirect.signals(gradients, factors, tensor).gradient(),
                            1e-5f,
                            tensor.name());
                    dense++;
                }
            }
            assertEquals(4, dense);
        }
    }

    @Test
    void workersLearnAndTheSameSeedLearnsTheSame() {
        Course course = course(4);
        List<Course.Point> watched = new ArrayList<>();
        Course.Result exact = course.run(new Uncompressed(), false, watched::add);
        assertEquals(watched, exact.points());
        assertEquals(
                List.of(40, 80, 90), watched.stream().map(Course.Point::round).toList());
        assertTrue(exact.finalAccuracy() > 0.8, exact.toString());
        assertEquals(0, exact.error(), 1e-12);
        Course.Result coded = course.run(new Direct("coded", RotatedDitheredCode.ofBits(2)), false, point -> {});
        assertEquals(coded, course.run(new Direct("coded", RotatedDitheredCode.ofBits(2)), false, point -> {}));
        assertTrue(coded.finalAccuracy() > 0.8, coded.toString());
        // four messages are averaged, each with an error of 0.098 of its own squared length
        assertTrue(coded.error() > 0.01 && coded.error() < 0.2, coded.toString());
        assertTrue(coded.perWorker().sent() < exact.perWorker().sent() / 5, coded.toString());
    }

    @Test
    void aSurveyCountsTheSameBitsAsACourseOfOneRound() {
        Course one = new Course("region", data, data, 3, 8, 1, new Optimizer.Sgd(0, 0), 0.1, 1, 1, 7);
        Exchange coded = new Direct("coded", RotatedDitheredCode.ofBits(2));
        Bits surveyed = new Survey(one, 0, 1).of(List.of(coded), false).get("coded");
        assertEquals(one.run(coded, false, point -> {}).perWorker(), surveyed);
    }

    private Course course(int workers) {
        return new Course("region", data, data, workers, 16, 90, Optimizer.Adam.usual(0), 0.01, 0.9, 40, 7);
    }
}
