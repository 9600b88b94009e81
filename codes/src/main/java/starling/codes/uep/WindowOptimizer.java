package starling.codes.uep;

/**
 * Window probabilities for the least expected loss, which the paper left open (section VII-D, 6). The loss is a polynomial of the
 * probabilities with several minima; from every start (the given probabilities, equal ones, each class alone with most of the weight) mass
 * moves from class to class as long as that helps, with steps halved from 1/4 to 1e-5. The best of all is returned: never worse than
 * what was given. About 30 L^2 evaluations of the loss for each of L + 2 starts.
 */
public final class WindowOptimizer {
    private static final double FIRST_STEP = 0.25;
    private static final double LAST_STEP = 1e-5;
    private static final double MOST = 0.8;

    private WindowOptimizer() {}

    /** What is to be made small. */
    public interface Objective {
        /** The loss of these windows. */
        double of(ExpectedLoss loss);
    }

    /** The windows with the probabilities found. */
    public static Windows optimize(ExpectedLoss given, Objective objective) {
        int classes = given.windows().classes();
        double[] best = given.windows().probabilities().clone();
        double least = objective.of(given);
        for (int start = -2; start < classes; start++) {
            double[] point = new double[classes];
            for (int l = 0; l < classes; l++) {
                if (start == -2) {
                    point[l] = given.windows().probabilities()[l];
                } else if (start == -1 || classes == 1) {
                    point[l] = 1.0 / classes;
                } else {
                    point[l] = l == start ? MOST : (1 - MOST) / (classes - 1);
                }
            }
            double found = descend(given, objective, point);
            if (found < least) {
                least = found;
                best = point;
            }
        }
        return given.windows().withProbabilities(best);
    }

    private static double descend(ExpectedLoss given, Objective objective, double[] point) {
        double now = objective.of(given.with(given.windows().withProbabilities(point.clone())));
        for (double step = FIRST_STEP; step >= LAST_STEP; step /= 2) {
            boolean better = true;
            while (better) {
                better = false;
                for (int from = 0; from < point.length; from++) {
                    for (int to = 0; to < point.length; to++) {
                        double moved = Math.min(step, point[from]);
                        if (from == to || moved <= 0) {
                            continue;
                        }
                        double[] tried = point.clone();
                        tried[from] -= moved;
                        tried[to] += moved;
                        double loss = objective.of(given.with(given.windows().withProbabilities(tried)));
                        if (loss < now * (1 - 1e-12)) {
                            now = loss;
                            System.arraycopy(tried, 0, point, 0, point.length);
                            better = true;
                        }
                    }
                }
            }
        }
        return now;
    }
}
