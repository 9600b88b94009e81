package starling.agent.compute;

import org.jspecify.annotations.Nullable;
import starling.codes.straggler.ShiftedExponential;
import starling.codes.straggler.StragglerModel;

/**
 * How slow an agent is on purpose: what a task takes is multiplied by a factor, and for each of its products the agent waits a time that is drawn
 * once for each job. Seconds are spent waiting, not computing.
 *
 * @param factor at least 1
 * @param model of the time for each product; null for none
 */
public record Pace(double factor, @Nullable StragglerModel model) {
    private static final String EXPONENTIAL = "exponential:";
    private static final String SHIFTED = "shifted:";

    /** As fast as the device is. */
    public static final Pace OWN = new Pace(1, null);

    /** @throws IllegalArgumentException if the factor is below 1 or infinite */
    public Pace {
        if (!(factor >= 1 && factor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a slow factor must be at least 1 and finite: it is " + factor);
        }
    }

    /**
     * Reads a law: {@code exponential:RATE} or {@code shifted:LEAST,RATE}, in seconds and per second.
     *
     * @throws IllegalArgumentException with one sentence, when it is none
     */
    static StragglerModel law(String text, long seed) {
        try {
            if (text.startsWith(EXPONENTIAL)) {
                return new ShiftedExponential(0, Double.parseDouble(text.substring(EXPONENTIAL.length())), seed);
            }
            int comma = text.indexOf(',');
            if (text.startsWith(SHIFTED) && comma > 0) {
                return new ShiftedExponential(
                        Double.parseDouble(text.substring(SHIFTED.length(), comma)),
                        Double.parseDouble(text.substring(comma + 1)),
                        seed);
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a delay's numbers must be numbers: it is '" + text + "'", e);
        }
        throw new IllegalArgumentException(
                "a delay must be exponential:RATE or shifted:LEAST,RATE: it is '" + text + "'");
    }

    /**
     * Seconds to wait after a task.
     *
     * @param job its number
     * @param worker this agent
     * @param computed seconds that the task took
     * @param products of the task
     */
    double extra(long job, int worker, double computed, int products) {
        return (factor - 1) * computed + (model == null ? 0 : products * model.pace(job, worker));
    }
}
