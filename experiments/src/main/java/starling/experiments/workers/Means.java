package starling.experiments.workers;

/** Sums of vectors in double. */
final class Means {
    private Means() {}

    static void add(double[] sum, float[] vector, double weight) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += weight * vector[i];
        }
    }

    static void write(double[] sum, double divisor, float[] into) {
        for (int i = 0; i < sum.length; i++) {
            into[i] = (float) (sum[i] / divisor);
        }
    }
}
