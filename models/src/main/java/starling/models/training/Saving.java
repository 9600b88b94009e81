package starling.models.training;

import java.nio.file.Path;
import starling.models.UnfitException;

/**
 * Where a run is saved so that it can go on.
 *
 * @param file the checkpoint; it is replaced whole or not at all
 * @param every steps between two checkpoints, beside those after each epoch; 0 for none
 * @param resume whether the run goes on from the file, which must then exist; otherwise it must not
 */
public record Saving(Path file, int every, boolean resume) {
    public Saving {
        if (every < 0) {
            throw new UnfitException("the steps between two checkpoints must be at least 0: " + every);
        }
    }
}
