package starling.agent.learn;

import java.util.BitSet;
import starling.codes.channel.FixedPoint;
import starling.codes.channel.MultipleAccessChannel;
import starling.codes.overair.RandomLinearCode;
import starling.codes.random.Draw;
import starling.learning.node.Answer;
import starling.learning.node.NodeWork;
import starling.learning.protocol.Order;
import starling.learning.settings.TrialSettings;
import starling.learning.settings.Uplink;
import starling.models.UnfitException;

/**
 * Makes of a node's frame what arrives of it, and masks that: the channel is computed here, since the router must not see the frame. A node
 * that has nothing to send masks zeros, so that the masks of the others cancel.
 */
final class Hiding {
    private final TrialSettings settings;
    private final MultipleAccessChannel channel;
    private final FixedPoint arithmetic;
    private final int parts;
    private final boolean limited;
    private final int node;
    private final Masking masking;

    Hiding(TrialSettings settings, Uplink.OverTheAir uplink, int length, int node, Masking masking) {
        this.settings = settings;
        RandomLinearCode code = uplink.code(length);
        this.channel = uplink.channel(code, settings.nodes());
        this.arithmetic = channel.settings().arithmetic();
        this.limited = uplink.air().isLimited();
        this.parts = 2 * code.subchannels();
        this.node = node;
        this.masking = masking;
    }

    /** The masked frame in place of a frame, or of having none; what a node says before it is asked to send stays as it is. */
    Answer hidden(long round, Order order, Answer answer) {
        boolean early = limited && order instanceof Order.Update;
        if (early || answer instanceof Answer.Idle) {
            return answer;
        }
        BitSet roster = new BitSet();
        order.nodes().stream()
                .filter(one -> NodeWork.takesPart(settings, one, round))
                .forEach(roster::set);
        try {
            if (answer instanceof Answer.Frame frame) {
                long[] steps = steps(round, frame.symbols());
                return masking.mask(steps, round, roster, true, energy(frame.symbols()));
            }
            return masking.mask(new long[parts], round, roster, false, 0);
        } catch (UnfitException e) {
            return new Answer.Refused(String.valueOf(e.getMessage()));
        }
    }

    private long[] steps(long round, float[] symbols) {
        try {
            return arithmetic.steps(channel.arriving(symbols, new Draw(settings.seed(), node, round, 0)));
        } catch (IllegalArgumentException e) {
            throw new UnfitException(String.valueOf(e.getMessage()), e);
        }
    }

    private static double energy(float[] symbols) {
        double energy = 0;
        for (float part : symbols) {
            energy += (double) part * part;
        }
        return energy;
    }

    /** The keys that take this node's masks with missing ones out of the sum. */
    Answer reveal(long round, BitSet missing) {
        try {
            return masking.reveal(round, missing);
        } catch (UnfitException e) {
            return new Answer.Refused(String.valueOf(e.getMessage()));
        }
    }
}
