package starling.models.training;

import starling.models.UnfitException;

/**
 * How a gradient moves a parameter. Weight decay touches parameters of two or more dimensions only: biases and the factors of a
 * normalization are left alone.
 */
public sealed interface Optimizer {

    /** How many numbers are kept for each parameter from step to step. */
    int slots();

    /** Factor of the weight decay. */
    double weightDecay();

    /**
     * Moves a parameter by one step.
     *
     * @param values the parameter, changed
     * @param gradient of the loss, may be changed
     * @param state {@link #slots} arrays as long as the parameter, zero before the first step, changed
     * @param rate the learning rate of this step
     * @param decay the weight decay of this parameter
     * @param step number of this step, from 1
     */
    void move(float[] values, float[] gradient, float[][] state, double rate, double decay, int step);

    /**
     * Stochastic gradient descent with momentum (Polyak): {@code v = momentum v + g + decay w}, {@code w = w - rate v}.
     *
     * @param momentum in [0, 1); 0 keeps no state
     * @param weightDecay at least 0
     */
    record Sgd(double momentum, double weightDecay) implements Optimizer {
        public Sgd {
            requireShare("momentum", momentum);
            requireDecay(weightDecay);
        }

        @Override
        public int slots() {
            return momentum == 0 ? 0 : 1;
        }

        @Override
        public void move(float[] values, float[] gradient, float[][] state, double rate, double decay, int step) {
            float pace = (float) rate;
            float shrink = (float) decay;
            if (momentum == 0) {
                for (int i = 0; i < values.length; i++) {
                    values[i] -= pace * (gradient[i] + shrink * values[i]);
                }
                return;
            }
            float kept = (float) momentum;
            float[] velocity = state[0];
            for (int i = 0; i < values.length; i++) {
                float moved = kept * velocity[i] + gradient[i] + shrink * values[i];
                velocity[i] = moved;
                values[i] -= pace * moved;
            }
        }
    }

    /**
     * Adam (Kingma and Ba) with decoupled weight decay (Loshchilov and Hutter): {@code m = b1 m + (1 - b1) g},
     * {@code v = b2 v + (1 - b2) g^2}, {@code w = w - rate (m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon) + decay w)}.
     *
     * @param first b1, in [0, 1)
     * @param second b2, in [0, 1)
     * @param epsilon positive
     * @param weightDecay at least 0
     */
    record Adam(double first, double second, double epsilon, double weightDecay) implements Optimizer {
        public Adam {
            requireShare("Adam's first moment", first);
            requireShare("Adam's second moment", second);
            if (!(epsilon > 0 && Double.isFinite(epsilon))) {
                throw new UnfitException("Adam's epsilon must be positive: it is " + epsilon);
            }
            requireDecay(weightDecay);
        }

        /** The usual 0.9, 0.999 and 1e-8. */
        public static Adam usual(double weightDecay) {
            return new Adam(0.9, 0.999, 1e-8, weightDecay);
        }

        @Override
        public int slots() {
            return 2;
        }

        @Override
        public void move(float[] values, float[] gradient, float[][] state, double rate, double decay, int step) {
            float keptFirst = (float) first;
            float newFirst = (float) (1 - first);
            float keptSecond = (float) second;
            float newSecond = (float) (1 - second);
            float pace = (float) (rate / (1 - Math.pow(first, step)));
            float widen = (float) (1 / Math.sqrt(1 - Math.pow(second, step)));
            float small = (float) epsilon;
            float shrink = (float) (rate * decay);
            float[] mean = state[0];
            float[] square = state[1];
            for (int i = 0; i < values.length; i++) {
                float g = gradient[i];
                float m = keptFirst * mean[i] + newFirst * g;
                float s = keptSecond * square[i] + newSecond * g * g;
                mean[i] = m;
                square[i] = s;
                values[i] -= pace * m / ((float) Math.sqrt(s) * widen + small) + shrink * values[i];
            }
        }
    }

    private static void requireShare(String what, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new UnfitException(what + " must be at least 0 and below 1: it is " + value);
        }
    }

    private static void requireDecay(double value) {
        if (!(value >= 0 && Double.isFinite(value))) {
            throw new UnfitException("weight decay must be at least 0: it is " + value);
        }
    }
}
