package starling.experiments.workers;

import org.jspecify.annotations.Nullable;
import starling.models.gradient.GradientGraph;

/**
 * A parameter of the network as exchanges see it.
 *
 * @param name in the model
 * @param number its place among the parameters, the block of its draws
 * @param shape its dimensions
 * @param dense the names of its two factors where it is the weight matrix of a dense layer, or null
 */
public record Tensor(String name, int number, int[] shape, GradientGraph.@Nullable Signals dense) {
    public int length() {
        int length = 1;
        for (int size : shape) {
            length *= size;
        }
        return length;
    }
}
