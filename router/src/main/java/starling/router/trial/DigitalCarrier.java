package starling.router.trial;

import java.util.List;
import java.util.function.Consumer;
import starling.codes.MalformedMessageException;
import starling.codes.channel.FixedPointSum;
import starling.codes.random.Draw;
import starling.learning.node.Answer;
import starling.learning.settings.Air;
import starling.learning.settings.TrialSettings;
import starling.learning.settings.Uplink;
import starling.learning.uplink.LayeredCode;

/**
 * Every node sends a message of its own; the server decodes each as it comes and adds it, weighted by the node's samples, in fixed
 * point. The mean is over the nodes whose messages came: with some missing it stays a mean.
 */
final class DigitalCarrier implements Carrier {
    private final TrialSettings settings;
    private final Uplink.Digital uplink;
    private final Fleet fleet;
    private final LayeredCode code;
    private final Consumer<String> warnings;

    DigitalCarrier(
            TrialSettings settings, Uplink.Digital uplink, Fleet fleet, LayeredCode code, Consumer<String> warnings) {
        this.settings = settings;
        this.uplink = uplink;
        this.fleet = fleet;
        this.code = code;
        this.warnings = warnings;
    }

    @Override
    public Carried carry(long number, float[] weights) {
        List<Fleet.Node> there = fleet.there();
        Round round = new Round(settings, number, there, warnings);
        FixedPointSum sum = new FixedPointSum(Air.arithmetic(settings.nodes()), weights.length);
        double all = fleet.samples();
        fleet.update(round.asked(), number, weights, (index, loss, answer) -> {
            round.answered(index, loss);
            Fleet.Node node = round.asked().get(index);
            if (answer instanceof Answer.Refused refused) {
                round.refused(index, refused.why());
            } else if (answer instanceof Answer.Message message) {
                try {
                    Draw own = new Draw(settings.seed(), node.number(), number, 0);
                    add(sum, code.decode(message.bytes(), own, weights.length), (float) (node.samples() / all));
                    round.sent(index, message.bytes().length);
                } catch (IllegalArgumentException | MalformedMessageException e) {
                    round.refused(index, String.valueOf(e.getMessage()));
                }
            } else {
                round.refused(index, "a node of this trial must answer with a message");
            }
        });
        int sent = round.sentCount();
        double uses = uplink.uses((double) Byte.SIZE * round.bytes());
        return new Carried(
                sent == 0 ? null : mean(sum, round.samplesSent() / all),
                round,
                uses,
                sent == 0 ? 0 : uses / sent * settings.nodes(),
                0);
    }

    private static void add(FixedPointSum sum, float[] update, float share) {
        for (int i = 0; i < update.length; i++) {
            update[i] *= share;
        }
        synchronized (sum) {
            sum.add(update);
        }
    }

    private static float[] mean(FixedPointSum sum, double share) {
        float[] mean = new float[sum.length()];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sum.at(i) / share);
        }
        return mean;
    }
}
