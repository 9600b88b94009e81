package starling.codes.straggler;

/** How fast each worker is in each iteration; its pace does not change within one. */
public interface StragglerModel {
    /**
     * Seconds that a worker takes for a unit of load in an iteration: positive and finite. The same whenever it is asked.
     *
     * @param iteration counted from 0
     * @param worker counted from 0
     */
    double pace(long iteration, int worker);
}
