package starling.models.training;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.nio.file.Files;
import java.util.List;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;
import starling.models.data.Dataset;
import starling.models.gradient.GradientGraph;
import starling.models.run.Accuracy;
import starling.models.run.BatchRule;
import starling.models.run.Network;

/**
 * One run of learning: batches in a seeded order, a gradient graph, an optimiser, masks, checkpoints. The same task and recipe
 * give the same numbers to the bit on the same machine, resumed or not.
 */
public final class Training {
    private final Task task;
    private final Recipe recipe;
    private final Watch watch;
    private final String fingerprint;
    private final GradientGraph graph;
    private final State state;
    private final int batches;

    private Training(Task task, Recipe recipe, Watch watch) {
        this.task = task;
        this.recipe = recipe;
        this.watch = watch;
        this.graph = GradientGraph.of(
                task.model(), new GradientGraph.Request(recipe.loss(), task.parameters(), recipe.mode(), false));
        this.state = LearningStep.begin(task.model(), graph, recipe);
        task.masks().requireFor(state.parameters);
        this.fingerprint = task.saving() == null ? "" : Fingerprint.of(task, recipe, state.parameters);
        this.batches = BatchLoader.batches(task.data(), recipe);
    }

    /**
     * Learns.
     *
     * @throws UnfitException when loss, labels, masks, data or checkpoint do not fit the model, when patience is asked for and
     *     nothing is held back to judge by, or when a loss, a parameter or, after an epoch, an answer to its last batch is not finite:
     *     the sentence says where, and the last checkpoint stays as it is
     */
    public static Trained run(Task task, Recipe recipe, Watch watch) {
        if (recipe.patience() > 0 && task.heldBack() == null) {
            throw new UnfitException(
                    "patience needs samples that are held back, to see whether the network still gets better:"
                            + " it is " + recipe.patience() + " epochs, and none are held back");
        }
        if (task.saving() != null) {
            task.saving().requireReady();
        }
        return new Training(task, recipe, watch).run();
    }

    private Trained run() {
        resume();
        try (LearningStep step = new LearningStep(graph, recipe, task.masks(), state)) {
            requireSuitable(step, task.data(), task.augmentation());
            if (task.heldBack() != null) {
                requireSuitable(step, task.heldBack(), Augmentation.NONE);
            }
            if (task.saving() != null && task.saving().resume()) {
                watch.resumed(task.saving().file(), Math.min(state.epoch + 1, recipe.epochs()));
            }
            learn(step);
        }
        if (state.bestNumbers != null) {
            state.take(state.bestNumbers);
        }
        return new Trained(model(), List.copyOf(state.epochs), state.best);
    }

    private void resume() {
        Saving saving = task.saving();
        if (saving == null) {
            return;
        }
        if (saving.resume()) {
            Checkpoint.read(saving.file(), fingerprint, state);
        }
    }

    private static void requireSuitable(LearningStep step, Dataset data, Augmentation augmentation) {
        int elements = 1;
        for (int size : augmentation.shape(data.sampleShape())) {
            elements = Math.multiplyExact(elements, size);
        }
        if (elements != step.elements()) {
            throw new UnfitException("samples must have as many numbers as the model's inputs: those of " + data.name()
                    + " have " + elements + ", the inputs " + step.elements());
        }
        step.targets().requireLabels(data);
    }

    private void learn(LearningStep step) {
        long began = System.nanoTime();
        long epochBegan = began;
        long doneBefore = (long) state.epoch * task.data().count() + state.seen;
        try (BatchLoader loader = new BatchLoader(task.data(), task.augmentation(), recipe, state.epoch, state.batch)) {
            while (state.epoch < recipe.epochs() && !tired()) {
                Batch batch = loader.take();
                take(step, batch);
                long now = System.nanoTime();
                watch.batch(standing(doneBefore, (now - began) / 1e9));
                if (state.batch == batches) {
                    endEpoch(batch, (now - epochBegan) / 1e9);
                    epochBegan = System.nanoTime();
                } else if (task.saving() != null
                        && task.saving().every() > 0
                        && state.step % task.saving().every() == 0) {
                    requireFinite(state.batch - 1, state.epoch);
                    Checkpoint.write(task.saving().file(), fingerprint, state);
                }
                loader.recycle(batch);
            }
        }
    }

    /** A step behind a finite loss may still have left what no loss can be computed from. */
    private void requireFinite(int batch, int epoch) {
        for (Parameters numbers : List.of(state.parameters, state.statistics)) {
            for (String name : numbers.names()) {
                for (float value : numbers.values(name)) {
                    if (!Float.isFinite(value)) {
                        throw new UnfitException("parameters must be finite: '" + name + "' holds " + value
                                + " after batch " + (batch + 1) + " of epoch " + (epoch + 1) + advice());
                    }
                }
            }
        }
    }

    private void take(LearningStep step, Batch batch) {
        GradientSession.Outcome outcome = step.take(
                batch.samples,
                batch.labels,
                batch.count,
                Seeds.stream(recipe.seed(), Seeds.Purpose.DROPOUT, batch.epoch, batch.number),
                rate(state.step));
        if (!Double.isFinite(outcome.loss())) {
            throw new UnfitException("the loss must be finite: it is " + outcome.loss() + " in batch "
                    + (batch.number + 1) + " of epoch " + (batch.epoch + 1) + advice());
        }
        state.lossSum += outcome.loss() * batch.count;
        state.right += outcome.right();
        state.seen += batch.count;
        state.batch = batch.number + 1;
    }

    private String advice() {
        Saving saving = task.saving();
        String kept =
                saving != null && Files.exists(saving.file()) ? "; '" + saving.file() + "' has the run before it" : "";
        return "; a lower learning rate than " + recipe.rate() + " may help" + kept;
    }

    private double rate(long step) {
        return recipe.rate() * recipe.schedule().factor(step, (long) batches * recipe.epochs());
    }

    private void endEpoch(Batch last, double seconds) {
        int number = state.epoch + 1;
        requireFinite(state.batch - 1, state.epoch);
        Double heldBack = judge(last);
        Epoch epoch = new Epoch(
                number,
                rate(state.step - 1),
                state.lossSum / state.seen,
                (double) state.right / state.seen,
                heldBack,
                seconds);
        state.epochs.add(epoch);
        if (recipe.patience() == 0 || heldBack == null || heldBack > state.bestAccuracy) {
            state.best = number;
            state.bestAccuracy = heldBack == null ? -1 : heldBack;
            state.bestNumbers = recipe.patience() == 0 ? null : state.numbers();
        }
        state.epoch++;
        state.batch = 0;
        state.lossSum = 0;
        state.right = 0;
        state.seen = 0;
        if (task.saving() != null) {
            Checkpoint.write(task.saving().file(), fingerprint, state);
        }
        watch.epoch(epoch);
    }

    private boolean tired() {
        return recipe.patience() > 0 && state.epoch - state.best >= recipe.patience();
    }

    /** The accuracy on what is held back, null if nothing is, of a network that must answer its last batch with numbers. */
    private @Nullable Double judge(Batch last) {
        try (Network network = new Network("the network", model(), recipe.threads())) {
            network.run(last.samples, last.count).forEach((name, answers) -> {
                for (float answer : answers) {
                    if (!Float.isFinite(answer)) {
                        throw new UnfitException("answers must be finite: '" + name + "' holds " + answer
                                + " after epoch " + (last.epoch + 1) + advice());
                    }
                }
            });
            Dataset heldBack = task.heldBack();
            return heldBack == null ? null : Accuracy.of(network, heldBack, BatchRule.MOST_SAMPLES);
        }
    }

    private ModelProto model() {
        return state.statistics.into(state.parameters.into(task.model()));
    }

    private Watch.Standing standing(long doneBefore, double seconds) {
        long samples = (long) recipe.epochs() * task.data().count();
        long done = (long) state.epoch * task.data().count() + state.seen;
        double speed = (done - doneBefore) / Math.max(1e-9, seconds);
        return new Watch.Standing(
                state.epoch + 1,
                recipe.epochs(),
                done,
                samples,
                state.lossSum / state.seen,
                (double) state.right / state.seen,
                speed,
                (samples - done) / speed);
    }
}
