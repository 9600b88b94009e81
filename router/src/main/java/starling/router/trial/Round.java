package starling.router.trial;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import starling.codes.overair.Sender;
import starling.codes.random.Draw;
import starling.learning.node.LearningNode;

/** Who takes part in a round, and what is counted while updates come in from several threads. */
final class Round {
    private final List<LearningNode> nodes;
    private final double[] losses;
    private final BitSet sent = new BitSet();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger outages = new AtomicInteger();
    private final Consumer<String> warnings;
    private long bytes;

    Round(List<LearningNode> nodes, Consumer<String> warnings) {
        this.nodes = nodes;
        this.losses = new double[nodes.size()];
        this.warnings = warnings;
        Arrays.fill(losses, Double.NaN);
    }

    /** Those who take part: each with the probability, by a draw of seed, node and round. */
    static List<LearningNode> participants(List<LearningNode> all, double probability, Draw draw) {
        Sender sender = new Sender(1, probability, 1);
        return all.stream()
                .filter(node -> sender.takesPart(draw.withNode(node.number())))
                .toList();
    }

    List<LearningNode> nodes() {
        return nodes;
    }

    void loss(int index, double loss) {
        losses[index] = loss;
    }

    synchronized void sent(int index, long length) {
        sent.set(index);
        bytes += length;
    }

    /** Notes and says that a node's update is left out. */
    void refused(LearningNode node, String why) {
        refused.incrementAndGet();
        warnings.accept("node " + node.number() + " is left out: " + why);
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

    synchronized int sentCount() {
        return sent.cardinality();
    }

    synchronized long bytes() {
        return bytes;
    }

    /** Samples of those whose update came in. */
    synchronized long samplesSent() {
        return sent.stream().mapToLong(i -> nodes.get(i).samples().length).sum();
    }

    /** In the order of nodes, so that it does not depend on who was first. */
    double loss() {
        return Arrays.stream(losses)
                .filter(loss -> !Double.isNaN(loss))
                .average()
                .orElse(Double.NaN);
    }
}
