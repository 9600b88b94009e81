package starling.models.data;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;

/**
 * A {@code DATA} string of the command line, taken apart: {@code kind:location[,option=value]...}.
 *
 * <table>
 * <caption>Kinds</caption>
 * <tr><th>kind</th><th>location</th></tr>
 * <tr><td>{@code mnist}</td><td>folder with the four IDX files of MNIST or one of its look-alikes, plain or {@code .gz}</td></tr>
 * <tr><td>{@code cifar10}</td><td>folder with {@code data_batch_*.bin} (train) and {@code test_batch.bin}</td></tr>
 * <tr><td>{@code csv}</td><td>text table, one sample a row, the last column its class</td></tr>
 * <tr><td>{@code npy}</td><td>folder with {@code x.npy} (float32, N x ...) and {@code y.npy} (integers), or with sub-folders
 * {@code train} and {@code test} that hold such a pair each</td></tr>
 * <tr><td>{@code builtin}</td><td>{@code mnist} or {@code fashion}: slices of real data shipped in the jar; {@code region}: places
 * of a plane and whether they lie in a region, drawn when opened</td></tr>
 * </table>
 *
 * <table>
 * <caption>Options</caption>
 * <tr><th>option</th><th>meaning</th></tr>
 * <tr><td>{@code scale= offset= mean= std=}</td><td>see {@link Preparation}; {@code mean} and {@code std} take one number or,
 * with slashes, one for each channel ({@code mean=0.49/0.48/0.45}); images have {@code scale} 1/255, tables and arrays 1</td></tr>
 * <tr><td>{@code crop=N} or {@code HxW}</td><td>the middle of each image (not for {@code csv})</td></tr>
 * <tr><td>{@code layout=nchw|nhwc}</td><td>order of channels, rows and columns in a sample (not for {@code csv}); {@code nchw}
 * unless told otherwise</td></tr>
 * <tr><td>{@code split=train|test|all}</td><td>which part; the command has its own default</td></tr>
 * <tr><td>{@code limit=N}</td><td>at most the first N samples of that part</td></tr>
 * <tr><td>{@code group=SIZE}, {@code label=sum|mean|any/CLASS}, {@code groups=N}</td><td>samples put together at random, as if
 * so many sensors saw one each; the class of a group is the sum or the mean (halves up) of the classes, or whether one of
 * them is CLASS; as many groups as there are samples unless told otherwise</td></tr>
 * <tr><td>{@code header=true|false}</td><td>{@code csv} only: whether the first row names the columns; guessed unless given</td></tr>
 * <tr><td>{@code separator=}</td><td>{@code csv} only: one character or {@code comma}, {@code semicolon}, {@code tab},
 * {@code space} (any run of blanks), {@code pipe}; guessed unless given</td></tr>
 * </table>
 *
 * <p>A location cannot hold a comma. {@link #toString()} gives the string back in a fixed order of options, so that
 * {@code parse(s.toString()).equals(s)}.
 *
 * @param kind where the samples come from
 * @param location folder, file, or name of a shipped slice
 * @param preparation what is done to each number, and the shape it is given in
 * @param split which part, null for the default of whoever opens it
 * @param limit at most so many samples, {@link Integer#MAX_VALUE} for all
 * @param grouping how samples are put together, null for one at a time
 * @param header whether a table's first row names its columns, null to guess
 * @param separator what stands between a table's cells, null to guess; a space stands for any run of blanks
 */
public record DataSpec(
        Kind kind,
        String location,
        Preparation preparation,
        @Nullable Split split,
        int limit,
        @Nullable Grouping grouping,
        @Nullable Boolean header,
        @Nullable Character separator) {

    /** Where samples come from. */
    public enum Kind {
        MNIST,
        CIFAR10,
        CSV,
        NPY,
        BUILTIN;

        /** The word in front of the colon. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        double defaultScale(String location) {
            boolean images = this != CSV && this != NPY && !(this == BUILTIN && BuiltinData.areNumbers(location));
            return images ? 1 / 255.0 : 1;
        }
    }

    /** A separator that has a name because it cannot well be typed on a command line. */
    private enum Named {
        COMMA(','),
        SEMICOLON(';'),
        TAB('\t'),
        SPACE(' '),
        PIPE('|');

        final char character;

        Named(char character) {
            this.character = character;
        }
    }

    /**
     * Takes a {@code DATA} string apart. Nothing is opened.
     *
     * @throws UnfitException if the kind or an option is unknown, an option is given twice, does not suit the kind or has a
     *     value that breaks its rule; the sentence names it
     */
    public static DataSpec parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new UnfitException("data is given as kind:location with kind one of " + words(Kind.values())
                    + ", for example mnist:DIR: '" + text + "'");
        }
        Kind kind = oneOf(Kind.values(), text.substring(0, colon), "the kind of data");
        List<String> parts =
                new ArrayList<>(Arrays.asList(text.substring(colon + 1).split(",", -1)));
        String location = parts.remove(0);
        if (location.isBlank()) {
            throw new UnfitException("data needs a location behind the colon: '" + text + "'");
        }
        if (kind == Kind.BUILTIN) {
            BuiltinData.check(location);
        }

        Parser parser = new Parser(kind, location);
        while (!parts.isEmpty()) {
            String part = parts.remove(0);
            int equals = part.indexOf('=');
            if (equals <= 0) {
                throw new UnfitException(
                        "options of data have the form name=value (and a location cannot hold a comma): '" + part
                                + "' in '" + text + "'");
            }
            String name = part.substring(0, equals);
            String value = part.substring(equals + 1);
            if (name.equals("separator")
                    && value.isEmpty()
                    && !parts.isEmpty()
                    && parts.get(0).isEmpty()) {
                parts.remove(0); // separator=, was cut in two
                value = ",";
            }
            parser.take(name, value);
        }
        return parser.spec(location);
    }

    /** Another part of the same source, of at most so many samples. */
    public DataSpec part(Split part, int most) {
        return new DataSpec(kind, location, preparation, part, most, grouping, header, separator);
    }

    /** Samples of a group, 1 where samples stand alone. */
    public int groupSize() {
        return grouping == null ? 1 : grouping.size();
    }

    /**
     * The same source with its samples put together otherwise.
     *
     * @param size samples of a group, 0 for samples that stand alone
     * @param groups how many, 0 for as many as there are samples
     * @param label what the class of a group is: {@code sum}, {@code mean} or {@code any/CLASS}
     */
    public DataSpec grouped(int size, int groups, String label) {
        Grouping other = size == 0 ? null : Grouping.of(size, groups, label);
        return new DataSpec(kind, location, preparation, split, limit, other, header, separator);
    }

    /**
     * Opens the data.
     *
     * @param defaultSplit which part to take when the string does not say
     * @param seed decides the 80/20 parts of tables and arrays that have none of their own; the same seed gives the same
     *     parts
     * @throws UnfitException if a file is missing, malformed, truncated or holds a value that breaks a rule, if an option
     *     does not suit the shape of the samples, or if the part is empty
     */
    public Dataset open(Split defaultSplit, long seed) {
        Split part = split == null ? defaultSplit : split;
        Samples samples =
                switch (kind) {
                    case MNIST -> IdxFiles.folder(path(), part);
                    case CIFAR10 -> CifarFiles.folder(path(), part);
                    case CSV -> CsvTable.read(path(), header, separator).part(part, seed);
                    case NPY -> NpyFiles.folder(path(), part, seed);
                    case BUILTIN -> BuiltinData.read(location, part);
                };
        String name = kind.word() + ":" + location + ",split=" + part.word();
        if (samples.count() == 0) {
            throw new UnfitException("there must be at least one sample: " + name + " has none");
        }
        Dataset single = Dataset.of(name, samples, preparation, limit);
        return grouping == null ? single : single.grouped(grouping, seed);
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder(kind.word()).append(':').append(location);
        preparation.describe(out, kind.defaultScale(location));
        if (split != null) {
            out.append(",split=").append(split.word());
        }
        if (limit != Integer.MAX_VALUE) {
            out.append(",limit=").append(limit);
        }
        if (grouping != null) {
            out.append(',').append(grouping);
        }
        if (header != null) {
            out.append(",header=").append(header);
        }
        if (separator != null) {
            char character = separator;
            out.append(",separator=")
                    .append(Arrays.stream(Named.values())
                            .filter(named -> named.character == character)
                            .map(named -> named.name().toLowerCase(Locale.ROOT))
                            .findFirst()
                            .orElse(separator.toString()));
        }
        return out.toString();
    }

    private Path path() {
        try {
            return Path.of(location);
        } catch (InvalidPathException e) {
            throw new UnfitException("the location of data must be a path: " + e.getMessage(), e);
        }
    }

    private static <E extends Enum<E>> E oneOf(E[] values, String word, String what) {
        for (E value : values) {
            if (value.name().toLowerCase(Locale.ROOT).equals(word)) {
                return value;
            }
        }
        throw new UnfitException(what + " must be one of " + words(values) + ": '" + word + "'");
    }

    private static String words(Enum<?>[] values) {
        return Arrays.stream(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    /** The options read so far. */
    private static final class Parser {
        private final Kind kind;
        private final Set<String> seen = new HashSet<>();
        private double scale;
        private double offset;
        private List<Double> mean = List.of(0.0);
        private List<Double> std = List.of(1.0);
        private Preparation.Layout layout = Preparation.Layout.NCHW;
        private Preparation.@Nullable Crop crop;
        private @Nullable Split split;
        private int limit = Integer.MAX_VALUE;
        private int group;
        private int groups;
        private @Nullable String label;
        private @Nullable Boolean header;
        private @Nullable Character separator;

        Parser(Kind kind, String location) {
            this.kind = kind;
            this.scale = kind.defaultScale(location);
        }

        void take(String name, String value) {
            if (!seen.add(name)) {
                throw new UnfitException("an option of data may be given once: " + name + " is given twice");
            }
            switch (name) {
                case "scale" -> scale = number(name, value);
                case "offset" -> offset = number(name, value);
                case "mean" -> mean = numbers(name, value);
                case "std" -> std = numbers(name, value);
                case "layout" -> {
                    suits(name, kind != Kind.CSV, "images and arrays");
                    layout = oneOf(Preparation.Layout.values(), value, name);
                }
                case "crop" -> {
                    suits(name, kind != Kind.CSV, "images and arrays");
                    crop = crop(value);
                }
                case "split" -> split = oneOf(Split.values(), value, name);
                case "limit" -> limit = count(name, value);
                case "group" -> group = count(name, value);
                case "groups" -> groups = count(name, value);
                case "label" -> label = value;
                case "header" -> {
                    suits(name, kind == Kind.CSV, "csv");
                    if (!value.equals("true") && !value.equals("false")) {
                        throw new UnfitException("header must be true or false: '" + value + "'");
                    }
                    header = value.equals("true");
                }
                case "separator" -> {
                    suits(name, kind == Kind.CSV, "csv");
                    separator = separator(value);
                }
                default ->
                    throw new UnfitException(
                            "options of data are scale, offset, mean, std, layout, crop, split, limit, group, groups, label,"
                                    + " header, separator: '" + name + "' is none of them");
            }
        }

        DataSpec spec(String location) {
            Preparation preparation = new Preparation(scale, offset, mean, std, layout, crop);
            return new DataSpec(kind, location, preparation, split, limit, grouping(), header, separator);
        }

        private void suits(String name, boolean suits, String whom) {
            if (!suits) {
                throw new UnfitException("the option " + name + " is for " + whom + ", not for " + kind.word());
            }
        }

        private static double number(String name, String value) {
            double number = Numbers.parse(value);
            if (Double.isNaN(number)) {
                throw new UnfitException(name + " must be a decimal number: '" + value + "'");
            }
            return number;
        }

        private static List<Double> numbers(String name, String value) {
            List<Double> numbers = new ArrayList<>();
            for (String one : value.split("/", -1)) {
                numbers.add(number(name, one));
            }
            return List.copyOf(numbers);
        }

        private @Nullable Grouping grouping() {
            String rule = label;
            if (group == 0 && groups == 0 && rule == null) {
                return null;
            }
            if (group == 0 || rule == null) {
                throw new UnfitException("groups need both group=SIZE and label=sum, mean or any/CLASS: "
                        + (group == 0 ? "group" : "label") + " is not given");
            }
            return Grouping.of(group, groups, rule);
        }

        private static int count(String name, String value) {
            int count = Numbers.parseCount(value);
            if (count < 1) {
                throw new UnfitException(
                        name + " must be a whole number from 1 to " + Integer.MAX_VALUE + ": '" + value + "'");
            }
            return count;
        }

        private static Preparation.Crop crop(String value) {
            int x = value.indexOf('x');
            int height = Numbers.parseCount(x < 0 ? value : value.substring(0, x));
            int width = Numbers.parseCount(x < 0 ? value : value.substring(x + 1));
            if (height < 1 || width < 1) {
                throw new UnfitException("crop must be N or HEIGHTxWIDTH in pixels, at least 1: '" + value + "'");
            }
            return new Preparation.Crop(height, width);
        }

        private static char separator(String value) {
            for (Named named : Named.values()) {
                if (named.name().toLowerCase(Locale.ROOT).equals(value)) {
                    return named.character;
                }
            }
            if (value.length() != 1 || value.charAt(0) == '"' || Character.isLetterOrDigit(value.charAt(0))) {
                throw new UnfitException(
                        "separator must be one character that is no letter, digit or quotation mark, or one of "
                                + words(Named.values()) + ": '" + value + "'");
            }
            return value.charAt(0);
        }
    }
}
