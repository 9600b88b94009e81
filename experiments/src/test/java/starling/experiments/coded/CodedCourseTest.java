package starling.experiments.coded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import starling.codes.computation.Matrix;
import starling.codes.computation.Partition;
import starling.codes.uep.ProtectionScheme;
import starling.experiments.workers.Course;
import starling.experiments.workers.Gradients;
import starling.experiments.workers.Learner;
import starling.experiments.workers.Tensor;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.training.Augmentation;
import starling.models.training.Optimizer;
import starling.models.zoo.Zoo;

class CodedCourseTest {
    private static final List<Double> NO_THRESHOLD = List.of(0.0);
    private static final Partition CXR = Partition.columnsTimesRows(9);

    private final Dataset train = DataSpec.parse("builtin:mnist").open(Split.TRAIN, 1);
    private final Dataset test =
            DataSpec.parse("builtin:mnist").open(Split.TEST, 1).slice(0, 500);

    private CodedCourse course(int steps) {
        return new CodedCourse("uep-mnist", train, test, 32, 0.05, steps, 40, 5);
    }

    private static CodedProducts products(ProtectionScheme scheme, double deadline, boolean feedback) {
        return new CodedProducts(
                new CodedProducts.Setting(
                        scheme, scheme, scheme, 0.5, deadline, false, true, feedback, NO_THRESHOLD, NO_THRESHOLD),
                3,
                9);
    }

    /** Every layer's gradient, computed block by block, is that of the same network as an ONNX graph. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void withoutStragglersTheGradientIsThatOfTheGraph(boolean byWorkers) {
        CodedCourse course = course(1);
        DenseNetwork network = course.first();
        CodedCourse.Batch batch = course.batch(0);
        ProtectionScheme scheme = byWorkers ? ProtectionScheme.uncoded(CXR) : ProtectionScheme.none();
        DenseNetwork.Backward found =
                CodedCourse.backward(network, batch, products(scheme, Double.POSITIVE_INFINITY, false));
        Course same = new Course("uep-mnist", train, test, 1, 32, 1, new Optimizer.Sgd(0, 0), 0.05, 1, 1, 5);
        try (Learner learner = same.learner(false)) {
            Gradients gradients = learner.gradient(train, numbers(batch), 0);
            int compared = 0;
            for (Tensor tensor : learner.tensors()) {
                int layer = tensor.name().charAt("dense".length()) - '1';
                float[] right = gradients.of(tensor);
                if (tensor.name().endsWith("weight")) {
                    Matrix turned = DenseNetwork.transposed(found.weights().get(layer));
                    assertArrayEquals(doubles(right), turned.values(), 1e-6, tensor.name());
                } else {
                    assertArrayEquals(doubles(right), found.biases().get(layer), 1e-6, tensor.name());
                }
                compared++;
            }
            assertEquals(6, compared);
        }
    }

    /** Samples of the data that a batch holds, found by their numbers. */
    private int[] numbers(CodedCourse.Batch batch) {
        int[] numbers = new int[batch.labels().length];
        float[] sample = new float[train.elements()];
        for (int i = 0; i < numbers.length; i++) {
            boolean found = false;
            for (int candidate = 0; candidate < train.count() && !found; candidate++) {
                train.read(candidate, sample, 0);
                found = true;
                for (int j = 0; j < sample.length && found; j++) {
                    found = sample[j] == batch.samples().at(i, j);
                }
                numbers[i] = candidate;
            }
            assertTrue(found);
        }
        return numbers;
    }

    private static double[] doubles(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    @Test
    void learnsUnderADeadlineAndTheSameAgain() {
        CodedCourse course = course(80);
        DenseNetwork network = course.first();
        double before = course.accuracy(network);
        List<CodedCourse.Point> points =
                course.run(network, products(ProtectionScheme.uncoded(CXR), 2, false), point -> {});
        assertEquals(
                List.of(40, 80), points.stream().map(CodedCourse.Point::step).toList());
        assertTrue(points.get(1).accuracy() > before + 0.3, before + " to " + points.get(1));
        assertEquals(
                points, course.run(course.first(), products(ProtectionScheme.uncoded(CXR), 2, false), point -> {}));
    }

    /** What is late in one step is added in the next: after as many steps nothing but the last step's late part is missing. */
    @Test
    void feedbackLosesNothing() {
        CodedProducts fed = products(ProtectionScheme.uncoded(CXR), 0.7, true);
        CodedProducts lossy = products(ProtectionScheme.uncoded(CXR), 0.7, false);
        CodedProducts exact = products(ProtectionScheme.none(), 0.7, false);
        CodedCourse course = course(1);
        Matrix inputs = course.batch(0).samples();
        Matrix gradient = course.batch(1).samples();
        double[] missing = new double[3];
        int steps = 30;
        Matrix[] sums = new Matrix[3];
        for (int step = 0; step < steps; step++) {
            CodedProducts[] all = {fed, lossy, exact};
            for (int i = 0; i < all.length; i++) {
                Matrix found = all[i].weightGradient(0, inputs, gradient);
                sums[i] = sums[i] == null ? found : sum(sums[i], found);
            }
        }
        for (int i = 0; i < 2; i++) {
            missing[i] = Math.sqrt(sums[i].squaredDistance(sums[2]) / sums[2].squaredNorm());
        }
        assertTrue(missing[0] <= 1.0 / steps + 1e-9, "with feedback " + missing[0]);
        assertTrue(missing[1] > 0.5, "without " + missing[1]);
    }

    private static Matrix sum(Matrix a, Matrix b) {
        Matrix sum = Matrix.zeros(a.rows(), a.columns());
        for (int i = 0; i < sum.values().length; i++) {
            sum.values()[i] = a.values()[i] + b.values()[i];
        }
        return sum;
    }

    /** A step of convolutions here and dense layers there is a step of the whole network as one graph. */
    @Test
    void aTrunkMovesAsInTheWholeNetwork() {
        Dataset data = train.slice(0, 16);
        int[] all = IntStream.range(0, 16).toArray();
        ModelProto model = Zoo.network("lenet-5").stage().builder().build(data.sampleShape(), 1, 5);
        DenseNetwork dense = DenseNetwork.of(model);
        CodedCourse.Batch batch = CodedCourse.batch(data, all);
        float[] samples = new float[batch.samples().values().length];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) batch.samples().values()[i];
        }
        try (ConvolutionTrunk trunk =
                        new ConvolutionTrunk(model, dense.weight(0).rows(), 1);
                Learner learner = new Learner(
                        model,
                        Zoo.network("lenet-5").stage().recipe(),
                        new Optimizer.Sgd(0, 0),
                        Augmentation.NONE,
                        false)) {
            Map<String, float[]> before = trunk.state();
            Gradients gradients = learner.gradient(data, all, 0);
            Matrix features = trunk.forward(samples, 16);
            List<Matrix> values = dense.forward(features);
            DenseNetwork.Backward backward = dense.backward(
                    values,
                    DenseNetwork.lossGradient(values.get(3), batch.labels()),
                    products(ProtectionScheme.none(), 0, false),
                    true);
            trunk.move(samples, features, Objects.requireNonNull(backward.inputs()), 1);
            int compared = 0;
            for (Tensor tensor : learner.tensors()) {
                float[] first = before.get(tensor.name());
                if (first != null) {
                    float[] moved = Objects.requireNonNull(trunk.state().get(tensor.name()));
                    for (int i = 0; i < first.length; i++) {
                        assertEquals(gradients.of(tensor)[i], first[i] - moved[i], 2e-6, tensor.name());
                    }
                    compared++;
                }
            }
            assertEquals(4, compared);
            trunk.restore(before);
            assertArrayEquals(features.values(), trunk.forward(samples, 16).values());
        }
    }

    @Test
    void smallNumbersAreZeroAndOthersAsTheyWere() {
        Matrix sparse = CodedProducts.sparse(new Matrix(1, 4, new double[] {1e-4, -1e-4, 1.1e-4, -2}), 1e-4);
        assertArrayEquals(new double[] {0, 0, 1.1e-4, -2}, sparse.values());
    }
}
