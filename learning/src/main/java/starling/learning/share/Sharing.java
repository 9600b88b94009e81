package starling.learning.share;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.AhrensDieterMarsagliaTsangGammaSampler;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;
import starling.models.UnfitException;

/**
 * How the samples of a data set are dealt to nodes. Every sample goes to one node and every node has at least one.
 *
 * <p>Sources: by label as in McMahan et al. 2017 (shards of the samples sorted by class), Dirichlet as in Hsu, Qi and Brown 2019.
 */
public sealed interface Sharing {
    /**
     * The places of each node's samples.
     *
     * @param labels the class of each sample
     * @param nodes at least 1
     * @throws UnfitException when there are fewer samples than nodes, or a rule of the sharing is broken
     */
    default List<int[]> deal(int[] labels, int nodes, long seed) {
        if (labels.length < nodes) {
            throw new UnfitException(
                    "every node needs a sample of its own: " + labels.length + " samples for " + nodes + " nodes");
        }
        return spread(labels, nodes, RandomSource.XO_SHI_RO_256_PP.create(seed));
    }

    /** The dealing itself. */
    List<int[]> spread(int[] labels, int nodes, UniformRandomProvider random);

    /** All alike: samples at random, numbers of samples that differ by at most one. */
    record Iid() implements Sharing {
        @Override
        public List<int[]> spread(int[] labels, int nodes, UniformRandomProvider random) {
            return Dealing.equal(Dealing.shuffled(labels.length, random), nodes);
        }
    }

    /**
     * Few classes at each node: samples sorted by class are cut into nodes x labels equal runs, and each node is dealt so many
     * at random.
     *
     * @param labels runs of a node, at least 1
     */
    record ByLabel(int labels) implements Sharing {
        @Override
        public List<int[]> spread(int[] classes, int nodes, UniformRandomProvider random) {
            long runs = (long) nodes * labels;
            if (runs > classes.length) {
                throw new UnfitException("every run of a class needs a sample: " + classes.length + " samples for "
                        + nodes + " nodes with " + labels + " runs each");
            }
            int[] order = Dealing.shuffled(classes.length, random);
            int[] sorted = Arrays.stream(order)
                    .boxed()
                    .sorted((a, b) -> Integer.compare(classes[a], classes[b]))
                    .mapToInt(place -> place)
                    .toArray();
            List<int[]> cut = Dealing.equal(sorted, (int) runs);
            int[] dealt = Dealing.shuffled((int) runs, random);
            return IntStream.range(0, nodes)
                    .mapToObj(node -> IntStream.range(node * labels, (node + 1) * labels)
                            .flatMap(run -> Arrays.stream(cut.get(dealt[run])))
                            .toArray())
                    .toList();
        }
    }

    /**
     * Each class is spread over the nodes by shares from a Dirichlet law.
     *
     * @param alpha of the law, positive; small for nodes with few classes, large for equal ones
     */
    record Dirichlet(double alpha) implements Sharing {
        public Dirichlet {
            if (!(alpha > 0 && alpha < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("alpha of a Dirichlet law must be positive: " + alpha);
            }
        }

        @Override
        public List<int[]> spread(int[] labels, int nodes, UniformRandomProvider random) {
            Map<Integer, List<Integer>> classes = new LinkedHashMap<>();
            for (int place : Dealing.shuffled(labels.length, random)) {
                classes.computeIfAbsent(labels[place], label -> new ArrayList<>())
                        .add(place);
            }
            List<List<Integer>> dealt = Dealing.empty(nodes);
            var gamma = AhrensDieterMarsagliaTsangGammaSampler.of(random, alpha, 1);
            for (int label : classes.keySet().stream().sorted().toList()) {
                double[] shares = IntStream.range(0, nodes)
                        .mapToDouble(node -> gamma.sample())
                        .toArray();
                Dealing.byShares(classes.getOrDefault(label, List.of()), shares, dealt);
            }
            return Dealing.withoutEmpty(dealt);
        }
    }

    /**
     * Nodes with different numbers of samples, lognormal, and all classes.
     *
     * @param spread the standard deviation of the logarithm of a node's share, not negative
     */
    record Unbalanced(double spread) implements Sharing {
        @Override
        public List<int[]> spread(int[] labels, int nodes, UniformRandomProvider random) {
            ZigguratSampler.NormalizedGaussian normal = ZigguratSampler.NormalizedGaussian.of(random);
            double[] shares = IntStream.range(0, nodes)
                    .mapToDouble(node -> StrictMath.exp(spread * normal.sample()))
                    .toArray();
            List<List<Integer>> dealt = Dealing.empty(nodes);
            Dealing.byShares(
                    Arrays.stream(Dealing.shuffled(labels.length, random))
                            .boxed()
                            .toList(),
                    shares,
                    dealt);
            return Dealing.withoutEmpty(dealt);
        }
    }

    /**
     * The samples of a user stay together: users in the order in which they appear are dealt to the nodes in turn.
     *
     * @param file with the name of a user on each line, a line for each sample
     */
    record ByUser(String file) implements Sharing {
        @Override
        public List<int[]> spread(int[] labels, int nodes, UniformRandomProvider random) {
            List<String> names;
            try {
                names = Files.readAllLines(Path.of(file), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UnfitException(
                        "the users '" + file + "' cannot be read: "
                                + e.getClass().getSimpleName() + " " + e.getMessage(),
                        e);
            }
            if (names.size() != labels.length) {
                throw new UnfitException("users need a line for each of the " + labels.length + " samples: '" + file
                        + "' has " + names.size());
            }
            Map<String, Integer> users = new LinkedHashMap<>();
            List<List<Integer>> dealt = Dealing.empty(nodes);
            for (int i = 0; i < labels.length; i++) {
                int user = users.computeIfAbsent(names.get(i), name -> users.size());
                dealt.get(user % nodes).add(i);
            }
            if (users.size() < nodes) {
                throw new UnfitException("every node needs a user: " + users.size() + " users for " + nodes + " nodes");
            }
            return Dealing.arrays(dealt);
        }
    }

    /** Every node has samples of its own, which nobody else sees: only for agents. */
    record Own() implements Sharing {
        @Override
        public List<int[]> spread(int[] labels, int nodes, UniformRandomProvider random) {
            throw new UnfitException("samples that nodes have of their own cannot be dealt: 'share: {by: own}' is for"
                    + " agents, with --broker");
        }
    }
}
