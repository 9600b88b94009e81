package starling.models.training;

import java.nio.file.Path;

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

    /**
     * Before the first batch of a run that goes on, when all that it needs has been checked.
     *
     * @param file the checkpoint
     * @param epoch in which it goes on, from 1
     */
    default void resumed(Path file, int epoch) {}

    /** After every batch. */
    default void batch(Standing standing) {}

    /** After every epoch. */
    default void epoch(Epoch epoch) {}
}
