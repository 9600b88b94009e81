package starling.router.product;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import starling.codes.computation.Answer;
import starling.codes.computation.Inputs;
import starling.codes.computation.JobDecoder;
import starling.codes.computation.Matrix;
import starling.codes.sequential.MiniTask;
import starling.codes.sequential.SequentialScheme;
import starling.models.UnfitException;

/**
 * A stream of products on agents under a sequential scheme: in every round one product begins and agents do mini-tasks of it and of the ones
 * before; it is known T rounds later at the latest. So may several networks that learn at once, one after another, let their products be
 * computed: each waits for its own only. Memory: the factors and results of T + 1 products.
 */
public final class ProductStream {
    private final CodedProduct agents;
    private final SequentialScheme scheme;
    private final double mu;
    private final Map<Long, Begun> begun = new HashMap<>();

    private record Begun(Matrix left, Matrix right, JobDecoder decoder) {}

    /**
     * What a round brought.
     *
     * @param round how it went
     * @param known products that are known now, by number from 1
     * @param encoding seconds that the inputs of its mini-tasks took
     * @param decoding seconds that the known products took
     */
    public record Step(Round round, Map<Long, Matrix> known, double encoding, double decoding) {}

    /**
     * A stream of which no round has begun.
     *
     * @param mu how much longer than for the first agent is waited at least, as a part
     */
    public ProductStream(CodedProduct agents, SequentialScheme scheme, double mu) {
        this.agents = agents;
        this.scheme = scheme;
        this.mu = mu;
    }

    /** Whether all products are known. */
    public boolean over() {
        return scheme.over();
    }

    /**
     * A round in which a product begins.
     *
     * @throws UnfitException when the agents that are there do not bring enough, or not in time
     */
    public Step begin(Matrix left, Matrix right) {
        long job = scheme.rounds() + 1;
        begun.put(job, new Begun(left, right, new JobDecoder(scheme.code(), job, left.rows(), right.columns())));
        return next();
    }

    /**
     * A round after the last product has begun.
     *
     * @throws UnfitException when the agents that are there do not bring enough, or not in time
     */
    public Step next() {
        long started = System.nanoTime();
        List<List<MiniTask>> tasks = scheme.begin();
        List<List<Inputs>> inputs = new ArrayList<>();
        for (List<MiniTask> own : tasks) {
            inputs.add(own.stream().map(this::inputs).toList());
        }
        double encoding = since(started);
        Round round = agents.round(
                inputs,
                (worker, place, value) -> {
                    MiniTask mini = tasks.get(worker).get(place);
                    of(mini.job()).decoder().accept(new Answer(mini.job(), 0, mini.task(), value));
                },
                scheme::enough,
                mu);
        if (!round.enough()) {
            throw new UnfitException("round " + (scheme.rounds() + 1) + " of the stream needs more results: after "
                    + round.seconds() + " s no agent is left that could bring them, or the deadline is over");
        }
        started = System.nanoTime();
        Map<Long, Matrix> known = new TreeMap<>();
        for (long job : scheme.end(round.arrived())) {
            known.put(job, of(job).decoder().decode().result());
            begun.remove(job);
        }
        return new Step(round, known, encoding, since(started));
    }

    private Inputs inputs(MiniTask mini) {
        Begun job = of(mini.job());
        return scheme.code().inputs(0, mini.task(), job.left(), job.right());
    }

    private Begun of(long job) {
        return Objects.requireNonNull(begun.get(job), "a job has begun before its mini-tasks");
    }

    private static double since(long started) {
        return (System.nanoTime() - started) / 1e9;
    }
}
