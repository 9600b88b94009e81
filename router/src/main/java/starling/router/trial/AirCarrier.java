package starling.router.trial;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import starling.codes.channel.ChannelGains;
import starling.codes.channel.ChannelRound;
import starling.codes.channel.MultipleAccessChannel;
import starling.codes.overair.LocalFeedback;
import starling.codes.overair.PowerControl;
import starling.codes.overair.PowerReport;
import starling.codes.overair.RandomLinearCode;
import starling.codes.overair.RoundCode;
import starling.codes.overair.Sender;
import starling.codes.overair.Transmission;
import starling.codes.random.Draw;
import starling.learning.node.LearningNode;
import starling.learning.settings.TrialSettings;
import starling.learning.settings.Uplink;
import starling.learning.uplink.ResidualFile;
import starling.models.UnfitException;

/**
 * Nodes send at the same time and the channel adds: {@link RandomLinearCode} over {@link MultipleAccessChannel}. Without a limit
 * of power a node's frame is added as soon as its update is there. With one, nodes first report what they could do and the router
 * chooses the scale that all share: the updates of a round are then in memory at the same time.
 */
final class AirCarrier implements Carrier {
    private static final int FRAME_BYTES = 2 * Float.BYTES;

    private final TrialSettings settings;
    private final Uplink.OverTheAir uplink;
    private final SimulatedNodes nodes;
    private final RandomLinearCode code;
    private final MultipleAccessChannel channel;
    private final @Nullable ResidualFile residuals;
    private final Consumer<String> warnings;

    AirCarrier(
            TrialSettings settings,
            Uplink.OverTheAir uplink,
            SimulatedNodes nodes,
            int length,
            @Nullable ResidualFile residuals,
            Consumer<String> warnings) {
        this.settings = settings;
        this.uplink = uplink;
        this.nodes = nodes;
        this.code = uplink.code(length);
        this.channel = uplink.channel(code, settings.nodes());
        this.residuals = residuals;
        this.warnings = warnings;
    }

    /** The updates of a round with a limit of power are in memory at the same time. */
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

    /** A node of a round with what it needs to send. */
    private record Ready(int index, LearningNode node, float[] gradient, ChannelGains known) {}

    @Override
    public Carried carry(long number, float[] weights) {
        Draw draw = new Draw(settings.seed(), 0, number, 0);
        // With residuals also idle nodes compute, for what they do not send stays with them.
        List<LearningNode> working = uplink.feedback() == null
                ? Round.participants(nodes.all(), settings.participation(), draw)
                : nodes.all();
        Round round = new Round(working, warnings);
        RoundCode matrix = code.in(draw);
        ChannelRound air = channel.round(draw);
        double scale = 1;
        if (uplink.air().isLimited()) {
            List<Ready> ready = ready(round, number, weights, draw);
            double chosen = scale(matrix, ready, draw);
            nodes.inParallel(ready.size(), i -> send(round, matrix, air, ready.get(i), chosen));
            scale = chosen;
        } else {
            nodes.each(working, number, weights, (index, node, update) -> {
                round.loss(index, update.loss());
                send(round, matrix, air, new Ready(index, node, update.gradient(), known(draw, node)), 1);
            });
        }
        double uses = air.isVoid() ? 0 : code.numbers();
        float[] mean = air.isVoid() ? null : matrix.decode(air.received(), scale);
        int participants = uplink.feedback() == null
                ? working.size()
                : Round.participants(nodes.all(), settings.participation(), draw)
                        .size();
        return new Carried(
                mean,
                round.loss(),
                participants,
                round.sentCount(),
                round.refusals(),
                round.outages(),
                round.bytes(),
                uses,
                uses,
                air.counts().energies().values().stream()
                        .mapToDouble(energy -> energy)
                        .sum());
    }

    private List<Ready> ready(Round round, long number, float[] weights, Draw draw) {
        Ready[] ready = new Ready[round.nodes().size()];
        nodes.each(round.nodes(), number, weights, (index, node, update) -> {
            round.loss(index, update.loss());
            ready[index] = new Ready(index, node, update.gradient(), known(draw, node));
        });
        List<Ready> finite = new ArrayList<>();
        for (Ready one : ready) {
            Objects.requireNonNull(one);
            String wrong = wrong(one.gradient());
            if (wrong.isEmpty()) {
                finite.add(one);
            } else {
                round.refused(one.node(), wrong);
            }
        }
        return finite;
    }

    private static String wrong(float[] gradient) {
        for (int i = 0; i < gradient.length; i++) {
            if (!Float.isFinite(gradient[i])) {
                return "an update must be finite: number " + i + " is " + gradient[i];
            }
        }
        return "";
    }

    private ChannelGains known(Draw draw, LearningNode node) {
        return channel.known(draw.withNode(node.number()));
    }

    private Sender sender(LearningNode node) {
        return new Sender(
                node.samples().length / (double) nodes.samples(),
                settings.participation(),
                uplink.air().energy(code.numbers()));
    }

    private double scale(RoundCode matrix, List<Ready> ready, Draw draw) {
        PowerReport[] all = new PowerReport[ready.size()];
        nodes.inParallel(all.length, i -> all[i] = report(matrix, ready.get(i), draw));
        List<PowerReport> reports =
                Arrays.stream(all).flatMap(Stream::ofNullable).toList();
        boolean able = reports.stream().anyMatch(report -> report.best() > 0);
        return able ? PowerControl.choose(code, uplink.air().noise(), reports) : 1;
    }

    /** What a node could do; null if it takes no part. */
    private @Nullable PowerReport report(RoundCode matrix, Ready one, Draw draw) {
        Sender sender = sender(one.node());
        if (!sender.takesPart(draw.withNode(one.node().number()))) {
            return null;
        }
        return uplink.feedback() == null
                ? matrix.report(one.gradient(), sender, one.known())
                : feedback(one).report(matrix, one.gradient(), sender, one.known());
    }

    private void send(Round round, RoundCode matrix, ChannelRound air, Ready one, double scale) {
        try {
            Sender sender = sender(one.node());
            long number = one.node().number();
            Transmission transmission;
            if (uplink.feedback() == null) {
                transmission = matrix.encode(one.gradient(), sender, one.known(), scale, number);
            } else {
                LocalFeedback feedback = feedback(one);
                transmission = feedback.send(matrix, one.gradient(), sender, one.known(), scale, number);
                Objects.requireNonNull(residuals).write(number, feedback.state());
            }
            if (transmission.isSent()) {
                air.add(number, transmission.symbols());
                round.sent(one.index(), (long) FRAME_BYTES * code.subchannels());
            } else if (transmission.state() == Transmission.State.OUTAGE) {
                air.outage(number);
                round.outage();
            }
        } catch (IllegalArgumentException e) {
            round.refused(one.node(), String.valueOf(e.getMessage()));
        }
    }

    private LocalFeedback feedback(Ready one) {
        double beta = Objects.requireNonNull(uplink.feedback());
        return Objects.requireNonNull(residuals)
                .read(one.node().number())
                .map(LocalFeedback::restore)
                .orElseGet(() -> new LocalFeedback(code.length(), beta));
    }
}
