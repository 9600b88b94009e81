package starling.codes.straggler;

/** Which workers are stragglers in which rounds. */
public interface StragglerPattern {
    /**
     * Whether a worker is slow in a round. The same whenever it is asked.
     *
     * @param round counted from 0
     * @param worker counted from 0
     */
    boolean slow(long round, int worker);
}
