package starling.models.training;

/** Who wants to know how a run is getting on. Called on the training thread. */
public interface Watch {
    /** Nobody. */
    Watch NONE = new Watch() {};

    /**
     * Where a run stands.
     *
     * @param epoch from 1
     * @param epochs of the run
     * @param done samples seen in all epochs
     * @param samples to be seen in all epochs
     * @param loss mean of this epoch so far
     * @param accuracy of this epoch so far
     * @param samplesPerSecond since the run began or was resumed
     * @param secondsLeft at that speed, if the run is not stopped early
     */
    record Standing(
            int epoch,
            int epochs,
            long done,
            long samples,
            double loss,
            double accuracy,
            double samplesPerSecond,
            double secondsLeft) {}

    /** After every batch. */
    default void batch(Standing standing) {}

    /** After every epoch. */
    default void epoch(Epoch epoch) {}
}
