package starling.experiments.workers;

import java.util.Map;

/**
 * What one worker has after a batch.
 *
 * @param gradients by parameter
 * @param signals the dense layers' factors by output, empty unless asked for
 * @param samples of the batch
 * @param loss of the batch
 */
public record Gradients(Map<String, float[]> gradients, Map<String, float[]> signals, int samples, double loss) {
    public float[] of(Tensor tensor) {
        return lookUp(gradients, tensor.name());
    }

    public float[] signal(String output) {
        return lookUp(signals, output);
    }

    private static float[] lookUp(Map<String, float[]> among, String name) {
        float[] found = among.get(name);
        if (found == null) {
            throw new IllegalArgumentException("there is no '" + name + "' among " + among.keySet());
        }
        return found;
    }
}
