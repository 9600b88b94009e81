package starling.models.data;

import java.util.List;
import java.util.Locale;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import starling.models.UnfitException;

/**
 * How samples are put together to groups: the options {@code group=SIZE}, {@code groups=COUNT} and {@code label=RULE} of data.
 *
 * @param size samples of a group, at least 1
 * @param count groups, 0 for as many as there are samples
 * @param rule what the class of a group is
 * @param wanted the class that {@link Rule#ANY} looks for
 */
record Grouping(int size, int count, Rule rule, int wanted) {
    private static final int MOST_SIZE = 1024;

    /** What the class of a group is, from those of its samples. */
    enum Rule {
        /** Their sum. */
        SUM,
        /** Their mean, rounded to the nearest whole number, halves up. */
        MEAN,
        /** 1 where one of them is the wanted class, 0 elsewhere; written {@code any/CLASS}. */
        ANY
    }

    Grouping {
        if (size < 1 || size > MOST_SIZE) {
            throw new UnfitException("a group must have 1 to " + MOST_SIZE + " samples: group=" + size);
        }
        if ((long) size * count > Integer.MAX_VALUE) {
            throw new UnfitException("groups must have at most " + Integer.MAX_VALUE + " members in all: " + count
                    + " groups of " + size + " have " + (long) size * count);
        }
    }

    /**
     * From the words of the command line.
     *
     * @throws UnfitException naming a rule there is not
     */
    static Grouping of(int size, int count, String rule) {
        if (rule.equals("sum") || rule.equals("mean")) {
            return new Grouping(size, count, Rule.valueOf(rule.toUpperCase(Locale.ROOT)), 0);
        }
        int wanted = rule.startsWith("any/") ? Numbers.parseCount(rule.substring("any/".length())) : -1;
        if (wanted < 0) {
            throw new UnfitException("label must be sum, mean or any/CLASS, a class by its number: '" + rule + "'");
        }
        return new Grouping(size, count, Rule.ANY, wanted);
    }

    /** The same with a count. */
    Grouping counted(int samples) {
        return count == 0 ? new Grouping(size, samples, rule, wanted) : this;
    }

    /** Members of all groups, one group behind the other. */
    int[] draw(int samples, long seed) {
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(seed);
        return IntStream.generate(() -> random.nextInt(samples))
                .limit((long) size * count)
                .toArray();
    }

    /** The class of each group. */
    int[] labels(int[] members, IntUnaryOperator label) {
        int[] labels = new int[count];
        for (int group = 0; group < count; group++) {
            int sum = 0;
            boolean found = false;
            for (int i = group * size; i < (group + 1) * size; i++) {
                int one = label.applyAsInt(members[i]);
                sum = Math.addExact(sum, one);
                found |= one == wanted;
            }
            labels[group] = switch (rule) {
                case SUM -> sum;
                case MEAN -> (2 * sum + size) / (2 * size);
                case ANY -> found ? 1 : 0;
            };
        }
        return labels;
    }

    /** Names of the groups' classes. */
    List<String> classNames(List<String> single) {
        return switch (rule) {
            case SUM -> Samples.numbered((single.size() - 1) * size + 1);
            case MEAN -> Samples.numbered(single.size());
            case ANY -> {
                if (wanted >= single.size()) {
                    throw new UnfitException(
                            "the class of label=any/CLASS must be below " + single.size() + ": it is " + wanted);
                }
                yield List.of("no " + single.get(wanted), single.get(wanted));
            }
        };
    }

    /** As it is written among the options of data. */
    @Override
    public String toString() {
        String word = rule.name().toLowerCase(Locale.ROOT) + (rule == Rule.ANY ? "/" + wanted : "");
        return "group=" + size + (count == 0 ? "" : ",groups=" + count) + ",label=" + word;
    }
}
