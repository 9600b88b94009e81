package starling.router.trial;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import starling.codes.channel.FixedPointSum;
import starling.codes.gradient.ErrorFeedback;
import starling.codes.random.Draw;
import starling.learning.node.LearningNode;
import starling.learning.settings.Air;
import starling.learning.settings.TrialSettings;
import starling.learning.settings.Uplink;
import starling.learning.uplink.LayeredCode;
import starling.learning.uplink.ResidualFile;

/**
 * Every node sends a message of its own; the server decodes each as it comes and adds it, weighted by the node's samples, in fixed
 * point. The mean is over the nodes whose messages came: with some missing it stays a mean.
 */
final class DigitalCarrier implements Carrier {
    private final TrialSettings settings;
    private final Uplink.Digital uplink;
    private final SimulatedNodes nodes;
    private final LayeredCode code;
    private final @Nullable ResidualFile residuals;
    private final Consumer<String> warnings;

    DigitalCarrier(
            TrialSettings settings,
            Uplink.Digital uplink,
            SimulatedNodes nodes,
            LayeredCode code,
            @Nullable ResidualFile residuals,
            Consumer<String> warnings) {
        this.settings = settings;
        this.uplink = uplink;
        this.nodes = nodes;
        this.code = code;
        this.residuals = residuals;
        this.warnings = warnings;
    }

    @Override
    public Carried carry(long number, float[] weights) {
        Draw draw = new Draw(settings.seed(), 0, number, 0);
        Round round = new Round(Round.participants(nodes.all(), settings.participation(), draw), warnings);
        FixedPointSum sum = new FixedPointSum(Air.arithmetic(settings.nodes()), weights.length);
        double all = nodes.samples();
        nodes.each(round.nodes(), number, weights, (index, node, update) -> {
            round.loss(index, update.loss());
            try {
                Draw own = draw.withNode(node.number());
                byte[] message = encode(node, update.gradient(), own);
                float[] decoded = code.decode(message, own, weights.length);
                float share = (float) (node.samples().length / all);
                for (int i = 0; i < decoded.length; i++) {
                    decoded[i] *= share;
                }
                synchronized (sum) {
                    sum.add(decoded);
                }
                round.sent(index, message.length);
            } catch (IllegalArgumentException e) {
                round.refused(node, String.valueOf(e.getMessage()));
            }
        });
        int sent = round.sentCount();
        double uses = uplink.uses((double) Byte.SIZE * round.bytes());
        return new Carried(
                sent == 0 ? null : mean(sum, round.samplesSent() / all),
                round.loss(),
                round.nodes().size(),
                sent,
                round.refusals(),
                0,
                round.bytes(),
                uses,
                sent == 0 ? 0 : uses / sent * settings.nodes(),
                0);
    }

    private byte[] encode(LearningNode node, float[] gradient, Draw draw) {
        Double beta = uplink.feedback();
        if (residuals == null || beta == null) {
            return code.encode(gradient, draw);
        }
        ErrorFeedback feedback = residuals
                .read(node.number())
                .map(state -> ErrorFeedback.restore(code, state))
                .orElseGet(() -> new ErrorFeedback(code, gradient.length, beta));
        byte[] message = feedback.encode(gradient, draw);
        residuals.write(node.number(), feedback.state());
        return message;
    }

    private static float[] mean(FixedPointSum sum, double share) {
        float[] mean = new float[sum.length()];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sum.at(i) / share);
        }
        return mean;
    }
}
