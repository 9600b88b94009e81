package starling.models.data;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;

/** What a source held, checked but not yet prepared. Immutable; the arrays handed in must not be written any more. */
final class Samples {
    /** The largest class number that is taken; more would be a column of measurements taken for classes. */
    static final int MAX_LABEL = 65_535;

    private final int[] shape;
    private final Values values;
    private final int[] labels;
    private final List<String> classNames;
    /** Places of the chosen samples, null for all in their order. */
    private final int @Nullable [] order;

    Samples(int[] shape, Values values, int[] labels, List<String> classNames) {
        this(shape, values, labels, classNames, null);
    }

    private Samples(int[] shape, Values values, int[] labels, List<String> classNames, int @Nullable [] order) {
        this.shape = shape;
        this.values = values;
        this.labels = labels;
        this.classNames = List.copyOf(classNames);
        this.order = order;
    }

    /** Class names for classes that have a number only. */
    static List<String> numbered(int classes) {
        return IntStream.range(0, classes).mapToObj(String::valueOf).toList();
    }

    int count() {
        return order == null ? labels.length : order.length;
    }

    int[] shape() {
        return shape.clone();
    }

    Values values() {
        return values;
    }

    List<String> classNames() {
        return classNames;
    }

    Samples withNames(List<String> names) {
        return new Samples(shape, values, labels, names, order);
    }

    /** The same samples where another part has labels too, so that both know of the same classes. */
    Samples withClassesOf(int[] otherLabels) {
        int classes = Arrays.stream(otherLabels).max().orElse(-1) + 1;
        return classes <= classNames.size() ? this : withNames(numbered(classes));
    }

    int label(int at) {
        return labels[place(at)];
    }

    void read(int at, Preparation preparation, float[] into, int offset) {
        preparation.apply(values, place(at) * (values.length() / labels.length), shape, into, offset);
    }

    private int place(int at) {
        return order == null ? at : order[at];
    }

    /** These samples, then those of {@code next}; both unordered. */
    Samples then(Samples next, String what) {
        if (!Shapes.text(shape).equals(Shapes.text(next.shape))) {
            throw new UnfitException("training and test samples must have one shape: those of " + what + " have "
                    + Shapes.text(shape) + " and " + Shapes.text(next.shape));
        }
        if ((long) values.length() + next.values.length() > DataFile.MAX_LENGTH) {
            throw new UnfitException("a data set must have at most " + DataFile.MAX_LENGTH + " numbers: " + what
                    + " has " + ((long) values.length() + next.values.length()));
        }
        int[] all = new int[labels.length + next.labels.length];
        System.arraycopy(labels, 0, all, 0, labels.length);
        System.arraycopy(next.labels, 0, all, labels.length, next.labels.length);
        List<String> names = classNames.size() >= next.classNames.size() ? classNames : next.classNames;
        return new Samples(shape, values.then(next.values), all, names);
    }

    /**
     * A part of samples that come without parts: they are shuffled (Fisher-Yates, xoroshiro128++ from the seed), the first
     * round(0.8 n) are for training, the others for testing, both in shuffled order, so that the first few are a fair
     * sample even when the file is sorted by class. {@link Split#ALL} leaves the file's order alone.
     */
    Samples part(Split part, long seed) {
        if (part == Split.ALL) {
            return this;
        }
        int[] places = IntStream.range(0, labels.length).toArray();
        UniformRandomProvider random = RandomSource.XO_RO_SHI_RO_128_PP.create(seed);
        for (int i = places.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int moved = places[i];
            places[i] = places[j];
            places[j] = moved;
        }
        int train = (int) Math.round(0.8 * places.length);
        int[] chosen = part == Split.TRAIN
                ? IntStream.range(0, train).map(i -> places[i]).toArray()
                : IntStream.range(train, places.length).map(i -> places[i]).toArray();
        return new Samples(shape, values, labels, classNames, chosen);
    }

    /** The samples that are at these places now. */
    Samples at(int[] places) {
        return new Samples(
                shape,
                values,
                labels,
                classNames,
                Arrays.stream(places).map(this::place).toArray());
    }

    /** Numbers string labels in the order in which {@link String#compareTo} sorts them. */
    static Samples named(int[] shape, Values values, List<String> labels) {
        List<String> names = labels.stream().sorted().distinct().toList();
        if (names.size() > MAX_LABEL + 1) {
            throw new UnfitException(
                    "there must be at most " + (MAX_LABEL + 1) + " classes: the last column has " + names.size());
        }
        int[] numbers = labels.stream()
                .mapToInt(label -> Collections.binarySearch(names, label))
                .toArray();
        return new Samples(shape, values, numbers, names);
    }
}
