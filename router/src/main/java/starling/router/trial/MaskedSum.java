package starling.router.trial;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import starling.codes.channel.ChannelRound;
import starling.codes.overair.PairwiseMask;
import starling.learning.node.Answer;
import starling.learning.node.NodeWork;
import starling.learning.settings.TrialSettings;

/**
 * What the router knows of masked frames in a round: whose came. The masks of those that did not come are taken out of the sum by the keys
 * that the others reveal; a frame that comes after that is not accepted. Without masked frames it is whole from the first.
 */
final class MaskedSum {
    private final TrialSettings settings;
    private final long round;
    private final ChannelRound air;
    private final BitSet came = new BitSet();
    private final AtomicInteger length = new AtomicInteger();
    private List<Fleet.Node> meant = List.of();

    /** Of a round, counted from 0. */
    MaskedSum(TrialSettings settings, long round, ChannelRound air) {
        this.settings = settings;
        this.round = round;
        this.air = air;
    }

    /** Only these nodes are to send, of all that were asked. */
    void only(List<Fleet.Node> senders) {
        meant = senders;
    }

    /**
     * Adds a frame.
     *
     * @throws IllegalArgumentException as of {@link ChannelRound#addMasked}
     */
    synchronized void add(int node, Answer.Masked masked) {
        air.addMasked(node, masked.steps(), masked.energy());
        length.set(masked.steps().length);
        came.set(node);
    }

    /**
     * Takes the masks of missing nodes out of the sum.
     *
     * @return whether no mask is left in it
     */
    boolean isWhole(List<Fleet.Node> asked, Fleet fleet, Consumer<String> warnings) {
        if (came.isEmpty()) {
            return true;
        }
        List<Fleet.Node> roster = meant.isEmpty() ? asked : meant;
        BitSet missing = new BitSet();
        roster.stream()
                .mapToInt(Fleet.Node::number)
                .filter(node -> NodeWork.takesPart(settings, node, round) && !came.get(node))
                .forEach(missing::set);
        if (!missing.isEmpty()) {
            missing.stream().forEach(air::exclude);
            List<Fleet.Node> senders =
                    roster.stream().filter(node -> came.get(node.number())).toList();
            AtomicInteger told = new AtomicInteger();
            fleet.reveal(senders, missing, round, (place, loss, answer) -> {
                if (correct(senders.get(place).number(), missing, answer)) {
                    told.incrementAndGet();
                }
            });
            if (told.get() < senders.size()) {
                warnings.accept("round " + (round + 1) + " is void: the masks of " + missing.cardinality()
                        + " missing nodes stay in the sum, since the keys of " + told + " of " + senders.size()
                        + " nodes came");
                return false;
            }
        }
        try {
            air.received();
            return true;
        } catch (IllegalStateException e) {
            warnings.accept("round " + (round + 1) + " is void: " + e.getMessage());
            return false;
        }
    }

    private boolean correct(int sender, BitSet missing, Answer answer) {
        if (!(answer instanceof Answer.Keys keys)) {
            return false;
        }
        Map<Integer, byte[]> byNode = keys.byNode();
        if (!byNode.keySet().equals(missing.stream().boxed().collect(Collectors.toSet()))) {
            return false;
        }
        byNode.forEach((node, key) -> air.addCorrection(PairwiseMask.correction(sender, node, key, length.get())));
        return true;
    }
}
