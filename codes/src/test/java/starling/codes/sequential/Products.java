package starling.codes.sequential;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import starling.codes.computation.Answer;
import starling.codes.computation.Inputs;
import starling.codes.computation.JobDecoder;
import starling.codes.computation.Matrices;
import starling.codes.computation.Matrix;

/** A stream of real products: encodes, multiplies and decodes what a scheme asks for. */
final class Products {
    private static final int ROWS = 13;
    private static final int INNER = 5;
    private static final int COLUMNS = 11;

    private final Map<MiniTask, Matrix> results = new HashMap<>();
    private final Map<Long, Matrix> truths = new HashMap<>();

    /** What a round of a scheme came to. */
    record Round(int mostMiniTasks, boolean waited, Set<MiniTask> lost, Set<MiniTask> kept, List<Long> finished) {}

    /** A stream that is run from its first round to its last. */
    final class Run {
        final SequentialScheme scheme;
        final Map<Long, JobDecoder> decoders = new HashMap<>();
        double worst;

        Run(SequentialScheme scheme) {
            this.scheme = scheme;
        }

        /** A round in which these workers answer nothing unless the scheme waits for them, the first first. */
        Round round(BitSet slow) {
            List<List<MiniTask>> tasks = scheme.begin();
            List<BitSet> arrived = new ArrayList<>();
            for (int worker = 0; worker < tasks.size(); worker++) {
                arrived.add(new BitSet());
                if (!slow.get(worker)) {
                    arrived.get(worker).set(0, tasks.get(worker).size());
                }
            }
            boolean waited = !scheme.enough(arrived);
            for (int worker = slow.nextSetBit(0); !scheme.enough(arrived); worker = slow.nextSetBit(worker + 1)) {
                arrived.get(worker).set(0, tasks.get(worker).size());
            }
            Set<MiniTask> lost = new HashSet<>();
            Set<MiniTask> kept = new HashSet<>();
            int most = 0;
            for (int worker = 0; worker < tasks.size(); worker++) {
                List<MiniTask> own = tasks.get(worker);
                most = Math.max(most, own.size());
                for (int place = 0; place < own.size(); place++) {
                    MiniTask task = own.get(place);
                    (arrived.get(worker).get(place) ? kept : lost).add(task);
                    if (arrived.get(worker).get(place)) {
                        decoders.computeIfAbsent(task.job(), job -> new JobDecoder(scheme.code(), job, ROWS, COLUMNS))
                                .accept(new Answer(task.job(), 0, task.task(), result(scheme, task)));
                    }
                }
            }
            List<Long> finished = scheme.end(arrived);
            for (long job : finished) {
                JobDecoder decoder = decoders.get(job);
                if (decoder == null || !decoder.complete()) {
                    throw new AssertionError("job " + job + " is called known and is not");
                }
                worst = Math.max(
                        worst,
                        Matrices.relativeError(truth(job), decoder.decode().result()));
            }
            return new Round(most, waited, lost, kept, finished);
        }
    }

    private Matrix left(long job) {
        return Matrices.random(ROWS, INNER, 2 * job);
    }

    private Matrix right(long job) {
        return Matrices.random(INNER, COLUMNS, 2 * job + 1);
    }

    private Matrix truth(long job) {
        return truths.computeIfAbsent(job, j -> Matrices.product(left(j), right(j)));
    }

    private Matrix result(SequentialScheme scheme, MiniTask task) {
        return results.computeIfAbsent(task, mini -> {
            Inputs inputs = scheme.code().inputs(0, mini.task(), left(mini.job()), right(mini.job()));
            return inputs.compute();
        });
    }
}
