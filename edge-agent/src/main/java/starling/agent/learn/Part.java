package starling.agent.learn;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import starling.codes.random.Draw;
import starling.learning.model.LocalModel;
import starling.learning.model.TrialModel;
import starling.learning.node.Answer;
import starling.learning.node.LearningNode;
import starling.learning.node.NodeWork;
import starling.learning.protocol.Order;
import starling.learning.protocol.Reply;
import starling.learning.protocol.TrialNotice;
import starling.learning.settings.TrialSettings;
import starling.learning.settings.Uplink;
import starling.learning.share.Sharing;
import starling.models.UnfitException;
import starling.models.data.Dataset;
import starling.models.data.Split;

/** This node's part in one trial: its samples, its copy of the model, and what it does with an order. For one thread at a time. */
final class Part implements AutoCloseable {
    private final TrialSettings settings;
    private final LearningNode node;
    private final Dataset data;
    private final LocalModel model;
    private final NodeWork work;
    private final @Nullable OwnResidual residual;
    private final @Nullable Hiding hiding;
    private NodeWork.@Nullable NodeRound reported;
    private long reportedRound = -1;

    /**
     * Opens what a trial needs.
     *
     * @throws UnfitException when the trial's settings are not understood here, or the data or model do not fit
     */
    Part(TrialNotice notice, LearnerSettings own, Masking masking) {
        settings = TrialSettings.parse("the trial", notice.settings());
        int number = own.node();
        if (number >= settings.nodes()) {
            throw new UnfitException(
                    "a trial of " + settings.nodes() + " nodes has those from 0: this is node " + number);
        }
        data = (own.data() == null ? settings.data() : own.data()).open(Split.TRAIN, settings.seed());
        node = new LearningNode(number, samples(number, notice.samples()));
        TrialModel trial = TrialModel.of(own.model() == null ? settings.model() : own.model(), data, settings.seed());
        if (trial.layout().length() != notice.numbers()) {
            throw new UnfitException(
                    "the trial's model has " + notice.numbers() + " numbers: with the data and the model"
                            + " of this device it has " + trial.layout().length());
        }
        residual = settings.uplink().feedback() == null
                ? null
                : new OwnResidual(own.state(), notice.trial(), settings.checkpoint());
        try {
            work = NodeWork.of(settings, trial.layout(), residual);
        } catch (IllegalArgumentException e) {
            throw new UnfitException("the trial must fit its model: " + e.getMessage(), e);
        }
        hiding = settings.uplink() instanceof Uplink.OverTheAir air && air.masked()
                ? new Hiding(settings, air, trial.layout().length(), number, masking)
                : null;
        model = new LocalModel(trial, own.threads());
    }

    private int[] samples(int number, int all) {
        if (settings.sharing() instanceof Sharing.Own) {
            return IntStream.range(0, data.labels().length).toArray();
        }
        if (data.labels().length != all) {
            throw new UnfitException(
                    "the trial's data set has " + all + " samples: here it has " + data.labels().length);
        }
        List<int[]> shares = settings.sharing().deal(data.labels(), settings.nodes(), settings.seed());
        return shares.get(number);
    }

    /** Whether frames are masked, so that others need this node's key. */
    boolean isMasked() {
        return hiding != null;
    }

    int samples() {
        return node.samples().length;
    }

    /** Numbers of the model. */
    int length() {
        return model.length();
    }

    /**
     * Does what is ordered.
     *
     * @return the answer; empty where none is due: the order is not for this node, or it has nothing to send
     */
    Optional<Reply> follow(long round, Order order) {
        if (!order.nodes().get(node.number())) {
            return Optional.empty();
        }
        if (order instanceof Order.Reveal reveal) {
            return hiding == null
                    ? Optional.empty()
                    : Optional.of(new Reply(Double.NaN, hiding.reveal(round, reveal.missing())));
        }
        if (order instanceof Order.Send send) {
            NodeWork.NodeRound one = reported;
            reported = null;
            return one == null || reportedRound != round
                    ? Optional.empty()
                    : Optional.of(new Reply(Double.NaN, hidden(round, order, one.frame(send.scale()))));
        }
        Order.Update update = (Order.Update) order;
        reported = null;
        if (residual != null) {
            residual.begin(round, update.heard().get(node.number()));
        }
        float[] heard =
                settings.uplink().air().heard(update.weights(), new Draw(settings.seed(), node.number(), round, 0));
        model.set(heard);
        LearningNode.Update learned = node.update(model, heard, data, settings.local(), round, settings.seed());
        NodeWork.NodeRound one = work.in(round, update.samples()).of(node.number(), samples(), learned);
        Answer answer = one.first();
        if (answer instanceof Answer.Report) {
            reported = one;
            reportedRound = round;
        }
        return Optional.of(new Reply(learned.loss(), hidden(round, order, answer)));
    }

    private Answer hidden(long round, Order order, Answer answer) {
        return hiding == null ? answer : hiding.hidden(round, order, answer);
    }

    @Override
    public void close() {
        model.close();
    }
}
