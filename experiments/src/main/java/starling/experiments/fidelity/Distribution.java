package starling.experiments.fidelity;

import java.util.Locale;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;
import starling.experiments.workers.Course;
import starling.experiments.workers.Gradients;
import starling.experiments.workers.Learner;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.training.Optimizer;

/** Where the numbers of a vector come from. */
enum Distribution {
    /** N(0, 1). */
    NORMAL,
    /** e^Z with a random sign, Z standard normal: heavy tails, as gradients have. */
    LOGNORMAL,
    /** One number in a hundred is N(0, 1), the others are 0. */
    SPARSE,
    /** A stochastic gradient of LeNet after some steps, its first numbers, as they stand in the layers. */
    REAL;

    private static final double PRESENT = 0.01;
    private static final int STEPS = 20;
    private static final int BATCH = 64;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** One vector. */
    float[] vector(int length, long seed) {
        if (this == REAL) {
            return real(length, seed);
        }
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(seed);
        ZigguratSampler.NormalizedGaussian normal = ZigguratSampler.NormalizedGaussian.of(random);
        float[] vector = new float[length];
        for (int i = 0; i < length; i++) {
            vector[i] = switch (this) {
                case LOGNORMAL -> (float) ((random.nextBoolean() ? 1 : -1) * Math.exp(normal.sample()));
                case SPARSE -> random.nextDouble() < PRESENT ? (float) normal.sample() : 0;
                default -> (float) normal.sample();
            };
        }
        return vector;
    }

    private static float[] real(int length, long seed) {
        Dataset data = DataSpec.parse("builtin:mnist").open(Split.TRAIN, seed);
        Course course =
                new Course("lenet", data, data, 1, BATCH, STEPS, new Optimizer.Sgd(0.9, 0), 0.02, 1, STEPS, seed);
        float[] vector = new float[length];
        try (Learner learner = course.learner(false)) {
            Gradients gradients = course.gradients(learner, 0).get(0);
            for (int round = 0; round < STEPS; round++) {
                gradients = course.gradients(learner, round).get(0);
                Gradients latest = gradients;
                learner.move(learner.tensors().stream().map(latest::of).toList(), course.rate());
            }
            int filled = 0;
            while (filled < length) {
                for (var tensor : learner.tensors()) {
                    float[] part = gradients.of(tensor);
                    int taken = Math.min(part.length, length - filled);
                    System.arraycopy(part, 0, vector, filled, taken);
                    filled += taken;
                }
            }
        }
        return vector;
    }
}
