package starling.router.trial;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import starling.codes.channel.ChannelRound;
import starling.codes.channel.MultipleAccessChannel;
import starling.codes.overair.PowerControl;
import starling.codes.overair.PowerReport;
import starling.codes.overair.RandomLinearCode;
import starling.codes.overair.RoundCode;
import starling.codes.random.Draw;
import starling.learning.node.Answer;
import starling.learning.settings.TrialSettings;
import starling.learning.settings.Uplink;
import starling.models.UnfitException;

/**
 * Nodes send at the same time and the channel adds: {@link RandomLinearCode} over {@link MultipleAccessChannel}. Without a limit
 * of power a node's frame is added as soon as its update is there. With one, nodes first report what they could do and the router
 * chooses the scale that all share: the updates of a round are then in the nodes' memory at the same time.
 *
 * <p>What is missing of the sum because nodes are away or do not answer is made up for by the samples of the others, so that the mean keeps its
 * length.
 */
final class AirCarrier implements Carrier {
    private static final int SYMBOL_BYTES = 2 * Float.BYTES;

    private final TrialSettings settings;
    private final Uplink.OverTheAir uplink;
    private final Fleet fleet;
    private final RandomLinearCode code;
    private final MultipleAccessChannel channel;
    private final Consumer<String> warnings;

    AirCarrier(TrialSettings settings, Uplink.OverTheAir uplink, Fleet fleet, int length, Consumer<String> warnings) {
        this.settings = settings;
        this.uplink = uplink;
        this.fleet = fleet;
        this.code = uplink.code(length);
        this.channel = uplink.channel(code, settings.nodes());
        this.warnings = warnings;
    }

    /** The updates of a simulated round with a limit of power are in memory at the same time. */
    static void requireRoom(TrialSettings settings, int length) {
        if (!settings.uplink().air().isLimited()) {
            return;
        }
        double bytes = Math.ceil(settings.participation() * settings.nodes()) * length * Float.BYTES;
        long most = Runtime.getRuntime().maxMemory() / 2;
        if (bytes > most) {
            throw new UnfitException("with a limit of power the updates of a round must fit into half of the heap: "
                    + (long) bytes + " bytes, " + most + " of " + 2 * most
                    + "; fewer nodes at a time (participation), no 'snr', or more memory (java -Xmx) help");
        }
    }

    @Override
    public Carried carry(long number, float[] weights) {
        List<Fleet.Node> there = fleet.there();
        Round round = new Round(settings, number, there, warnings);
        Draw draw = new Draw(settings.seed(), 0, number, 0);
        ChannelRound air = channel.round(draw);
        AtomicReferenceArray<PowerReport> reports =
                new AtomicReferenceArray<>(round.asked().size());
        MaskedSum masks = new MaskedSum(settings, number, air);
        int counts = PowerReport.counts(code.subchannels()).size();
        fleet.update(round.asked(), number, weights, (index, loss, answer) -> {
            round.answered(index, loss);
            if (answer instanceof Answer.Report report && report.report().scales().length == counts) {
                reports.set(index, report.report());
            } else {
                take(round, air, masks, index, answer);
            }
        });
        double scale = send(round, air, masks, number, reports);
        double uses = air.isVoid() ? 0 : code.numbers();
        return new Carried(
                masks.isWhole(round.asked(), fleet, warnings) && !air.isVoid()
                        ? mean(round, there, code.in(draw), air, scale)
                        : null,
                round,
                uses,
                uses,
                air.counts().energies().values().stream()
                        .mapToDouble(energy -> energy)
                        .sum());
    }

    private float[] mean(Round round, List<Fleet.Node> there, RoundCode matrix, ChannelRound air, double scale) {
        float[] mean = matrix.decode(air.received(), scale);
        double heard = round.samplesHeard(there);
        double all = fleet.samples();
        for (int i = 0; heard < all && i < mean.length; i++) {
            mean[i] = (float) (mean[i] * (all / heard));
        }
        return mean;
    }

    /** Lets the nodes that have reported send; returns the scale. */
    private double send(
            Round round, ChannelRound air, MaskedSum masks, long number, AtomicReferenceArray<PowerReport> reports) {
        int[] indices = IntStream.range(0, reports.length())
                .filter(i -> reports.get(i) != null)
                .toArray();
        if (indices.length == 0) {
            return 1;
        }
        List<PowerReport> known = IntStream.of(indices)
                .mapToObj(i -> Objects.requireNonNull(reports.get(i)))
                .toList();
        boolean able = known.stream().anyMatch(report -> report.best() > 0);
        double scale = able ? PowerControl.choose(code, uplink.air().noise(), known) : 1;
        for (int index : indices) {
            round.askedAgain(index);
        }
        List<Fleet.Node> senders =
                IntStream.of(indices).mapToObj(i -> round.asked().get(i)).toList();
        masks.only(senders);
        fleet.send(senders, number, scale, (place, loss, answer) -> {
            int index = indices[place];
            round.answeredAgain(index);
            take(round, air, masks, index, answer);
        });
        return scale;
    }

    private void take(Round round, ChannelRound air, MaskedSum masks, int index, Answer answer) {
        int node = round.asked().get(index).number();
        if (answer instanceof Answer.Frame frame) {
            try {
                air.add(node, frame.symbols());
                round.sent(index, (long) SYMBOL_BYTES * code.subchannels());
            } catch (IllegalArgumentException e) {
                round.refused(index, String.valueOf(e.getMessage()));
            }
        } else if (answer instanceof Answer.Masked masked) {
            try {
                masks.add(node, masked);
                if (masked.sent()) {
                    round.sent(index, (long) Long.BYTES * masked.steps().length);
                } else {
                    air.outage(node);
                    round.outage();
                }
            } catch (IllegalArgumentException e) {
                round.refused(index, String.valueOf(e.getMessage()));
            }
        } else if (answer instanceof Answer.Outage) {
            air.outage(node);
            round.outage();
        } else if (answer instanceof Answer.Refused refused) {
            round.refused(index, refused.why());
        } else if (!(answer instanceof Answer.Idle)) {
            round.refused(index, "a node of this trial must send over the air");
        }
    }
}
