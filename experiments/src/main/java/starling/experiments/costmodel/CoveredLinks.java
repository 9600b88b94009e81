package starling.experiments.costmodel;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;

/** The values a node sends for one layer when random weights are kept: of every number of nodes and sparsity one link is drawn. */
final class CoveredLinks {
    private record Case(int workers, double sparsity) {}

    private final Map<Case, RandomCover> covers = new LinkedHashMap<>();

    CoveredLinks(int neurons, Context context) {
        for (int workers : CostModel.WORKERS) {
            for (double sparsity : CostModel.SPARSITIES) {
                long seed = context.seed() * 1_000_003 + 1009L * workers + Math.round(100 * sparsity);
                covers.put(new Case(workers, sparsity), RandomCover.draw(neurons / workers, 1 - sparsity, seed));
            }
            context.say("covered links between " + workers + " nodes");
        }
    }

    /** The cover of a link, to each of the P - 1 other nodes. */
    double values(int workers, double sparsity) {
        RandomCover cover = covers.get(new Case(workers, sparsity));
        if (cover == null) {
            throw new IllegalArgumentException("no link was drawn for " + workers + " nodes and sparsity " + sparsity);
        }
        return (double) cover.values() * (workers - 1);
    }

    /** Every cover is proved to be minimal. */
    List<Claim> claims() {
        long unproved =
                covers.values().stream().filter(cover -> !cover.proved()).count();
        return List.of(Claim.atMost("covers-not-proved-minimal", 0, (double) unproved, true));
    }
}
