package starling.models.training;

import starling.models.UnfitException;

/** The learning rate over a run, as a factor of the recipe's. */
public sealed interface Schedule {

    /**
     * The factor of a step.
     *
     * @param step from 0
     * @param steps of the whole run, at least 1
     */
    double factor(long step, long steps);

    /** Always 1. */
    record Constant() implements Schedule {
        @Override
        public double factor(long step, long steps) {
            return 1;
        }
    }

    /**
     * Rises linearly over a first share of the steps, then falls along half a cosine to 0.
     *
     * @param warmUp share of the steps that rise, in [0, 1)
     */
    record Cosine(double warmUp) implements Schedule {
        public Cosine {
            requireShare("the share of a warm-up", warmUp);
        }

        @Override
        public double factor(long step, long steps) {
            double rising = warmUp * steps;
            if (step < rising) {
                return (step + 1) / (rising + 1);
            }
            return 0.5 * (1 + Math.cos(Math.PI * (step - rising) / (steps - rising)));
        }
    }

    /**
     * Falls by a factor at equal distances.
     *
     * @param falls how often it falls, at least 1: the run has one part more
     * @param by the factor, in (0, 1)
     */
    record Steps(int falls, double by) implements Schedule {
        public Steps {
            if (falls < 1) {
                throw new UnfitException("a schedule in steps must fall at least once: it falls " + falls + " times");
            }
            if (!(by > 0 && by < 1)) {
                throw new UnfitException("the factor of a fall must be above 0 and below 1: it is " + by);
            }
        }

        @Override
        public double factor(long step, long steps) {
            long fallen = step * (falls + 1) / steps;
            return Math.pow(by, (double) fallen);
        }
    }

    private static void requireShare(String what, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new UnfitException(what + " must be at least 0 and below 1: it is " + value);
        }
    }
}
