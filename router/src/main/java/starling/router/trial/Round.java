package starling.router.trial;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import starling.learning.node.NodeWork;
import starling.learning.settings.TrialSettings;

/** Who takes part in a round, and what is counted while answers come in from several threads. */
final class Round {
    private final List<Fleet.Node> asked;
    private final int participants;
    private final BitSet taking = new BitSet();
    private final BitSet answered = new BitSet();
    private final BitSet sent = new BitSet();
    private final double[] losses;
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger outages = new AtomicInteger();
    private final Consumer<String> warnings;
    private long bytes;

    /**
     * A round in which nobody has answered yet.
     *
     * @param number from 0
     * @param there nodes that can be asked
     */
    Round(TrialSettings settings, long number, List<Fleet.Node> there, Consumer<String> warnings) {
        this.asked = there.stream()
                .filter(node -> NodeWork.works(settings, node.number(), number))
                .toList();
        int count = 0;
        for (int node = 0; node < settings.nodes(); node++) {
            count += NodeWork.takesPart(settings, node, number) ? 1 : 0;
        }
        this.participants = count;
        for (int i = 0; i < asked.size(); i++) {
            taking.set(i, NodeWork.takesPart(settings, asked.get(i).number(), number));
        }
        this.losses = new double[asked.size()];
        this.warnings = warnings;
        Arrays.fill(losses, Double.NaN);
    }

    /** Those who are to compute an update. */
    List<Fleet.Node> asked() {
        return asked;
    }

    /** How many take part, those among them that are away. */
    int participants() {
        return participants;
    }

    /** Notes that a node has answered with an update of this loss. */
    synchronized void answered(int index, double loss) {
        answered.set(index);
        losses[index] = loss;
    }

    /** Notes that a node is asked once more. */
    synchronized void askedAgain(int index) {
        answered.clear(index);
    }

    /** Notes that a node has answered once more. */
    synchronized void answeredAgain(int index) {
        answered.set(index);
    }

    synchronized void sent(int index, long length) {
        sent.set(index);
        bytes += length;
    }

    /** Notes and says that a node's update is left out. */
    void refused(int index, String why) {
        refused.incrementAndGet();
        warnings.accept("node " + asked.get(index).number() + " is left out: " + why);
    }

    void outage() {
        outages.incrementAndGet();
    }

    int refusals() {
        return refused.get();
    }

    int outages() {
        return outages.get();
    }

    /** How many take part and are away or did not answer in time. */
    synchronized int missing() {
        BitSet here = (BitSet) taking.clone();
        here.and(answered);
        return participants - here.cardinality();
    }

    /** Samples of those who answered, or were not asked. */
    synchronized double samplesHeard(List<Fleet.Node> there) {
        double all = there.stream().mapToDouble(Fleet.Node::samples).sum();
        for (int i = answered.nextClearBit(0); i < asked.size(); i = answered.nextClearBit(i + 1)) {
            all -= asked.get(i).samples();
        }
        return all;
    }

    synchronized int sentCount() {
        return sent.cardinality();
    }

    synchronized long bytes() {
        return bytes;
    }

    /** Samples of those whose update came in. */
    synchronized double samplesSent() {
        return sent.stream().mapToDouble(i -> asked.get(i).samples()).sum();
    }

    /** In the order of nodes, so that it does not depend on who was first. */
    synchronized double loss() {
        return Arrays.stream(losses)
                .filter(loss -> !Double.isNaN(loss))
                .average()
                .orElse(Double.NaN);
    }
}
