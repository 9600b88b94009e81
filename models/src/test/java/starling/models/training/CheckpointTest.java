package starling.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static starling.models.training.Bench.refused;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import starling.models.UnfitException;
import starling.models.data.Dataset;
import starling.models.gradient.Loss;
import starling.models.graph.Tensors;

/** Runs that are broken off, go on, or are refused. */
class CheckpointTest {
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private final Path folder;
    private final Path file;
    private final Dataset table;

    CheckpointTest(@TempDir Path folder) {
        this.folder = folder;
        file = folder.resolve("run.checkpoint");
        table = Bench.data(folder.resolve("table"), "", Bench.normal(11, 22), Bench.classes(12, 11, 3), 2);
    }

    static Stream<Optimizer> optimizers() {
        return Stream.of(Optimizer.Adam.usual(0.05), new Optimizer.Sgd(0.9, 0.05));
    }

    /** Dropout, batch normalization, augmentation and the best epoch so far must all go on where they were. */
    @ParameterizedTest
    @MethodSource("optimizers")
    void aRunThatWasKilledAnywhereEndsWithTheSameBits(Optimizer optimizer) throws IOException {
        Dataset data =
                Bench.data(folder.resolve("images"), "", Bench.normal(1, 13 * 49), Bench.classes(2, 13, 3), 1, 7, 7);
        Dataset heldBack =
                Bench.data(folder.resolve("held"), ",crop=5", Bench.normal(3, 9 * 49), Bench.classes(4, 9, 3), 1, 7, 7);
        Recipe usual = Bench.recipe(Loss.SOFTMAX_CROSS_ENTROPY, optimizer, 0.02, 3, 5);
        Recipe recipe =
                new Recipe(usual.loss(), optimizer, 0.02, new Schedule.Cosine(0.2), 3, 5, 2, usual.mode(), 7, 1);
        Trained whole = Training.run(images(data, heldBack, null), recipe, Watch.NONE);
        for (int every : new int[] {0, 1, 2}) {
            for (int killed = 4 + every; killed <= 9; killed += 2) {
                Files.deleteIfExists(file);
                broken(images(data, heldBack, new Saving(file, every, false)), recipe, killed);
                byte[] kept = Files.readAllBytes(file);
                Trained resumed =
                        Training.run(images(data, heldBack, new Saving(file, every, true)), recipe, Watch.NONE);
                String what = "every " + every + ", killed at " + killed;
                assertEquals(whole.model(), resumed.model(), what);
                assertEquals(whole.best(), resumed.best(), what);
                assertEquals(
                        whole.epochs().stream().map(CheckpointTest::timeless).toList(),
                        resumed.epochs().stream().map(CheckpointTest::timeless).toList(),
                        what);
                assertFalse(Arrays.equals(kept, Files.readAllBytes(file)), "the run is saved further");
            }
        }
        Trained again = Training.run(images(data, heldBack, new Saving(file, 0, true)), recipe, Watch.NONE);
        assertEquals(whole.model(), again.model(), "a run that has ended is only read");
    }

    private static Task images(Dataset data, Dataset heldBack, @Nullable Saving saving) {
        Augmentation crop = new Augmentation.RandomCrop(5, 5, 1, true, 1);
        return new Task(Bench.convolutional(), List.of(), Masks.none(), data, crop, heldBack, saving);
    }

    private static Epoch timeless(Epoch epoch) {
        return new Epoch(epoch.number(), epoch.rate(), epoch.loss(), epoch.accuracy(), epoch.heldBackAccuracy(), 0);
    }

    private static void broken(Task task, Recipe recipe, int batches) {
        assertThrows(
                Killed.class,
                () -> Training.run(task, recipe, new Watch() {
                    private int seen;

                    @Override
                    public void batch(Standing standing) {
                        if (++seen == batches) {
                            throw new Killed();
                        }
                    }
                }));
    }

    private static Recipe recipe() {
        return Bench.recipe(Loss.SOFTMAX_CROSS_ENTROPY, Optimizer.Adam.usual(0.1), 0.01, 2, 4);
    }

    private Task task(ModelProto model, Dataset data, Masks masks, boolean resume) {
        return new Task(model, List.of(), masks, data, Augmentation.NONE, null, new Saving(file, 0, resume));
    }

    @Test
    void aDamagedCheckpointIsRefusedWhereverItIs() throws IOException {
        Training.run(task(Bench.linear(2, 3), table, Masks.none(), false), recipe(), Watch.NONE);
        byte[] whole = Files.readAllBytes(file);
        Parameters parameters = Parameters.of(Bench.linear(2, 3), List.of("W", "b"));
        float[] before = parameters.values("W").clone();
        State state = new State(parameters, Parameters.of(Bench.linear(2, 3), List.of()), 2);
        for (int length = 0; length < whole.length; length += length < 16 ? 1 : 5) {
            Files.write(file, Arrays.copyOf(whole, length));
            refused(() -> Checkpoint.read(file, "", state), "run.checkpoint'", "is damaged");
        }
        Files.write(file, Arrays.copyOf(whole, whole.length + 1));
        refused(() -> Checkpoint.read(file, "", state), "is damaged");
        for (int place = 8; place < whole.length; place += 5) {
            byte[] changed = whole.clone();
            changed[place] ^= 4;
            Files.write(file, changed);
            refused(() -> Checkpoint.read(file, "", state), "is damaged");
        }
        byte[] newer = whole.clone();
        newer[7]++;
        Files.write(file, newer);
        refused(() -> Checkpoint.read(file, "", state), "must be of version 2: ", "is of version 3");
        Files.write(file, "something else altogether".getBytes(StandardCharsets.UTF_8));
        refused(() -> Checkpoint.read(file, "", state), "is no checkpoint");
        assertEquals(0, state.step);
        assertArrayEquals(before, parameters.values("W"));
    }

    @Test
    void aCheckpointOfAnotherRunIsRefusedAndKept() throws IOException {
        ModelProto model = Bench.linear(2, 3);
        Training.run(task(model, table, Masks.none(), false), recipe(), Watch.NONE);
        byte[] whole = Files.readAllBytes(file);
        ModelProto.Builder other = model.toBuilder();
        other.getGraphBuilder().setInitializer(0, Tensors.of("W", new float[] {1, 2, 3, 4, 5, 6}, 3, 2));
        differs("has model ", task(other.build(), table, Masks.none(), true), recipe());
        differs("has data ", task(model, table.slice(0, 10), Masks.none(), true), recipe());
        Dataset scaled =
                Bench.data(folder.resolve("table"), ",scale=2", Bench.normal(11, 22), Bench.classes(12, 11, 3), 2);
        differs("has data ", task(model, scaled, Masks.none(), true), recipe());
        Dataset changed = Bench.data(folder.resolve("table"), "", Bench.normal(11, 22), Bench.classes(13, 11, 3), 2);
        differs("has data ", task(model, changed, Masks.none(), true), recipe());
        Masks masks = Masks.of(Map.of("b", new boolean[3]));
        differs("has parameters ", task(model, table, masks, true), recipe());
        Task fewer =
                new Task(model, List.of("b"), Masks.none(), table, Augmentation.NONE, null, new Saving(file, 0, true));
        differs("has parameters ", fewer, recipe());
        Task judged =
                new Task(model, List.of(), Masks.none(), table, Augmentation.NONE, table, new Saving(file, 0, true));
        differs("has held back none", judged, recipe());
        Recipe recipe = recipe();
        Task again = task(model, table, Masks.none(), true);
        differs(
                "' has epochs " + recipe.epochs() + ", this run has epochs " + (recipe.epochs() + 1),
                again,
                recipe.withEpochs(recipe.epochs() + 1));
        differs("' has seed " + recipe.seed() + ", this run has seed 8", again, recipe.on(8, 1));
        differs(
                "' has learning rate " + recipe.rate() + ", this run has learning rate 0.25",
                again,
                recipe.withSteps(recipe.batch(), 0.25));
        assertArrayEquals(whole, Files.readAllBytes(file));
    }

    private static void differs(String what, Task task, Recipe recipe) {
        Watch never = new Watch() {
            @Override
            public void resumed(Path checkpoint, int epoch) {
                throw new AssertionError("it cannot go on");
            }
        };
        refused(() -> Training.run(task, recipe, never), "a checkpoint must be of the same run", what);
    }

    @Test
    void theCheckpointsPlaceIsLookedAtBeforeAnythingIsLearned() throws IOException {
        ModelProto model = Bench.linear(2, 3);
        Watch never = new Watch() {
            @Override
            public void batch(Standing standing) {
                throw new Killed();
            }
        };
        refused(
                () -> Training.run(task(model, table, Masks.none(), true), recipe(), never),
                "a checkpoint to go on from must be a file: '");
        Path nowhere = folder.resolve("none").resolve("run");
        Task lost =
                new Task(model, List.of(), Masks.none(), table, Augmentation.NONE, null, new Saving(nowhere, 0, false));
        refused(() -> Training.run(lost, recipe(), never), "must be in a folder that can be written: '");
        Files.writeString(file, "precious");
        refused(
                () -> Training.run(task(model, table, Masks.none(), false), recipe(), never),
                "exists: resume it, or name a new checkpoint");
        assertEquals("precious", Files.readString(file));
        refused(() -> new Saving(file, -1, false), "must be at least 0: -1");
    }

    @Test
    void aLossThatIsNoNumberSaysWhereAndLeavesTheLastGoodCheckpoint() throws IOException {
        float[] numbers = Bench.normal(11, 22);
        Dataset good = Bench.data(folder.resolve("good"), "", numbers, Bench.classes(12, 11, 3), 2);
        Recipe wild = Bench.recipe(Loss.MEAN_SQUARED_ERROR, new Optimizer.Sgd(0, 0), 1e4, 30, 4);
        Task task = task(Bench.linear(2, 3), good, Masks.none(), false);
        refused(
                () -> Training.run(task, wild, Watch.NONE),
                "must be finite",
                " batch ",
                " of epoch ",
                "lower learning rate than 10000.0",
                "has the run before it");
        Parameters parameters = Parameters.of(Bench.linear(2, 3), List.of("W", "b"));
        State state = new State(parameters, Parameters.of(Bench.linear(2, 3), List.of()), 0);
        Checkpoint.read(file, Fingerprint.of(task, wild, Parameters.of(Bench.linear(2, 3), List.of("W", "b"))), state);
        assertTrue(state.epoch >= 1 && state.epoch < 30);
        for (float value : parameters.values("W")) {
            assertTrue(Float.isFinite(value), "the checkpoint is good");
        }
        byte[] kept = Files.readAllBytes(file);
        Task resumed = task(Bench.linear(2, 3), good, Masks.none(), true);
        refused(() -> Training.run(resumed, wild, Watch.NONE), "must be finite", "of epoch ");
        assertArrayEquals(kept, Files.readAllBytes(file));
    }

    @Test
    void weightsThatOverflowBehindAFiniteLossAreNotSaved() {
        float[] numbers = new float[22];
        Arrays.fill(numbers, 1e10f);
        Dataset steep = Bench.data(folder.resolve("steep"), "", numbers, new int[11], 2);
        Recipe wild = Bench.recipe(Loss.MEAN_SQUARED_ERROR, new Optimizer.Sgd(0, 0), 1e30, 1, 11);
        refused(
                () -> Training.run(task(Bench.linear(2, 1), steep, Masks.none(), false), wild, Watch.NONE),
                "parameters must be finite: '",
                "after batch 1 of epoch 1");
        assertFalse(Files.exists(file));
    }

    @Test
    void finiteWeightsWhoseAnswersOverflowAreNotSaved() {
        float[] numbers = new float[22];
        Arrays.fill(numbers, 1e5f);
        Dataset steep = Bench.data(folder.resolve("steep"), "", numbers, new int[11], 2);
        Recipe wild = Bench.recipe(Loss.MEAN_SQUARED_ERROR, new Optimizer.Sgd(0, 0), 1e26, 1, 11);
        refused(
                () -> Training.run(task(Bench.linear(2, 1), steep, Masks.none(), false), wild, Watch.NONE),
                "answers must be finite: 'y' holds ",
                "Infinity after epoch 1; a lower learning rate than 1.0E26 may help");
        assertFalse(Files.exists(file));
    }

    @Test
    void whatDoesNotFitTheModelIsRefused() {
        ModelProto model = Bench.linear(2, 3);
        run(
                "labels must be at least 0 and below 2",
                Bench.linear(2, 2),
                table,
                Masks.none(),
                Loss.SOFTMAX_CROSS_ENTROPY);
        run(
                "labels must be at least 0 and below 2",
                Bench.linear(2, 1),
                table,
                Masks.none(),
                Loss.SIGMOID_CROSS_ENTROPY);
        run(
                "softmax cross-entropy needs an output of one number per class, at least 2",
                Bench.linear(2, 1),
                table,
                Masks.none(),
                Loss.SOFTMAX_CROSS_ENTROPY);
        run(
                "samples must have as many numbers as the model's inputs",
                Bench.linear(3, 3),
                table,
                Masks.none(),
                Loss.SOFTMAX_CROSS_ENTROPY);
        run(
                "the mask of 'W' must have an entry for each of its 6 weights: it has 5",
                model,
                table,
                Masks.of(Map.of("W", new boolean[5])),
                Loss.SOFTMAX_CROSS_ENTROPY);
        run(
                "a mask must be for a parameter: 'V' is none of W, b",
                model,
                table,
                Masks.of(Map.of("V", new boolean[6])),
                Loss.SOFTMAX_CROSS_ENTROPY);
        refused(
                () -> Training.run(
                        new Task(model, List.of("x"), Masks.none(), table, Augmentation.NONE, null, null),
                        recipe(),
                        Watch.NONE),
                "a parameter must be a float32 initializer of the model: 'x' is none");
        Augmentation crop = new Augmentation.RandomCrop(5, 5, 0, false, 1);
        refused(
                () -> Training.run(
                        new Task(model, List.of(), Masks.none(), table, crop, null, null), recipe(), Watch.NONE),
                "parts of 5 x 5 must fit into images of 1 channels",
                "samples are [2]");
    }

    @Test
    void samplesThatCannotBeReadEndTheRun() {
        Augmentation failing = new Augmentation() {
            @Override
            public int[] shape(int[] sample) {
                return sample;
            }

            @Override
            public void apply(float[] sample, int[] shape, float[] into, int offset, UniformRandomProvider random) {
                throw new UnfitException("the camera is away");
            }
        };
        Task task = new Task(Bench.linear(2, 3), List.of(), Masks.none(), table, failing, null, null);
        refused(() -> Training.run(task, recipe(), Watch.NONE), "the camera is away");
    }

    private static void run(String sentence, ModelProto model, Dataset data, Masks masks, Loss loss) {
        Task task = new Task(model, List.of(), masks, data, Augmentation.NONE, null, null);
        Recipe recipe = Bench.recipe(loss, new Optimizer.Sgd(0, 0), 0.1, 1, 4);
        refused(() -> Training.run(task, recipe, Watch.NONE), sentence);
    }
}
