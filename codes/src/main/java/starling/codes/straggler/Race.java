package starling.codes.straggler;

import java.util.List;
import java.util.Optional;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Recovery;
import starling.codes.computation.Task;

/**
 * One iteration of a code on the virtual clock: workers go through their tasks at their pace, a task takes its number of
 * products times the pace, and messages arrive as they leave. The master knows what the messages tell it, by linear
 * algebra.
 */
public final class Race {
    private final ComputationCode code;
    private final StragglerModel model;
    private final long iteration;
    private final double unit;
    private final VirtualClock<Message> clock = new VirtualClock<>();
    private final Recovery recovery;
    private int messages;
    private int answers;

    /**
     * Answers that arrive together.
     *
     * @param worker who sent them
     * @param first of the tasks
     * @param count of the tasks
     */
    public record Message(int worker, int first, int count) {}

    /**
     * An iteration that begins at time 0.
     *
     * @param iteration of which the paces are
     * @param unit load of one product of blocks, in the model's units, positive
     */
    public Race(ComputationCode code, StragglerModel model, long iteration, double unit) {
        if (!(unit > 0)) {
            throw new IllegalArgumentException("the load of a product must be positive: it is " + unit);
        }
        this.code = code;
        this.model = model;
        this.iteration = iteration;
        this.unit = unit;
        this.recovery = code.recovery();
        for (int worker = 0; worker < code.workers().size(); worker++) {
            schedule(worker, 0);
        }
    }

    private void schedule(int worker, int from) {
        List<Task> tasks = code.workers().get(worker);
        double load = 0;
        for (int task = 0; task < from; task++) {
            load += tasks.get(task).terms().size();
        }
        for (int task = from; task < tasks.size(); task++) {
            load += tasks.get(task).terms().size();
            if (tasks.get(task).sends()) {
                clock.schedule(load * unit * model.pace(iteration, worker), new Message(worker, from, task - from + 1));
                return;
            }
        }
    }

    /** Goes on to the next message, if there is any, and learns from it. */
    public Optional<Message> next() {
        Optional<VirtualClock.Event<Message>> event = clock.next();
        if (event.isEmpty()) {
            return Optional.empty();
        }
        Message message = event.get().what();
        for (int task = message.first; task < message.first + message.count; task++) {
            recovery.add(code.functional(message.worker, task));
        }
        messages++;
        answers += message.count;
        schedule(message.worker, message.first + message.count);
        return Optional.of(message);
    }

    /** The time of the last message. */
    public double time() {
        return clock.now();
    }

    /** Messages so far. */
    public int messages() {
        return messages;
    }

    /** Answers in them. */
    public int answers() {
        return answers;
    }

    /** Number of pieces known. */
    public int pieces() {
        return code.pieces(recovery).cardinality();
    }

    /** What is known. */
    public Recovery recovery() {
        return recovery;
    }
}
