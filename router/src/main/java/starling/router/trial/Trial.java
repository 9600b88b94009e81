package starling.router.trial;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import starling.codes.random.Draw;
import starling.learning.model.TrialModel;
import starling.learning.settings.TrialSettings;
import starling.learning.settings.Uplink;
import starling.learning.share.Sharing;
import starling.learning.uplink.LayeredCode;
import starling.link.Transport;
import starling.models.UnfitException;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.files.Folders;
import starling.models.run.Accuracy;
import starling.models.run.BatchRule;
import starling.models.run.Network;

/**
 * A trial from its first round to its last. All that is random is drawn by seed, node and round, and sums do not depend on the
 * order of their summands: so the number of threads changes no bit, and a trial that goes on from a checkpoint ends as the unbroken one.
 */
public final class Trial {
    private final TrialSettings settings;
    private final Watch watch;
    private final int threads;
    private final @Nullable Agents agents;

    /**
     * How agents are reached.
     *
     * @param terms how they are dealt with
     * @param transports one that is not connected yet
     */
    public record Agents(AgentTerms terms, Supplier<Transport> transports) {}

    /** Sees a trial go on. */
    public interface Watch {
        /** After each round. */
        void round(RoundRecord record);

        /** A node that was left out, and why. */
        void warning(String sentence);
    }

    /**
     * How a trial ended.
     *
     * @param model with what was learned
     * @param weights of it as one vector
     * @param records of all rounds of this run, from its checkpoint on
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, compared by nobody
    public record Result(TrialModel model, float[] weights, List<RoundRecord> records) {
        /** The last accuracy, NaN where nothing was judged. */
        public double accuracy() {
            for (int i = records.size() - 1; i >= 0; i--) {
                Double accuracy = records.get(i).accuracy();
                if (accuracy != null) {
                    return accuracy;
                }
            }
            return Double.NaN;
        }
    }

    public Trial(TrialSettings settings, Watch watch) {
        this(settings, watch, Runtime.getRuntime().availableProcessors());
    }

    Trial(TrialSettings settings, Watch watch, int threads) {
        this(settings, watch, threads, null);
    }

    /**
     * A trial with agents, or with simulated nodes.
     *
     * @param threads that simulate nodes
     * @param agents null for simulated nodes
     */
    public Trial(TrialSettings settings, Watch watch, int threads, @Nullable Agents agents) {
        this.settings = settings;
        this.watch = watch;
        this.threads = threads;
        this.agents = agents;
    }

    /** Runs without leaving anything but the result; residuals are in a file for its time. */
    public Result run() {
        try {
            Path folder = Files.createTempDirectory("starling-trial");
            try {
                return run(null, folder.resolve("residuals"));
            } finally {
                Folders.delete(folder);
            }
        } catch (IOException e) {
            throw new UnfitException("a trial needs a place for residuals: " + Folders.reason(e), e);
        }
    }

    /**
     * Runs and writes everything down.
     *
     * @param folder a new or empty one, or one to go on in
     * @param resume whether to go on from its newest checkpoint
     * @throws UnfitException as of a trial on the command line
     */
    public Result run(Path folder, boolean resume) {
        return run(new TrialFolder(folder, settings, resume));
    }

    /**
     * Runs and writes everything down.
     *
     * @throws UnfitException when the model, the data, a code or the channel do not fit each other, or the folder cannot be written
     */
    Result run(TrialFolder folder) {
        return run(folder, folder.residuals());
    }

    private Result run(@Nullable TrialFolder folder, Path residuals) {
        boolean own = agents != null && settings.sharing() instanceof Sharing.Own;
        Dataset test = settings.test().open(Split.TEST, settings.seed());
        Dataset train = own ? test : settings.data().open(Split.TRAIN, settings.seed());
        TrialModel model = TrialModel.of(settings.model(), train, settings.seed());
        Standing standing = new Standing(model.layout(), model.weights(), settings.server());
        requireFit(model, train, test);
        List<int[]> shares =
                own ? List.of() : settings.sharing().deal(train.labels(), settings.nodes(), settings.seed());
        requireUplink(model);
        if (folder != null) {
            folder.require();
            if (agents == null) {
                folder.open(standing);
            }
        }
        try (Fleet fleet = fleet(model, train, shares, residuals)) {
            if (folder != null && agents != null) {
                // Not before anybody is there: a trial that cannot begin leaves nothing.
                fleet.there();
                folder.open(standing);
            }
            Result result = learn(model, standing, fleet, test, folder);
            fleet.finish();
            return result;
        }
    }

    private Fleet fleet(TrialModel model, Dataset train, List<int[]> shares, Path residuals) {
        if (agents == null) {
            return SimulatedNodes.of(settings, model, train, shares, residuals, threads);
        }
        int[] dealt = shares.isEmpty()
                ? null
                : shares.stream().mapToInt(share -> share.length).toArray();
        return AgentFleet.start(
                settings,
                agents.terms(),
                dealt,
                model.layout().length(),
                agents.transports().get(),
                watch::warning);
    }

    private Carrier carrier(Fleet fleet, TrialModel model) {
        if (settings.uplink() instanceof Uplink.OverTheAir air) {
            return new AirCarrier(settings, air, fleet, model.layout().length(), watch::warning);
        }
        Uplink.Digital digital = (Uplink.Digital) settings.uplink();
        LayeredCode code = LayeredCode.of(model.layout(), digital.codes());
        return new DigitalCarrier(settings, digital, fleet, code, watch::warning);
    }

    /** Finds out before anything is written whether the uplink can carry this model. */
    private void requireUplink(TrialModel model) {
        int length = model.layout().length();
        try {
            if (settings.uplink() instanceof Uplink.OverTheAir air) {
                air.channel(air.code(length), settings.nodes()).known(new Draw(settings.seed(), 0, 0, 0));
                if (agents == null) {
                    AirCarrier.requireRoom(settings, length);
                }
            } else if (settings.uplink() instanceof Uplink.Digital digital) {
                LayeredCode.of(model.layout(), digital.codes());
            }
        } catch (IllegalArgumentException e) {
            throw new UnfitException("the uplink must fit the model of " + length + " numbers: " + e.getMessage(), e);
        }
    }

    private Result learn(TrialModel model, Standing standing, Fleet fleet, Dataset test, @Nullable TrialFolder folder) {
        Carrier carrier = carrier(fleet, model);
        List<RoundRecord> records = new ArrayList<>();
        while (standing.round() < settings.rounds()) {
            long started = System.nanoTime();
            Carrier.Carried carried = carrier.carry(standing.round(), standing.weights());
            float[] mean = carried.mean();
            if (mean == null) {
                standing.skip();
            } else {
                standing.move(mean, settings.server());
            }
            boolean last = standing.round() == settings.rounds();
            Double accuracy =
                    last || standing.round() % settings.evaluate() == 0 ? accuracy(model, standing, test) : null;
            Fleet.Traffic traffic = fleet.traffic(carried.round(), standing.weights().length);
            RoundRecord record = record(standing, carried, traffic, accuracy, (System.nanoTime() - started) / 1e9);
            records.add(record);
            boolean stop = accuracy != null && accuracy >= settings.stop();
            if (folder != null) {
                folder.add(record);
                boolean due = settings.checkpoint() > 0 && standing.round() % settings.checkpoint() == 0;
                if (due && !last && !stop) {
                    folder.checkpoint(standing);
                }
            }
            watch.round(record);
            if (stop) {
                break;
            }
        }
        if (folder != null) {
            folder.finish(model.with(standing.weights()), standing);
        }
        return new Result(model, standing.weights(), records);
    }

    private RoundRecord record(
            Standing standing,
            Carrier.Carried carried,
            Fleet.Traffic traffic,
            @Nullable Double accuracy,
            double seconds) {
        Round round = carried.round();
        double loss = round.loss();
        return new RoundRecord(
                standing.round(),
                Double.isFinite(loss) ? (Double) loss : null,
                accuracy,
                round.participants(),
                round.sentCount(),
                round.refusals(),
                round.outages(),
                round.missing(),
                traffic.up(),
                traffic.down(),
                carried.channelUses(),
                carried.channelUsesAll(),
                carried.energy(),
                seconds);
    }

    private double accuracy(TrialModel model, Standing standing, Dataset test) {
        for (float weight : standing.weights()) {
            if (!Float.isFinite(weight)) {
                throw new UnfitException("the model must stay finite: after round " + standing.round() + " it holds "
                        + weight + "; a lower rate may help");
            }
        }
        try (Network network = new Network("the model of the trial", model.with(standing.weights()), threads)) {
            return Accuracy.of(network, test, BatchRule.MOST_SAMPLES);
        }
    }

    private void requireFit(TrialModel model, Dataset train, Dataset test) {
        try (Network network = new Network("the model of the trial", model.model(), 1)) {
            if (network.inputElements() != test.elements()) {
                throw new UnfitException("samples must have as many numbers as the model's input: " + test.elements()
                        + " of " + settings.test() + ", " + network.inputElements());
            }
            int answers = network.run(new float[network.inputElements()], 1)
                    .values()
                    .iterator()
                    .next()
                    .length;
            int classes = Math.max(train.classes(), test.classes());
            if (answers > 1 && answers < classes) {
                throw new UnfitException("a model needs an answer for every class: " + answers + " answers for "
                        + classes + " classes of " + settings.data());
            }
        }
    }
}
