package starling.learning.node;

import org.jspecify.annotations.Nullable;
import starling.codes.channel.ChannelGains;
import starling.codes.channel.MultipleAccessChannel;
import starling.codes.overair.LocalFeedback;
import starling.codes.overair.PowerReport;
import starling.codes.overair.RandomLinearCode;
import starling.codes.overair.RoundCode;
import starling.codes.overair.Sender;
import starling.codes.overair.Transmission;
import starling.codes.random.Draw;
import starling.learning.settings.TrialSettings;
import starling.learning.settings.Uplink;
import starling.learning.uplink.Residuals;

/** Nodes that send over the air: at once where nobody has a limit of power, otherwise after a report. */
final class AirWork implements NodeWork {
    private final TrialSettings settings;
    private final Uplink.OverTheAir uplink;
    private final RandomLinearCode code;
    private final MultipleAccessChannel channel;
    private final @Nullable Residuals residuals;

    AirWork(TrialSettings settings, Uplink.OverTheAir uplink, int length, @Nullable Residuals residuals) {
        this.settings = settings;
        this.uplink = uplink;
        this.code = uplink.code(length);
        this.channel = uplink.channel(code, settings.nodes());
        this.residuals = residuals;
    }

    @Override
    public InRound in(long round, double samples) {
        RoundCode matrix = code.in(new Draw(settings.seed(), 0, round, 0));
        return (node, count, update) ->
                new Sending(matrix, new Draw(settings.seed(), node, round, 0), count / samples, update.gradient());
    }

    private final class Sending implements NodeRound {
        private final RoundCode matrix;
        private final Draw draw;
        private final Sender sender;
        private final ChannelGains known;
        private final float[] gradient;

        Sending(RoundCode matrix, Draw draw, double weight, float[] gradient) {
            this.matrix = matrix;
            this.draw = draw;
            this.sender =
                    new Sender(weight, settings.participation(), uplink.air().energy(code.numbers()));
            this.known = channel.known(draw);
            this.gradient = gradient;
        }

        @Override
        public Answer first() {
            if (!uplink.air().isLimited()) {
                return frame(1);
            }
            try {
                return new Answer.Report(report());
            } catch (IllegalArgumentException e) {
                return new Answer.Refused(String.valueOf(e.getMessage()));
            }
        }

        private PowerReport report() {
            Double beta = uplink.feedback();
            if (residuals == null || beta == null) {
                return matrix.report(gradient, sender, known);
            }
            PowerReport report = feedback(residuals, beta).report(matrix, gradient, sender, known);
            // One that will not send must not hold down the scale of the others.
            return sender.takesPart(draw)
                    ? report
                    : new PowerReport(0, report.participation(), 0, new double[report.scales().length]);
        }

        @Override
        public Answer frame(double scale) {
            try {
                Transmission transmission = transmission(scale);
                return switch (transmission.state()) {
                    case SENT -> new Answer.Frame(transmission.symbols());
                    case OUTAGE -> new Answer.Outage();
                    case IDLE -> new Answer.Idle();
                };
            } catch (IllegalArgumentException e) {
                return new Answer.Refused(String.valueOf(e.getMessage()));
            }
        }

        private Transmission transmission(double scale) {
            Double beta = uplink.feedback();
            if (residuals == null || beta == null) {
                return matrix.encode(gradient, sender, known, scale, draw.node());
            }
            LocalFeedback feedback = feedback(residuals, beta);
            Transmission transmission = feedback.send(matrix, gradient, sender, known, scale, draw.node());
            residuals.after(draw.node(), draw.round(), feedback.state());
            return transmission;
        }

        private LocalFeedback feedback(Residuals kept, double beta) {
            return kept.before(draw.node(), draw.round())
                    .map(LocalFeedback::restore)
                    .orElseGet(() -> new LocalFeedback(gradient.length, beta));
        }
    }
}
