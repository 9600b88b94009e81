package starling.agent.compute;

import org.jspecify.annotations.Nullable;
import starling.codes.straggler.FritchmanPattern;
import starling.codes.straggler.IndependentPattern;
import starling.codes.straggler.ShiftedExponential;
import starling.codes.straggler.StragglerModel;
import starling.codes.straggler.StragglerPattern;

/**
 * How slow an agent is on purpose: as slow as a device that does so many multiplications in a second, then a factor, which may count in some
 * jobs only, and for each product a time that is drawn once for each job. Seconds are spent waiting, not computing.
 *
 * @param speed multiplications in a second at most; infinite for as many as there are
 * @param factor at least 1
 * @param pattern of the jobs in which the factor counts; null for all
 * @param model of the time for each product; null for none
 */
public record Pace(
        double speed,
        double factor,
        @Nullable StragglerPattern pattern,
        @Nullable StragglerModel model) {
    /** As fast as the device is. */
    public static final Pace OWN = new Pace(Double.POSITIVE_INFINITY, 1, null, null);

    private static final String EXPONENTIAL = "exponential:";
    private static final String SHIFTED = "shifted:";
    private static final String OWN_ROUNDS = "own:";
    private static final String BURSTS = "bursts:";
    private static final int BURST_NUMBERS = 4;
    /** Jobs that are drawn of bursts; after them they begin again. */
    private static final int DRAWN = 1 << 16;

    /** @throws IllegalArgumentException if the speed is not positive, or the factor below 1 or infinite */
    public Pace {
        if (!(speed > 0)) {
            throw new IllegalArgumentException("a speed must be positive: it is " + speed);
        }
        if (!(factor >= 1 && factor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a slow factor must be at least 1 and finite: it is " + factor);
        }
    }

    /** No speed of its own, and slow in all jobs. */
    public static Pace of(double factor, @Nullable StragglerModel model) {
        return new Pace(Double.POSITIVE_INFINITY, factor, null, model);
    }

    /**
     * Reads which jobs are slow: {@code own:DELTA}, or {@code bursts:STATES,ONSET,PROGRESS,ISOLATED}, the law of
     * {@link FritchmanPattern}.
     *
     * @param worker this agent
     * @throws IllegalArgumentException with one sentence, when it is neither
     */
    static StragglerPattern jobs(String text, int worker, long seed) {
        try {
            if (text.startsWith(OWN_ROUNDS)) {
                return new IndependentPattern(Double.parseDouble(text.substring(OWN_ROUNDS.length())), seed);
            }
            String[] numbers =
                    text.startsWith(BURSTS) ? text.substring(BURSTS.length()).split(",", -1) : new String[0];
            if (numbers.length == BURST_NUMBERS) {
                FritchmanPattern.Law law = new FritchmanPattern.Law(
                        Integer.parseInt(numbers[0]),
                        Double.parseDouble(numbers[1]),
                        Double.parseDouble(numbers[2]),
                        Double.parseDouble(numbers[3]));
                return new FritchmanPattern(law, worker + 1, DRAWN, seed);
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the numbers of slow jobs must be numbers: they are '" + text + "'", e);
        }
        throw new IllegalArgumentException(
                "slow jobs must be own:DELTA or bursts:STATES,ONSET,PROGRESS,ISOLATED: they are '" + text + "'");
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
     * @param multiplications of the task
     */
    double extra(long job, int worker, double computed, int products, double multiplications) {
        double device = Math.max(computed, multiplications / speed);
        boolean slow = factor > 1 && (pattern == null || pattern.slow(job, worker));
        return (slow ? factor : 1) * device - computed + (model == null ? 0 : products * model.pace(job, worker));
    }
}
