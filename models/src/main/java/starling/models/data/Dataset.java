package starling.models.data;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
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
    private final int from;
    private final int count;

    private Dataset(String name, Samples samples, Preparation preparation, int from, int count) {
        this.name = name;
        this.samples = samples;
        this.preparation = preparation;
        this.shape = preparation.shape(samples.shape());
        this.elements = Shapes.elements(shape);
        this.from = from;
        this.count = count;
    }

    static Dataset of(String name, Samples samples, Preparation preparation, int limit) {
        preparation.checkRange(samples.values().least(), samples.values().most());
        return new Dataset(name, samples, preparation, 0, Math.min(limit, samples.count()));
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
        return samples.label(from + Objects.checkIndex(i, count));
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
        samples.read(from + i, preparation, into, offset);
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
            samples.read(this.from + from + i, preparation, into, i * elements);
        }
    }

    /**
     * The samples {@code from .. from + count - 1} as a data set of their own; nothing is copied.
     *
     * @throws IndexOutOfBoundsException unless all of them exist
     */
    public Dataset slice(int from, int count) {
        Objects.checkFromIndexSize(from, count, this.count);
        return new Dataset(name, samples, preparation, this.from + from, count);
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
