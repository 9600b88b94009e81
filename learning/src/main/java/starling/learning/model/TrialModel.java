package starling.learning.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.nio.file.Path;
import java.util.List;
import starling.models.UnfitException;
import starling.models.data.Dataset;
import starling.models.gradient.GradientGraph;
import starling.models.gradient.Loss;
import starling.models.onnx.file.LoadLimits;
import starling.models.onnx.file.OnnxFile;
import starling.models.training.Augmentation;
import starling.models.training.Parameters;
import starling.models.zoo.ShippedModels;
import starling.models.zoo.Zoo;
import starling.models.zoo.ZooNetwork;

/**
 * The model that a trial begins with, and how it learns.
 *
 * @param name as the trial names it
 * @param model with its first weights
 * @param graph its gradient; batch normalizations stay as they are, since nodes do not exchange what they measure
 * @param loss that is minimised
 * @param augmentation of samples, that of the zoo's recipe
 */
public record TrialModel(String name, ModelProto model, GradientGraph graph, Loss loss, Augmentation augmentation) {
    private static final String SHIPPED = "builtin:";

    /**
     * Finds a model.
     *
     * @param name a network of the zoo, {@code builtin:NAME} for a shipped model, or an ONNX file
     * @param train what is to be learned, whose samples must fit
     * @param seed of first weights
     * @throws UnfitException when there is no such model, it cannot be learned, or samples do not fit
     */
    public static TrialModel of(String name, Dataset train, long seed) {
        if (name.startsWith(SHIPPED)) {
            byte[] file = ShippedModels.read(name.substring(SHIPPED.length()));
            return learnable(
                    name,
                    OnnxFile.parse(file, LoadLimits.defaults()).model(),
                    Loss.SOFTMAX_CROSS_ENTROPY,
                    Augmentation.NONE);
        }
        if (Zoo.all().stream().anyMatch(network -> network.name().equals(name))) {
            ZooNetwork.Stage stage = Zoo.network(name).stage();
            int[] sample = stage.augmentation().shape(train.sampleShape());
            ModelProto model = stage.builder().build(sample, Math.max(1, stage.group()), seed);
            return learnable(name, model, stage.recipe().loss(), stage.augmentation());
        }
        ModelProto model = OnnxFile.load(Path.of(name)).model();
        return learnable(name, model, Loss.SOFTMAX_CROSS_ENTROPY, Augmentation.NONE);
    }

    private static TrialModel learnable(String name, ModelProto model, Loss loss, Augmentation augmentation) {
        GradientGraph training =
                GradientGraph.of(model, new GradientGraph.Request(loss, List.of(), GradientGraph.Mode.TRAINING, false));
        GradientGraph graph = training.statistics().isEmpty()
                ? training
                : GradientGraph.of(model, new GradientGraph.Request(loss, List.of(), GradientGraph.Mode.FROZEN, false));
        if (graph.gradients().isEmpty()) {
            throw new UnfitException("a model needs parameters to learn: '" + name + "' has none");
        }
        return new TrialModel(name, model, graph, loss, augmentation);
    }

    /** Where its parameters stand. */
    public Layout layout() {
        return Layout.of(parameters());
    }

    /** The first weights as one vector. */
    public float[] weights() {
        Parameters parameters = parameters();
        Layout layout = Layout.of(parameters);
        float[] weights = new float[layout.length()];
        for (Layout.Part part : layout.parts()) {
            System.arraycopy(parameters.values(part.name()), 0, weights, part.from(), part.length());
        }
        return weights;
    }

    /** The model with other weights. */
    public ModelProto with(float[] weights) {
        Parameters parameters = parameters();
        for (Layout.Part part : Layout.of(parameters).parts()) {
            System.arraycopy(weights, part.from(), parameters.values(part.name()), 0, part.length());
        }
        return parameters.into(model);
    }

    Parameters parameters() {
        return Parameters.of(model, graph.gradients().keySet());
    }
}
