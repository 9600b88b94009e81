package starling.models.data;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;

/**
 * Labelled samples, ready for a model: numbered from 0, all of one shape, prepared as their {@link DataSpec} says when they
 * are read and not before, so that images of bytes take a byte a pixel in memory. Immutable; any number of threads may
 * read at once.
 */
public final class Dataset {
    private final String name;
    private final Samples samples;
    private final Preparation preparation;
    private final int[] shape;
    private final int elements;
    private final @Nullable Groups groups;
    private final int from;
    private final int count;

    private Dataset(
            String name, Samples samples, Preparation preparation, @Nullable Groups groups, int from, int count) {
        this.name = name;
        this.samples = samples;
        this.preparation = preparation;
        int[] single = preparation.shape(samples.shape());
        this.shape = groups == null ? single : groups.shape(single);
        this.elements = Shapes.elements(shape);
        this.groups = groups;
        this.from = from;
        this.count = count;
    }

    static Dataset of(String name, Samples samples, Preparation preparation, int limit) {
        preparation.checkRange(samples.values().least(), samples.values().most());
        return new Dataset(name, samples, preparation, null, 0, Math.min(limit, samples.count()));
    }

    /** Where the samples come from and which part they are, for example {@code builtin:mnist,split=test}. */
    public String name() {
        return name;
    }

    /** How many samples there are, at least one unless this is an empty {@link #slice}. */
    public int count() {
        return count;
    }

    /** Shape of one sample, without a batch dimension: {1, 28, 28} for a grey image, {24} for a row of a table. */
    public int[] sampleShape() {
        return shape.clone();
    }

    /** Product of {@link #sampleShape}. */
    public int elements() {
        return elements;
    }

    /** How many classes the whole source knows (in all its parts): every label is below this number. */
    public int classes() {
        return samples.classNames().size();
    }

    /** A name for each class; its number in digits where the source has no other. */
    public List<String> classNames() {
        return samples.classNames();
    }

    /**
     * The class of sample {@code i}.
     *
     * @throws IndexOutOfBoundsException unless 0 &lt;= i &lt; count
     */
    public int label(int i) {
        int place = from + Objects.checkIndex(i, count);
        return groups == null ? samples.label(place) : groups.labels()[place];
    }

    /** The classes of all samples in order. */
    public int[] labels() {
        return IntStream.range(0, count).map(this::label).toArray();
    }

    /**
     * Writes sample {@code i} to {@code into[offset] .. into[offset + elements - 1]}. About 2 ns an element; allocates
     * nothing.
     *
     * @throws IndexOutOfBoundsException unless 0 &lt;= i &lt; count and the array has room
     */
    public void read(int i, float[] into, int offset) {
        Objects.checkIndex(i, count);
        Objects.checkFromIndexSize(offset, elements, into.length);
        readPlace(from + i, into, offset);
    }

    /**
     * Writes samples {@code from .. from + count - 1} one after the other from {@code into[0]} on.
     *
     * @throws IndexOutOfBoundsException unless all of them exist and the array has room
     */
    public void readBatch(int from, int count, float[] into) {
        Objects.checkFromIndexSize(from, count, this.count);
        if ((long) count * elements > into.length) {
            throw new IndexOutOfBoundsException(
                    count + " samples of " + elements + " elements do not fit into " + into.length);
        }
        for (int i = 0; i < count; i++) {
            readPlace(this.from + from + i, into, i * elements);
        }
    }

    /**
     * The samples {@code from .. from + count - 1} as a data set of their own; nothing is copied.
     *
     * @throws IndexOutOfBoundsException unless all of them exist
     */
    public Dataset slice(int from, int count) {
        Objects.checkFromIndexSize(from, count, this.count);
        return new Dataset(name, samples, preparation, groups, this.from + from, count);
    }

    /**
     * Groups of samples as samples of their own, as if several sensors saw one each: the first dimension is {@code size} times as long, the class is what the grouping makes of the classes. Groups are drawn at random, with repetition; nothing
     * is copied. Memory: 4 bytes a member.
     *
     * @throws UnfitException if this data set is made of groups already
     */
    Dataset grouped(Grouping wanted, long seed) {
        Grouping grouping = wanted.counted(count);
        if (groups != null) {
            throw new UnfitException("groups of groups cannot be made: " + name + " has groups of " + groups.size());
        }
        int[] places = grouping.draw(count, seed);
        int[] labels = grouping.labels(places, this::label);
        for (int i = 0; i < places.length; i++) {
            places[i] += from;
        }
        return new Dataset(
                name + "," + grouping,
                samples.withNames(grouping.classNames(samples.classNames())),
                preparation,
                new Groups(grouping.size(), places, labels),
                0,
                labels.length);
    }

    /** Members and class of each group. */
    @SuppressWarnings("ArrayRecordComponent") // never written, compared by nobody
    private record Groups(int size, int[] places, int[] labels) {
        int[] shape(int[] single) {
            int[] shape = single.clone();
            shape[0] = Math.multiplyExact(size, single[0]);
            return shape;
        }

        Groups at(int[] chosen) {
            int[] members = new int[chosen.length * size];
            int[] classes = new int[chosen.length];
            for (int i = 0; i < chosen.length; i++) {
                System.arraycopy(places, chosen[i] * size, members, i * size, size);
                classes[i] = labels[chosen[i]];
            }
            return new Groups(size, members, classes);
        }

        void read(Samples samples, int group, Preparation preparation, float[] into, int offset, int elements) {
            int each = elements / size;
            for (int member = 0; member < size; member++) {
                samples.read(places[group * size + member], preparation, into, offset + member * each);
            }
        }
    }

    private void readPlace(int place, float[] into, int offset) {
        if (groups == null) {
            samples.read(place, preparation, into, offset);
        } else {
            groups.read(samples, place, preparation, into, offset, elements);
        }
    }

    /**
     * Two data sets with no sample in common, evenly mixed: of every run of samples both get their share, so that both are
     * fair where the file is sorted in any way. Together they are the first {@code first + second} samples.
     *
     * @throws IllegalArgumentException unless both counts are at least 1 and there are so many samples
     */
    public List<Dataset> apart(int first, int second) {
        int both = Math.addExact(first, second);
        if (first < 1 || second < 1 || both > count) {
            throw new IllegalArgumentException(
                    "of " + count + " samples " + first + " and " + second + " were asked for");
        }
        int[] firsts = new int[first];
        int[] seconds = new int[second];
        int taken = 0;
        for (int i = 0; i < both; i++) {
            if ((i + 1L) * first / both > taken) {
                firsts[taken++] = from + i;
            } else {
                seconds[i - taken] = from + i;
            }
        }
        return List.of(at(firsts), at(seconds));
    }

    private Dataset at(int[] places) {
        return groups == null
                ? new Dataset(name, samples.at(places), preparation, null, 0, places.length)
                : new Dataset(name, samples, preparation, groups.at(places), 0, places.length);
    }

    /**
     * Checks that a sample can be reshaped to a model's input.
     *
     * @param modelShape shape of the input for one sample; a dimension below 1 is a symbolic one and stands for 1
     * @throws UnfitException if the element counts differ; the sentence has both shapes
     */
    public void requireElements(int[] modelShape) {
        int[] one = Arrays.stream(modelShape).map(size -> Math.max(1, size)).toArray();
        long wanted = 1;
        for (int size : one) {
            wanted = Math.min(Long.MAX_VALUE / Integer.MAX_VALUE, wanted) * size;
        }
        if (wanted != elements) {
            throw new UnfitException(
                    "samples must have as many elements as the model's input: those of " + name + " are "
                            + Shapes.text(shape) + " (" + elements + " elements), the input is " + Shapes.text(one)
                            + " (" + wanted
                            + " elements)");
        }
    }
}
