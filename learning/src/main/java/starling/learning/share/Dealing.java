package starling.learning.share;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;

/** Ways to cut samples into parts. */
final class Dealing {
    private Dealing() {}

    static int[] shuffled(int count, UniformRandomProvider random) {
        int[] order = IntStream.range(0, count).toArray();
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int place = order[i];
            order[i] = order[j];
            order[j] = place;
        }
        return order;
    }

    /** Parts whose sizes differ by at most one. */
    static List<int[]> equal(int[] places, int parts) {
        return IntStream.range(0, parts)
                .mapToObj(part -> Arrays.copyOfRange(places, (int) ((long) part * places.length / parts), (int)
                        ((part + 1L) * places.length / parts)))
                .toList();
    }

    static List<List<Integer>> empty(int nodes) {
        return IntStream.range(0, nodes)
                .mapToObj(node -> (List<Integer>) new ArrayList<Integer>())
                .toList();
    }

    /** Deals places in proportion to shares: cuts are rounded, so that each is off by less than one sample. */
    static void byShares(List<Integer> places, double[] shares, List<List<Integer>> dealt) {
        double all = Arrays.stream(shares).sum();
        double before = 0;
        int from = 0;
        for (int node = 0; node < shares.length; node++) {
            before += shares[node];
            boolean last = node == shares.length - 1;
            int to = last || !(all > 0) ? last ? places.size() : from : (int) Math.round(places.size() * before / all);
            dealt.get(node).addAll(places.subList(from, Math.max(from, to)));
            from = Math.max(from, to);
        }
    }

    /** Nodes that got nothing take one sample each of the node that has most. */
    static List<int[]> withoutEmpty(List<List<Integer>> dealt) {
        for (List<Integer> one : dealt) {
            if (one.isEmpty()) {
                List<Integer> most =
                        dealt.stream().max(Comparator.comparingInt(List::size)).orElseThrow();
                one.add(most.remove(most.size() - 1));
            }
        }
        return arrays(dealt);
    }

    static List<int[]> arrays(List<List<Integer>> dealt) {
        return dealt.stream()
                .map(one -> one.stream().mapToInt(place -> place).toArray())
                .toList();
    }
}
