package starling.learning.node;

import org.jspecify.annotations.Nullable;
import starling.codes.gradient.ErrorFeedback;
import starling.codes.random.Draw;
import starling.learning.model.Layout;
import starling.learning.node.LearningNode.Update;
import starling.learning.settings.TrialSettings;
import starling.learning.settings.Uplink;
import starling.learning.uplink.LayeredCode;
import starling.learning.uplink.Residuals;

/** Nodes that send messages of their own. */
final class MessageWork implements NodeWork {
    private final TrialSettings settings;
    private final LayeredCode code;
    private final @Nullable Residuals residuals;

    MessageWork(TrialSettings settings, Uplink.Digital uplink, Layout layout, @Nullable Residuals residuals) {
        this.settings = settings;
        this.code = LayeredCode.of(layout, uplink.codes());
        this.residuals = residuals;
    }

    @Override
    public InRound in(long round, double samples) {
        return (node, count, update) -> new Sending(new Draw(settings.seed(), node, round, 0), update);
    }

    private final class Sending implements NodeRound {
        private final Draw draw;
        private final Update update;

        Sending(Draw draw, Update update) {
            this.draw = draw;
            this.update = update;
        }

        @Override
        public Answer first() {
            try {
                return new Answer.Message(encode(update.gradient()));
            } catch (IllegalArgumentException e) {
                return new Answer.Refused(String.valueOf(e.getMessage()));
            }
        }

        private byte[] encode(float[] gradient) {
            Double beta = settings.uplink().feedback();
            if (residuals == null || beta == null) {
                return code.encode(gradient, draw);
            }
            ErrorFeedback feedback = residuals
                    .before(draw.node(), draw.round())
                    .map(state -> ErrorFeedback.restore(code, state))
                    .orElseGet(() -> new ErrorFeedback(code, gradient.length, beta));
            byte[] message = feedback.encode(gradient, draw);
            residuals.after(draw.node(), draw.round(), feedback.state());
            return message;
        }

        @Override
        public Answer frame(double scale) {
            throw new IllegalStateException("messages have no scale");
        }
    }
}
