package starling.models.training;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.List;
import org.jspecify.annotations.Nullable;
import starling.models.data.Dataset;

/**
 * What is to be learned from what.
 *
 * @param model whose float32 initializers are learned; the form it is returned in
 * @param parameters names of the initializers to learn; empty for all with a gradient
 * @param masks which weights must stay zero
 * @param data samples with their classes
 * @param augmentation harmless changes of these samples
 * @param heldBack samples to judge the network on after every epoch, null for none
 * @param saving where the run is saved, null for nowhere
 */
public record Task(
        ModelProto model,
        List<String> parameters,
        Masks masks,
        Dataset data,
        Augmentation augmentation,
        @Nullable Dataset heldBack,
        @Nullable Saving saving) {
    public Task {
        parameters = List.copyOf(parameters);
    }

    /** All parameters, nothing masked, changed or saved. */
    public static Task of(ModelProto model, Dataset data, @Nullable Dataset heldBack) {
        return new Task(model, List.of(), Masks.none(), data, Augmentation.NONE, heldBack, null);
    }
}
