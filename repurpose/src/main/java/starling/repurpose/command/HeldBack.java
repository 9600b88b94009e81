package starling.repurpose.command;

import java.util.List;
import starling.models.UnfitException;
import starling.models.data.Dataset;
import starling.repurpose.partition.Partitioner;

/** Divides calibration samples into those that weights are fitted on and those that plans are judged on. */
final class HeldBack {
    private static final int FEWEST = 100;
    private static final int MOST = 10_000;

    private HeldBack() {}

    /**
     * To fit on: four fifths, at most as many as are ever used; to judge on: the others, at most {@value #MOST}.
     *
     * @throws UnfitException when there are fewer than {@value #FEWEST} samples
     */
    static List<Dataset> of(Dataset calibration) {
        int count = calibration.count();
        if (count < FEWEST) {
            throw new UnfitException("--max-drop needs at least " + FEWEST
                    + " calibration samples, to hold a fifth of them back: there are " + count);
        }
        int fitted = Math.min(Partitioner.MOST_CALIBRATION_SAMPLES, count * 4 / 5);
        return calibration.apart(fitted, Math.min(MOST, count - fitted));
    }
}
