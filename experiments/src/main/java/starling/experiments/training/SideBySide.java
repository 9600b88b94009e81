package starling.experiments.training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import starling.experiments.findings.Series;

/**
 * One workload by Starling and, where it is there, by PyTorch: blocks of steps take turns, and so does who begins, so that whatever else the
 * machine does meets both alike.
 *
 * @param workload what is done
 * @param blocks of each
 * @param steps of a block
 * @param deadlineSeconds for an answer
 */
record SideBySide(Workload workload, int blocks, int steps, int deadlineSeconds) {
    /** After so many steps from the same weights both must have the same loss. */
    static final int COMPARED_STEPS = 5;

    /**
     * One side.
     *
     * @param times of all steps
     * @param memory the most the process ever had, in bytes
     * @param loss after {@link #COMPARED_STEPS} steps
     */
    record Side(StepTimes times, double memory, double loss) {}

    /**
     * Both sides.
     *
     * @param parameters learned by each step
     * @param medians of each block, in milliseconds
     */
    record Result(long parameters, Side starling, @Nullable Side pytorch, Series medians) {
        /** Our median against theirs. */
        double ratio() {
            return pytorch == null
                    ? Double.NaN
                    : starling.times().median() / pytorch.times().median();
        }
    }

    /** Measures; {@code python} is null where there is no PyTorch. */
    Result run(@Nullable String python, Path folder) {
        try (Stepper ours = Stepper.starling(workload, folder, deadlineSeconds, List.of("-Xmx512m"));
                Stepper theirs = python == null ? null : Stepper.pytorch(python, workload, folder, deadlineSeconds)) {
            Runner starling = new Runner(ours);
            Runner pytorch = theirs == null ? null : new Runner(theirs);
            Series medians = new Series("block", "starlingMillis", "pytorchMillis");
            for (int block = 0; block < blocks; block++) {
                boolean first = block % 2 == 0;
                double before = first ? starling.block(steps) : Double.NaN;
                double other = pytorch == null ? Double.NaN : pytorch.block(steps);
                medians.row(block, first ? before : starling.block(steps), other);
            }
            return new Result(ours.parameters(), starling.side(), pytorch == null ? null : pytorch.side(), medians);
        }
    }

    /** Collects what one process gives. */
    private static final class Runner {
        private final Stepper stepper;
        private final double loss;
        private final List<Long> nanos = new ArrayList<>();
        private boolean warm;

        Runner(Stepper stepper) {
            this.stepper = stepper;
            this.loss = stepper.take(COMPARED_STEPS).loss();
        }

        double block(int steps) {
            if (!warm) {
                stepper.take(steps);
                warm = true;
            }
            List<Long> some = stepper.take(steps).nanos();
            nanos.addAll(some);
            return StepTimes.ofNanos(some).median();
        }

        Side side() {
            return new Side(StepTimes.ofNanos(nanos), stepper.mostMemory(), loss);
        }
    }
}
