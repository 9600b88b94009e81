package starling.codes.conformance;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import starling.codes.random.RandomStream;

/** The vectors that the checks send. */
final class Vectors {
    private Vectors() {}

    /** Numbers from the sum of 12 uniform ones: bell shaped, variance 1. */
    static float[] bell(int length, long seed) {
        RandomStream stream = new RandomStream(seed);
        float[] x = new float[length];
        for (int i = 0; i < length; i++) {
            double sum = -6;
            for (int j = 0; j < 12; j++) {
                sum += stream.uniform(12L * i + j);
            }
            x[i] = (float) sum;
        }
        return x;
    }

    /** Bell shaped numbers to the fifth power: a few large ones, most near zero. */
    static float[] skewed(int length, long seed) {
        float[] x = bell(length, seed);
        for (int i = 0; i < length; i++) {
            x[i] = x[i] * x[i] * x[i] * x[i] * x[i];
        }
        return x;
    }

    /** 0.92^i with changing signs: none so small that a thousand draws could miss it. */
    static float[] falling(int length) {
        float[] x = new float[length];
        double magnitude = 1;
        for (int i = 0; i < length; i++) {
            x[i] = (float) (i % 3 == 1 ? -magnitude : magnitude);
            magnitude *= 0.92;
        }
        return x;
    }

    /** (1, 1/2, 0, 0, ...). */
    static float[] spikes(int length) {
        float[] x = new float[length];
        x[0] = 1;
        x[1] = 0.5f;
        return x;
    }

    /** For the statistical checks. */
    static Map<String, float[]> ordinary() {
        Map<String, float[]> vectors = new LinkedHashMap<>();
        vectors.put("bell shaped", bell(48, 5));
        vectors.put("falling", falling(37));
        vectors.put("(1, 1/2, 0, ...)", spikes(16));
        return vectors;
    }

    /** At the ends of what floats and lengths can be. */
    static Map<String, float[]> extreme() {
        Map<String, float[]> vectors = new LinkedHashMap<>();
        vectors.put("one number", new float[] {-3.5f});
        vectors.put("one largest number", new float[] {Float.MAX_VALUE});
        vectors.put("one smallest number", new float[] {-Float.MIN_VALUE});
        float[] largest = bell(33, 7);
        float[] smallest = bell(33, 8);
        float[] mixed = bell(33, 9);
        for (int i = 0; i < 33; i++) {
            largest[i] = Math.copySign(Float.MAX_VALUE, largest[i]);
            smallest[i] = Float.MIN_VALUE * Math.round(2 * smallest[i]);
            mixed[i] *= i % 3 == 0 ? 0x1p126f : i % 3 == 1 ? 0x1p-148f : 0f;
        }
        vectors.put("largest numbers", largest);
        vectors.put("smallest numbers", smallest);
        vectors.put("largest and smallest numbers", mixed);
        vectors.put("one of a thousand not zero", spikes(1000));
        vectors.put("equal numbers", equal(65, 0.125f));
        return vectors;
    }

    static float[] equal(int length, float value) {
        float[] x = new float[length];
        Arrays.fill(x, value);
        return x;
    }
}
