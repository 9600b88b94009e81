package starling.experiments.findings;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Something that can be set in an experiment, with its type, its value when nothing is said and its value in a quick run.
 *
 * @param name how it is set: {@code --set name=value}
 * @param type the type in words, for lists and errors: "integer from 1 to 100"
 * @param standard the value when nothing is said, as it would be written
 * @param quick the value in a quick run, as it would be written
 * @param description what it changes, a few words
 * @param reader turns what was written into a value; throws IllegalArgumentException or IndexOutOfBoundsException if it
 *     is none of the type
 * @param <T> the type of the value
 */
public record Parameter<T>(
        String name, String type, String standard, String quick, String description, Function<String, T> reader) {

    /** The standard and the quick value must be of the type. */
    public Parameter {
        Objects.requireNonNull(reader.apply(standard));
        Objects.requireNonNull(reader.apply(quick));
    }

    /**
     * The value that was written.
     *
     * @throws IllegalArgumentException if it is none of the type, with a sentence for the user
     */
    public T read(String text) {
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    "parameter " + name + " must be of type " + type + ": it is '" + text + "'", e);
        }
    }

    /** A whole number within bounds. */
    public static Parameter<Integer> integer(
            String name, int standard, int quick, int least, int most, String description) {
        return new Parameter<>(
                name,
                "integer from " + least + " to " + most,
                Integer.toString(standard),
                Integer.toString(quick),
                description,
                text -> {
                    int value = Integer.parseInt(text);
                    if (value < least || value > most) {
                        throw new IllegalArgumentException("out of bounds: " + value);
                    }
                    return value;
                });
    }

    /** A finite number within bounds. */
    public static Parameter<Double> number(
            String name, double standard, double quick, double least, double most, String description) {
        return new Parameter<>(
                name,
                "number from " + Numbers.text(least) + " to " + Numbers.text(most),
                Numbers.text(standard),
                Numbers.text(quick),
                description,
                text -> {
                    double value = Double.parseDouble(text);
                    if (!(value >= least && value <= most)) {
                        throw new IllegalArgumentException("out of bounds: " + value);
                    }
                    return value;
                });
    }

    /** Values separated by commas, none for an empty text. */
    public static <E> Parameter<List<E>> list(
            String name,
            String elementType,
            String standard,
            String quick,
            String description,
            Function<String, E> reader) {
        return new Parameter<>(
                name,
                "list of " + elementType + ", separated by commas",
                standard,
                quick,
                description,
                text -> text.isEmpty()
                        ? List.of()
                        : Arrays.stream(text.split(",", -1)).map(reader).toList());
    }
}
