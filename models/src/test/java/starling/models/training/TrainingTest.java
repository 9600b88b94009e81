package starling.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import starling.models.UnfitException;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.gradient.GradientGraph;
import starling.models.gradient.Loss;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Tensors;

/** Runs of learning against calculations by hand. */
class TrainingTest {
    private static final int WIDTH = 4;
    private static final int SAMPLES = 11;

    @TempDir
    private Path folder;

    private Dataset table() {
        return Bench.data(
                folder.resolve("table"), "", Bench.normal(11, SAMPLES * WIDTH), Bench.classes(12, SAMPLES, 3), WIDTH);
    }

    /** Full batches and such that leave a smaller last one; momentum, decay of the matrix but not of the bias, and a mask. */
    @ParameterizedTest
    @CsvSource({"11,0,0", "11,0.9,0.1", "4,0,0.1", "4,0.9,0.1", "3,0.5,0", "100,0,0"})
    void linearRegressionIsGradientDescentByHand(int batch, double momentum, double decay) {
        Dataset data = table();
        ModelProto model = Bench.linear(WIDTH, 1);
        Recipe recipe = Bench.recipe(Loss.MEAN_SQUARED_ERROR, new Optimizer.Sgd(momentum, decay), 0.03, 6, batch);
        boolean[] kept = {true, true, false, true};
        Trained trained = Training.run(masked(model, data, Map.of("W", kept)), recipe, Watch.NONE);

        double[] weights = new double[WIDTH + 1];
        for (int i = 0; i < WIDTH; i++) {
            weights[i] = kept[i] ? Bench.numbers(model, "W")[i] : 0;
        }
        weights[WIDTH] = Bench.numbers(model, "b")[0];
        double[] velocity = new double[WIDTH + 1];
        double lossSum = 0;
        List<Double> losses = new ArrayList<>();
        for (Taken one : batches(data, recipe)) {
            double[] gradient = new double[WIDTH + 1];
            for (int n = 0; n < one.labels.length; n++) {
                double error = weights[WIDTH] - one.labels[n];
                for (int i = 0; i < WIDTH; i++) {
                    error += weights[i] * one.samples[n * WIDTH + i];
                }
                lossSum += error * error;
                for (int i = 0; i <= WIDTH; i++) {
                    double x = i < WIDTH ? one.samples[n * WIDTH + i] : 1;
                    gradient[i] += 2 * error * x / one.labels.length;
                }
            }
            for (int i = 0; i <= WIDTH; i++) {
                velocity[i] = momentum * velocity[i] + gradient[i] + (i < WIDTH ? decay : 0) * weights[i];
                weights[i] = i < WIDTH && !kept[i] ? 0 : weights[i] - 0.03 * velocity[i];
            }
            if (one.last) {
                losses.add(lossSum / SAMPLES);
                lossSum = 0;
            }
        }
        float[] learned = Bench.numbers(trained.model(), "W");
        for (int i = 0; i < WIDTH; i++) {
            assertEquals(weights[i], learned[i], 2e-5, "weight " + i);
        }
        assertEquals(0f, learned[2], "outside the mask");
        assertEquals(weights[WIDTH], Bench.numbers(trained.model(), "b")[0], 2e-5);
        for (int e = 0; e < losses.size(); e++) {
            assertEquals(losses.get(e), trained.epochs().get(e).loss(), 1e-5 * (1 + losses.get(e)), "epoch " + e);
        }
        assertEquals(6, trained.best());
    }

    @Test
    void masksHoldAfterEveryStepWhateverTheOptimizer() {
        Dataset data = table();
        ModelProto model = Bench.linear(WIDTH, 3);
        boolean[] kept = {true, false, false, true, true, true, false, true, false, true, true, false};
        for (Optimizer optimizer :
                List.of(Optimizer.Adam.usual(0.1), new Optimizer.Sgd(0.9, 0.1), new Optimizer.Sgd(0, 0))) {
            for (int epochs = 1; epochs <= 3; epochs++) {
                Recipe recipe = Bench.recipe(Loss.SOFTMAX_CROSS_ENTROPY, optimizer, 0.05, epochs, 100);
                float[] masked = Bench.numbers(
                        Training.run(masked(model, data, Map.of("W", kept)), recipe, Watch.NONE)
                                .model(),
                        "W");
                float[] before = Bench.numbers(model, "W");
                for (int i = 0; i < kept.length; i++) {
                    assertEquals(kept[i], masked[i] != 0, optimizer + ", weight " + i);
                    assertTrue(!kept[i] || masked[i] != before[i], "weight " + i + " moves");
                }
            }
        }
        Masks pruned = Masks.ofZeros(Map.of("W", new float[] {0, 1, -0f, 2}));
        float[] values = {5, 6, 7, 8};
        pruned.hold("W", values);
        assertArrayEquals(new float[] {0, 6, 0, 8}, values);
    }

    @Test
    void everySampleOnceAnEpochInAnOrderOfSeedAndEpoch() {
        int count = 23;
        float[] numbers = new float[count];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = i;
            labels[i] = i;
        }
        Dataset data = Bench.data(folder.resolve("numbered"), "", numbers, labels, 1);
        Recipe recipe = Bench.recipe(Loss.MEAN_SQUARED_ERROR, new Optimizer.Sgd(0, 0), 1, 3, 5);
        Set<List<Integer>> orders = new HashSet<>();
        for (long seed = 1; seed <= 3; seed++) {
            List<Integer> order = new ArrayList<>();
            int sizes = 0;
            for (Taken one : batches(data, recipe.on(seed, 1))) {
                assertEquals(one.last ? 3 : 5, one.labels.length);
                for (int n = 0; n < one.labels.length; n++) {
                    assertEquals(one.labels[n], one.samples[n], "the label is the sample's own");
                    order.add(one.labels[n]);
                }
                if (one.last) {
                    assertEquals(count, new HashSet<>(order).size(), "every sample");
                    assertEquals(count, order.size(), "once");
                    assertTrue(orders.add(List.copyOf(order)), "an order of its own");
                    order.clear();
                    sizes++;
                }
            }
            assertEquals(3, sizes);
        }
    }

    @Test
    void aLoaderThatBeginsAnywhereGivesWhatOneFromTheBeginningGives() {
        Dataset data =
                Bench.data(folder.resolve("images"), "", Bench.normal(1, 13 * 49), Bench.classes(2, 13, 3), 1, 7, 7);
        Recipe recipe = Bench.recipe(Loss.MEAN_SQUARED_ERROR, new Optimizer.Sgd(0, 0), 1, 3, 5);
        Augmentation crop = new Augmentation.RandomCrop(5, 5, 1, true, 1);
        List<Taken> all = batches(data, recipe, crop, 0, 0);
        for (int i = 0; i < all.size(); i++) {
            List<Taken> rest = batches(data, recipe, crop, i / 3, i % 3);
            assertEquals(all.size() - i, rest.size());
            for (int k = 0; k < rest.size(); k++) {
                assertArrayEquals(all.get(i + k).samples, rest.get(k).samples);
                assertArrayEquals(all.get(i + k).labels, rest.get(k).labels);
            }
        }
    }

    @Test
    void partsOfImagesAreThoseOfTheFramedImageMirroredOrNot() {
        Dataset data = Bench.data(folder.resolve("cameras"), "", positive(40, 2 * 2 * 4 * 3), new int[40], 4, 4, 3);
        Augmentation crop = new Augmentation.RandomCrop(3, 4, 1, true, 2);
        assertArrayEquals(new int[] {4, 3, 4}, crop.shape(data.sampleShape()));
        float[] sample = new float[48];
        float[] into = new float[48];
        Set<Integer> seen = new HashSet<>();
        boolean apart = false;
        for (int i = 0; i < data.count(); i++) {
            data.read(i, sample, 0);
            crop.apply(sample, data.sampleShape(), into, 0, Seeds.stream(1, Seeds.Purpose.AUGMENTATION, 0, i));
            int[] found = {place(sample, into, 0), place(sample, into, 2)};
            seen.add(found[0]);
            seen.add(found[1]);
            apart |= found[0] != found[1];
        }
        // (6 - 3 + 1) x (5 - 4 + 1) places, mirrored or not: 16, each of 80 draws misses one with (15/16)^80 < 0.6 %
        assertTrue(seen.size() >= 14, seen.toString());
        assertTrue(apart, "cameras move independently");
    }

    /** Which place of the framed image both channels of a group show, by trying all. */
    private static int place(float[] sample, float[] part, int first) {
        for (int down = 0; down < 4; down++) {
            for (int right = 0; right < 2; right++) {
                for (int turned = 0; turned < 2; turned++) {
                    boolean same = true;
                    for (int c = first; c < first + 2; c++) {
                        for (int y = 0; y < 3; y++) {
                            for (int x = 0; x < 4; x++) {
                                int row = y + down - 1;
                                int column = (turned == 1 ? 3 - x : x) + right - 1;
                                boolean in = row >= 0 && row < 4 && column >= 0 && column < 3;
                                float wanted = in ? sample[c * 12 + row * 3 + column] : 0;
                                same &= part[c * 12 + y * 4 + x] == wanted;
                            }
                        }
                    }
                    if (same) {
                        return (down * 2 + right) * 2 + turned;
                    }
                }
            }
        }
        throw new AssertionError("no part of the image");
    }

    private static float[] positive(int samples, int each) {
        float[] values = Bench.normal(9, samples * each);
        for (int i = 0; i < values.length; i++) {
            values[i] = 1 + Math.abs(values[i]);
        }
        return values;
    }

    @Test
    void runningStatisticsAreTheMovingMeansOfTheBatches() {
        int count = 10;
        Dataset data = Bench.data(
                folder.resolve("planes"), "", Bench.normal(4, count * 12), Bench.classes(5, count, 2), 2, 2, 3);
        GraphBuilder graph = new GraphBuilder("norm", 13).input("x", -1, 2, 2, 3);
        graph.constant(Tensors.of("mean", new float[] {0.5f, -1}, 2));
        graph.constant(Tensors.of("variance", new float[] {2, 1}, 2));
        graph.constant(Tensors.of("scale", new float[] {1, 1}, 2));
        graph.constant(Tensors.of("shift", new float[2], 2));
        graph.constant(Tensors.of("W", Bench.normal(3, 24), 2, 12));
        String norm = graph.node(
                "BatchNormalization",
                List.of("x", "scale", "shift", "mean", "variance"),
                GraphBuilder.attribute("momentum", 0.7f));
        graph.node(
                "Gemm", List.of(graph.node("Flatten", List.of(norm)), "W"), "y", GraphBuilder.attribute("transB", 1L));
        ModelProto model = graph.output("y", -1, 2).build();
        Recipe recipe = Bench.recipe(Loss.SOFTMAX_CROSS_ENTROPY, Optimizer.Adam.usual(0), 0.01, 3, 4);
        ModelProto learned =
                Training.run(Task.of(model, data, null), recipe, Watch.NONE).model();
        double[] mean = {0.5, -1};
        double[] variance = {2, 1};
        for (Taken one : batches(data, recipe)) {
            for (int c = 0; c < 2; c++) {
                double sum = 0;
                double squares = 0;
                int n = one.labels.length * 6;
                for (int i = 0; i < n; i++) {
                    double x = one.samples[i / 6 * 12 + c * 6 + i % 6];
                    sum += x;
                    squares += x * x;
                }
                double measured = sum / n;
                mean[c] = 0.7 * mean[c] + 0.3 * measured;
                variance[c] = 0.7 * variance[c] + 0.3 * (squares / n - measured * measured);
            }
        }
        for (int c = 0; c < 2; c++) {
            assertEquals(mean[c], Bench.numbers(learned, "mean")[c], 1e-5);
            assertEquals(variance[c], Bench.numbers(learned, "variance")[c], 1e-5);
        }
        Recipe frozen = new Recipe(
                recipe.loss(),
                recipe.optimizer(),
                recipe.rate(),
                recipe.schedule(),
                1,
                4,
                0,
                GradientGraph.Mode.FROZEN,
                1,
                1);
        ModelProto kept =
                Training.run(Task.of(model, data, null), frozen, Watch.NONE).model();
        assertArrayEquals(new float[] {0.5f, -1}, Bench.numbers(kept, "mean"));
        assertArrayEquals(new float[] {2, 1}, Bench.numbers(kept, "variance"));
    }

    @Test
    void anEpochsLossAndAccuraciesAreThoseOfTheNetwork() {
        Dataset data = table();
        Dataset heldBack =
                Bench.data(folder.resolve("other"), "", Bench.normal(21, 7 * WIDTH), Bench.classes(22, 7, 3), WIDTH);
        ModelProto model = Bench.linear(WIDTH, 3);
        Recipe still = Bench.recipe(Loss.SOFTMAX_CROSS_ENTROPY, new Optimizer.Sgd(0, 0), 1e-30, 1, 4);
        List<Long> done = new ArrayList<>();
        Trained trained = Training.run(Task.of(model, data, heldBack), still, new Watch() {
            @Override
            public void batch(Standing standing) {
                done.add(standing.done());
                assertEquals(SAMPLES, standing.samples());
                assertTrue(standing.samplesPerSecond() > 0 && standing.secondsLeft() >= 0);
            }
        });
        assertEquals(List.of(4L, 8L, 11L), done);
        Epoch epoch = trained.epochs().get(0);
        double[] wanted = judged(model, data);
        assertEquals(wanted[0], epoch.loss(), 1e-5);
        assertEquals(wanted[1], epoch.accuracy(), 1e-12);
        assertEquals(judged(model, heldBack)[1], Objects.requireNonNull(epoch.heldBackAccuracy()), 1e-12);
        assertEquals(1e-30, epoch.rate());
        assertEquals(1, epoch.number());
    }

    /** Mean cross-entropy and share of right answers of a linear network, by hand. */
    private static double[] judged(ModelProto model, Dataset data) {
        float[] w = Bench.numbers(model, "W");
        float[] b = Bench.numbers(model, "b");
        float[] x = new float[WIDTH];
        double loss = 0;
        int right = 0;
        for (int n = 0; n < data.count(); n++) {
            data.read(n, x, 0);
            double[] z = new double[b.length];
            double sum = 0;
            int best = 0;
            for (int t = 0; t < z.length; t++) {
                z[t] = b[t];
                for (int i = 0; i < WIDTH; i++) {
                    z[t] += (double) w[t * WIDTH + i] * x[i];
                }
                sum += Math.exp(z[t]);
                best = z[t] > z[best] ? t : best;
            }
            loss += Math.log(sum) - z[data.label(n)];
            right += best == data.label(n) ? 1 : 0;
        }
        return new double[] {loss / data.count(), (double) right / data.count()};
    }

    @Test
    void anEarlyStopGivesTheBestEpochsNetwork() {
        Dataset data = DataSpec.parse("builtin:region,limit=120").open(Split.TRAIN, 1);
        Dataset heldBack = DataSpec.parse("builtin:region,limit=90").open(Split.TEST, 1);
        ModelProto model = Bench.linear(2, 2);
        Recipe recipe = Bench.recipe(Loss.SOFTMAX_CROSS_ENTROPY, Optimizer.Adam.usual(0), 0.8, 12, 30);
        List<Epoch> all =
                Training.run(Task.of(model, data, heldBack), recipe, Watch.NONE).epochs();
        int patience = 3;
        int best = 0;
        int end = 0;
        double highest = -1;
        while (end < 12 && end - best < patience) {
            end++;
            double accuracy = Objects.requireNonNull(all.get(end - 1).heldBackAccuracy());
            if (accuracy > highest) {
                highest = accuracy;
                best = end;
            }
        }
        assertTrue(end < 12 && best > 1, "a case that stops early: " + all);
        Recipe patient = new Recipe(
                recipe.loss(),
                recipe.optimizer(),
                recipe.rate(),
                recipe.schedule(),
                12,
                30,
                patience,
                recipe.mode(),
                recipe.seed(),
                1);
        Trained stopped = Training.run(Task.of(model, data, heldBack), patient, Watch.NONE);
        assertEquals(best, stopped.best());
        assertEquals(end, stopped.epochs().size());
        Trained until = Training.run(Task.of(model, data, heldBack), recipe.withEpochs(best), Watch.NONE);
        assertEquals(until.model(), stopped.model());
        assertNotEquals(
                Training.run(Task.of(model, data, heldBack), recipe.withEpochs(end), Watch.NONE)
                        .model(),
                stopped.model());
    }

    @Test
    void patienceWithoutHeldBackSamplesIsRefused() {
        Recipe usual = Bench.recipe(Loss.SOFTMAX_CROSS_ENTROPY, Optimizer.Adam.usual(0), 0.01, 3, 5);
        Recipe patient = new Recipe(
                usual.loss(), usual.optimizer(), 0.01, usual.schedule(), 3, 5, 2, usual.mode(), usual.seed(), 1);
        Task task = Task.of(Bench.linear(WIDTH, 3), table(), null);
        String sentence = assertThrows(UnfitException.class, () -> Training.run(task, patient, Watch.NONE))
                .getMessage();
        assertEquals(
                "patience needs samples that are held back, to see whether the network still gets better: it is 2 epochs,"
                        + " and none are held back",
                sentence);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theSameSeedGivesTheSameBits(int threads) {
        Dataset data =
                Bench.data(folder.resolve("images"), "", Bench.normal(1, 13 * 49), Bench.classes(2, 13, 3), 1, 7, 7);
        Recipe recipe = Bench.recipe(Loss.SOFTMAX_CROSS_ENTROPY, Optimizer.Adam.usual(0.01), 0.01, 3, 5)
                .on(3, threads);
        Task task = new Task(
                Bench.convolutional(),
                List.of(),
                Masks.none(),
                data,
                new Augmentation.RandomCrop(5, 5, 0, true, 1),
                null,
                null);
        ModelProto first = Training.run(task, recipe, Watch.NONE).model();
        assertEquals(first, Training.run(task, recipe, Watch.NONE).model());
        assertNotEquals(
                first, Training.run(task, recipe.on(4, threads), Watch.NONE).model());
    }

    @Test
    void onlyTheNamedParametersMove() {
        ModelProto model = Bench.linear(WIDTH, 3);
        Recipe recipe = Bench.recipe(Loss.SOFTMAX_CROSS_ENTROPY, Optimizer.Adam.usual(0.1), 0.1, 1, 5);
        Task task = new Task(model, List.of("b"), Masks.none(), table(), Augmentation.NONE, null, null);
        ModelProto learned = Training.run(task, recipe, Watch.NONE).model();
        assertArrayEquals(Bench.numbers(model, "W"), Bench.numbers(learned, "W"));
        assertFalse(Arrays.equals(Bench.numbers(model, "b"), Bench.numbers(learned, "b")));
    }

    private static Task masked(ModelProto model, Dataset data, Map<String, boolean[]> kept) {
        return new Task(model, List.of(), Masks.of(kept), data, Augmentation.NONE, null, null);
    }

    /** A batch as it was read. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Taken(float[] samples, int[] labels, boolean last) {}

    private static List<Taken> batches(Dataset data, Recipe recipe) {
        return batches(data, recipe, Augmentation.NONE, 0, 0);
    }

    private static List<Taken> batches(Dataset data, Recipe recipe, Augmentation change, int epoch, int batch) {
        List<Taken> all = new ArrayList<>();
        int each = BatchLoader.batches(data, recipe);
        int elements = 1;
        for (int size : change.shape(data.sampleShape())) {
            elements *= size;
        }
        try (BatchLoader loader = new BatchLoader(data, change, recipe, epoch, batch)) {
            for (int i = epoch * each + batch; i < each * recipe.epochs(); i++) {
                Batch one = loader.take();
                assertEquals(i / each, one.epoch);
                assertEquals(i % each, one.number);
                all.add(new Taken(
                        Arrays.copyOf(one.samples, one.count * elements),
                        Arrays.copyOf(one.labels, one.count),
                        (i + 1) % each == 0));
                loader.recycle(one);
            }
        }
        return all;
    }
}
