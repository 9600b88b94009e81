package starling.experiments.fidelity;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import starling.experiments.findings.Context;
import starling.experiments.workers.Course;
import starling.experiments.workers.Gradients;
import starling.experiments.workers.Learner;
import starling.experiments.workers.Tensor;
import starling.models.UnfitException;
import starling.models.data.Dataset;
import starling.models.training.Optimizer;

/** A fully connected network while it learns: its gradients with the factors of every dense layer, each time it passes an accuracy. */
final class LayerStages {
    /** The network of the thesis' chapter 3. */
    static final String NETWORK = "fc-1000-300-100";

    private static final int MOST_ROUNDS = 20_000;

    private LayerStages() {}

    /**
     * A moment of learning.
     *
     * @param wanted the accuracy that was waited for
     * @param accuracy the one that was reached
     * @param tensors of the network
     * @param batches gradients of several batches, with the factors
     */
    record Stage(double wanted, double accuracy, List<Tensor> tensors, List<Gradients> batches) {
        /** The second hidden layer. */
        Tensor second() {
            return tensors.stream()
                    .filter(tensor -> tensor.dense() != null)
                    .skip(1)
                    .findFirst()
                    .orElseThrow();
        }
    }

    /**
     * Learns by plain gradient descent and stops at each accuracy.
     *
     * @param accuracies that are waited for, ascending
     * @param batch samples of a gradient
     * @param repeats batches at each stage
     * @throws UnfitException when an accuracy is not reached in 20 000 rounds
     */
    static List<Stage> of(
            Context context, Dataset train, Dataset test, List<Double> accuracies, int batch, int repeats) {
        Course course =
                new Course(NETWORK, train, test, 1, batch, 1, new Optimizer.Sgd(0, 0), 0.01, 1, 1, context.seed());
        List<Stage> stages = new ArrayList<>();
        try (Learner learner = course.learner(true)) {
            int round = 0;
            for (double wanted : accuracies) {
                double accuracy = learner.accuracy(test);
                while (accuracy < wanted) {
                    if (round > MOST_ROUNDS) {
                        throw new UnfitException("the network must reach an accuracy of " + wanted + " within "
                                + MOST_ROUNDS + " rounds: it has " + accuracy);
                    }
                    Gradients now = course.gradients(learner, round++).get(0);
                    learner.move(learner.tensors().stream().map(now::of).toList(), course.rate());
                    if (round % 5 == 0) {
                        accuracy = learner.accuracy(test);
                    }
                }
                List<Gradients> batches = new ArrayList<>();
                for (int i = 0; i < repeats; i++) {
                    batches.add(course.gradients(learner, MOST_ROUNDS + 1 + i).get(0));
                }
                stages.add(new Stage(wanted, accuracy, learner.tensors(), batches));
                context.say(String.format(Locale.ROOT, "accuracy %.3f after %d rounds", accuracy, round));
            }
        }
        return stages;
    }

    /** ||v~ - v||^2 / ||v||^2. */
    static double error(float[] decoded, float[] vector) {
        double wrong = 0;
        double whole = 0;
        for (int i = 0; i < vector.length; i++) {
            wrong += ((double) decoded[i] - vector[i]) * ((double) decoded[i] - vector[i]);
            whole += (double) vector[i] * vector[i];
        }
        return whole == 0 ? 0 : wrong / whole;
    }
}
