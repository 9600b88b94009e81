package starling.experiments.train;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import starling.models.command.Progress;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.run.Accuracy;
import starling.models.run.BatchRule;
import starling.models.run.Network;
import starling.models.training.Epoch;
import starling.models.training.Masks;
import starling.models.training.Recipe;
import starling.models.training.Saving;
import starling.models.training.Task;
import starling.models.training.Trained;
import starling.models.training.Training;
import starling.models.training.Watch;
import starling.models.zoo.ZooNetwork;

/**
 * A network of the zoo from its first weights to a file: what is learned before, then the stage itself, judged on other data
 * after every epoch.
 *
 * @param network which
 * @param recipe of the stage, with seed and threads
 * @param train data to learn from
 * @param test data to judge on
 * @param checkpoint where the stage is saved, null for nowhere
 * @param further facts for the metadata of the file
 */
public record Course(
        ZooNetwork network,
        Recipe recipe,
        DataSpec train,
        DataSpec test,
        @Nullable Saving checkpoint,
        Map<String, String> further) {

    /**
     * What came out.
     *
     * @param model with recipe, seed, data and accuracy among its metadata
     * @param epochs of the stage
     * @param accuracy of the model on the test data, in [0, 1]
     * @param majority share of the most frequent class of the test data
     * @param parameters learned numbers
     * @param samples test samples
     */
    public record Result(
            ModelProto model, List<Epoch> epochs, double accuracy, double majority, long parameters, int samples) {}

    /** Learns. */
    public Result run(PrintWriter log) {
        if (checkpoint != null) {
            checkpoint.requireReady();
        }
        ZooNetwork.Stage stage = network.stage();
        Dataset samples = stage.data(train).open(Split.TRAIN, recipe.seed());
        Dataset judged = stage.data(test).open(Split.TEST, recipe.seed());
        int sensors = stage.data(train).groupSize();
        ModelProto first =
                stage.builder().build(stage.augmentation().shape(samples.sampleShape()), sensors, recipe.seed());
        ZooNetwork.Stage before = network.before();
        if (before != null) {
            first = ZooNetwork.handOn(first, before(before, log));
        }
        Trained trained = train(stage, first, samples, judged, recipe, checkpoint, network.name(), log);
        double accuracy = accuracy(trained.model(), judged);
        long parameters = trained.model().getGraph().getInitializerList().stream()
                .filter(tensor -> !tensor.getName().endsWith(".mean")
                        && !tensor.getName().endsWith(".variance")
                        && tensor.getName().contains("."))
                .mapToLong(tensor -> tensor.getDimsList().stream().reduce(1L, (a, b) -> a * b))
                .sum();
        ModelProto described = described(trained.model(), accuracy, judged);
        return new Result(described, trained.epochs(), accuracy, majority(judged), parameters, judged.count());
    }

    private ModelProto before(ZooNetwork.Stage before, PrintWriter log) {
        Recipe course = before.recipe().on(recipe.seed(), recipe.threads());
        Dataset samples = before.data(train).open(Split.TRAIN, recipe.seed());
        Dataset judged = before.data(test).open(Split.TEST, recipe.seed());
        ModelProto first = before.builder().build(before.augmentation().shape(samples.sampleShape()), 1, recipe.seed());
        return train(before, first, samples, judged, course, null, network.name() + ", first", log)
                .model();
    }

    private static Trained train(
            ZooNetwork.Stage stage,
            ModelProto first,
            Dataset samples,
            Dataset judged,
            Recipe recipe,
            @Nullable Saving saving,
            String what,
            PrintWriter log) {
        long all = (long) recipe.epochs() * samples.count();
        try (Progress progress = new Progress(what, all)) {
            Watch watch = new Watch() {
                @Override
                public void resumed(Path file, int epoch) {
                    log.println(what + ": goes on from " + file);
                    log.flush();
                }

                @Override
                public void batch(Standing standing) {
                    progress.at(standing.done());
                }

                @Override
                public void epoch(Epoch epoch) {
                    Double heldBack = epoch.heldBackAccuracy();
                    log.printf(
                            Locale.ROOT,
                            "%s: epoch %d of %d, loss %.4f, accuracy %.4f, test %.4f, %.0f samples/s%n",
                            what,
                            epoch.number(),
                            recipe.epochs(),
                            epoch.loss(),
                            epoch.accuracy(),
                            heldBack == null ? Double.NaN : heldBack,
                            samples.count() / epoch.seconds());
                    log.flush();
                }
            };
            return Training.run(
                    new Task(first, List.of(), Masks.none(), samples, stage.augmentation(), judged, saving),
                    recipe,
                    watch);
        }
    }

    private double accuracy(ModelProto model, Dataset judged) {
        try (Network opened = new Network(network.name(), model, recipe.threads())) {
            return Accuracy.of(opened, judged, BatchRule.MOST_SAMPLES);
        }
    }

    private static double majority(Dataset data) {
        Map<Integer, Integer> counts = new LinkedHashMap<>();
        for (int label : data.labels()) {
            counts.merge(label, 1, Integer::sum);
        }
        return counts.values().stream().mapToInt(Integer::intValue).max().orElse(0) / (double) data.count();
    }

    private ModelProto described(ModelProto model, double accuracy, Dataset judged) {
        ZooNetwork.Stage before = network.before();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(
                "recipe",
                (before == null ? "" : "first " + words(before, before.recipe()) + "; then ")
                        + words(network.stage(), recipe));
        facts.put("seed", String.valueOf(recipe.seed()));
        facts.put("data", source(train) + ", judged on " + judged.count() + " samples of " + source(test));
        facts.put("accuracy", String.valueOf(accuracy));
        ModelProto.Builder told =
                model.toBuilder().setDocString(network.description()).clearMetadataProps();
        facts.putAll(further);
        facts.forEach((key, value) -> told.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        return told.build();
    }

    /** Kind of data and how they are put together; folders are nobody's business. */
    private String source(DataSpec given) {
        DataSpec data = network.stage().data(given);
        String place = data.kind() == DataSpec.Kind.BUILTIN ? ":" + data.location() : "";
        String groups = data.groupSize() > 1 ? "," + data.grouping() : "";
        return data.kind().word() + place + groups;
    }

    private static String words(ZooNetwork.Stage stage, Recipe used) {
        return used.loss().words() + ", " + used.optimizer() + ", rate " + used.rate() + ", " + used.schedule()
                + ", batch " + used.batch() + ", " + used.epochs() + " epochs, augmentation " + stage.augmentation();
    }
}
