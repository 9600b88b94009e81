package starling.models.training;

/** Samples and their classes, in arrays that are used again. */
final class Batch {
    final float[] samples;
    final int[] labels;
    int count;
    int epoch;
    int number;

    Batch(int most, int elements) {
        samples = new float[Math.multiplyExact(most, elements)];
        labels = new int[most];
    }
}
