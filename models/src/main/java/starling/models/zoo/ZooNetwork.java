package starling.models.zoo;

import ai.onnx.proto.OnnxMl.ModelProto;
import org.jspecify.annotations.Nullable;
import starling.models.data.DataSpec;
import starling.models.training.Augmentation;
import starling.models.training.Recipe;

/**
 * An architecture with first weights and the recipe that it learns by.
 *
 * @param name in the zoo
 * @param description architecture and task in a line
 * @param before what is learned first and handed on (see {@link Transfer}), null for nothing
 * @param stage what is learned
 */
public record ZooNetwork(
        String name, String description, @Nullable Stage before, Stage stage) {

    /** First weights for samples of a shape. */
    @FunctionalInterface
    public interface Builder {
        /**
         * Writes the network.
         *
         * @param sample shape of a sample
         * @param sensors samples that stand together in one
         * @param seed of the first weights
         */
        ModelProto build(int[] sample, int sensors, long seed);
    }

    /**
     * One course of learning.
     *
     * @param group how many samples are put together unless the data say; 0 for samples that stand alone
     * @param label what the class of a group is, empty for samples that stand alone
     * @param builder architecture and first weights
     * @param augmentation harmless changes
     * @param recipe rates and epochs; seed and threads are the caller's
     */
    public record Stage(int group, String label, Builder builder, Augmentation augmentation, Recipe recipe) {

        /** Data as this stage wants it: single samples, or groups, of this size where none is given. */
        public DataSpec data(DataSpec given) {
            if (group == 0) {
                return given.grouped(0, 0, "");
            }
            return given.groupSize() > 1 ? given : given.grouped(group, 0, label);
        }
    }

    /** First weights of a stage that goes on from what was learned before. */
    public static ModelProto handOn(ModelProto network, ModelProto learned) {
        return Transfer.into(network, learned);
    }
}
