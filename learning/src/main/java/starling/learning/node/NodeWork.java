package starling.learning.node;

import org.jspecify.annotations.Nullable;
import starling.codes.overair.Sender;
import starling.codes.random.Draw;
import starling.learning.model.Layout;
import starling.learning.node.LearningNode.Update;
import starling.learning.settings.TrialSettings;
import starling.learning.settings.Uplink;
import starling.learning.uplink.Residuals;

/**
 * What nodes of a trial make of their updates: the same in a simulation as on a device, so that the router learns the same. Holds
 * nothing of a single node but through {@link Residuals}. May be used by several threads.
 */
public interface NodeWork {
    /**
     * The work of a trial.
     *
     * @param residuals must be there where the trial has feedback, and only there
     * @throws IllegalArgumentException when the uplink does not fit the model
     */
    static NodeWork of(TrialSettings settings, Layout layout, @Nullable Residuals residuals) {
        if ((residuals == null) != (settings.uplink().feedback() == null)) {
            throw new IllegalArgumentException("residuals are kept where there is feedback, and only there");
        }
        return settings.uplink() instanceof Uplink.OverTheAir air
                ? new AirWork(settings, air, layout.length(), residuals)
                : new MessageWork(settings, (Uplink.Digital) settings.uplink(), layout, residuals);
    }

    /** Whether a node takes part in a round, drawn by seed, node and round. */
    static boolean takesPart(TrialSettings settings, int node, long round) {
        return new Sender(1, settings.participation(), 1).takesPart(new Draw(settings.seed(), node, round, 0));
    }

    /** Whether a node computes in a round: over the air with residuals idle nodes do too, since what they do not send stays with them. */
    static boolean works(TrialSettings settings, int node, long round) {
        boolean always = settings.uplink() instanceof Uplink.OverTheAir
                && settings.uplink().feedback() != null;
        return always || takesPart(settings, node, round);
    }

    /**
     * The work of a round, for all nodes.
     *
     * @param round from 0
     * @param samples of all nodes together
     */
    InRound in(long round, double samples);

    /** The work of one round. */
    @FunctionalInterface
    interface InRound {
        /**
         * What a node does with its update.
         *
         * @param samples of this node
         */
        NodeRound of(int node, int samples, Update update);
    }

    /** One node in one round. */
    interface NodeRound {
        /** What it says when it has its update. */
        Answer first();

        /** What it sends after an {@link Answer.Report}, when the router has chosen the scale c. */
        Answer frame(double scale);
    }
}
