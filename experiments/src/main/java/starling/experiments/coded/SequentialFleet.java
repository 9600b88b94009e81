package starling.experiments.coded;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import starling.codes.computation.Matrix;
import starling.codes.sequential.SequentialScheme;
import starling.codes.straggler.FritchmanPattern;
import starling.experiments.findings.Context;
import starling.experiments.folder.TemporaryFolder;
import starling.experiments.processes.AgentProcesses;
import starling.experiments.processes.Mosquitto;
import starling.router.product.CodedProduct;
import starling.router.product.ProductStream;

/** Streams of products of several networks on four agents, each a process, that are slow in rounds of their own; every product is compared. */
final class SequentialFleet implements AutoCloseable {
    private final TemporaryFolder folder;
    private final Mosquitto broker;
    private final AgentProcesses processes;
    private final CodedProduct agents;

    /**
     * Waits until all are there.
     *
     * @param bursts whether stragglers come in bursts
     * @param speed multiplications in a second of an agent
     * @param longest numbers of a result at most
     */
    SequentialFleet(Context context, boolean bursts, double speed, long longest) {
        folder = TemporaryFolder.create();
        broker = Mosquitto.start(folder.path());
        processes = new AgentProcesses(folder.path(), broker.port());
        agents = AgentMill.start(broker.port(), ModelJobs.WORKERS, longest, context);
        FritchmanPattern.Law law = StragglerLaws.law(context);
        String slow = bursts
                ? String.format(
                        Locale.ROOT, "bursts:%d,%s,%s,%s", law.badStates(), law.onset(), law.progress(), law.isolated())
                : "own:" + context.get(StragglerLaws.DELTA);
        for (int node = 0; node < ModelJobs.WORKERS; node++) {
            processes.start(
                    "compute",
                    node,
                    "--speed",
                    Double.toString(speed),
                    "--slow",
                    Double.toString(context.get(StragglerLaws.ALPHA)),
                    "--slow-jobs",
                    slow,
                    "--seed",
                    Long.toString(Parameters.seed(context)));
        }
        AgentMill.gatherAll(agents, ModelJobs.WORKERS);
    }

    /**
     * What a stream took, for each product.
     *
     * @param seconds of rounds
     * @param encoding seconds of the router
     * @param decoding seconds of the router
     * @param error the largest of a product, relative
     */
    record Taken(double seconds, double encoding, double decoding, double error) {}

    /**
     * A whole stream of products of random factors.
     *
     * @param shapes rows, inner dimension and columns of the products of a step
     */
    Taken run(Context context, SequentialScheme scheme, ModelJobs jobs, List<int[]> shapes, int steps) {
        ProductStream stream = new ProductStream(agents, scheme, context.get(StragglerLaws.MU));
        Map<Long, Matrix> expected = new HashMap<>();
        double seconds = 0;
        double encoding = 0;
        double decoding = 0;
        double error = 0;
        for (long round = 1; !stream.over(); round++) {
            ProductStream.Step step;
            if (round <= jobs.jobs(steps)) {
                int[] shape = shapes.get((int) ((round - 1) / jobs.models() % shapes.size()));
                Matrix left = RandomMatrix.uniform(shape[0], shape[1], round);
                Matrix right = RandomMatrix.uniform(shape[1], shape[2], -round);
                expected.put(round, left.times(right));
                step = stream.begin(left, right);
            } else {
                step = stream.next();
            }
            seconds += step.round().seconds();
            encoding += step.encoding();
            decoding += step.decoding();
            for (Map.Entry<Long, Matrix> known : step.known().entrySet()) {
                Matrix truth = Objects.requireNonNull(expected.remove(known.getKey()));
                error = Math.max(error, Math.sqrt(truth.squaredDistance(known.getValue()) / truth.squaredNorm()));
            }
        }
        double count = jobs.jobs(steps);
        return new Taken(seconds / count, encoding / count, decoding / count, error);
    }

    @Override
    public void close() {
        agents.close();
        processes.close();
        broker.close();
        folder.close();
    }
}
