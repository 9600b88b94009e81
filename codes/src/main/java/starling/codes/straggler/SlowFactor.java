package starling.codes.straggler;

/**
 * Workers of two paces: usual ones take so many seconds for a unit of load, stragglers some times as many.
 *
 * @param pattern who is slow when
 * @param seconds of a usual worker for a unit of load, positive
 * @param factor of stragglers, at least 1
 */
public record SlowFactor(StragglerPattern pattern, double seconds, double factor) implements StragglerModel {
    /** @throws IllegalArgumentException if a number is out of its range */
    public SlowFactor {
        if (!(seconds > 0) || seconds == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("the time of a unit of load must be positive: it is " + seconds);
        }
        if (!(factor >= 1) || factor == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("stragglers must be slower by a factor of at least 1: it is " + factor);
        }
    }

    @Override
    public double pace(long iteration, int worker) {
        return pattern.slow(iteration, worker) ? factor * seconds : seconds;
    }
}
