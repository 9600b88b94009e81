package starling.learning.settings;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import starling.models.UnfitException;

/**
 * One mapping of a YAML file, taken field by field; {@link #end} then refuses fields that nobody took. Errors are one sentence with
 * file, line and field. Not thread-safe.
 */
final class Section {
    private static final int MOST_CHARACTERS = 1 << 16;

    private final String file;
    private final String path;
    private final int line;
    private final Map<String, Node> fields = new LinkedHashMap<>();
    private final TreeSet<String> asked = new TreeSet<>();
    private final Map<String, Object> taken = new LinkedHashMap<>();

    private Section(String file, String path, int line, @Nullable MappingNode mapping) {
        this.file = file;
        this.path = path;
        this.line = line;
        if (mapping != null) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                    throw new UnfitException(
                            file + " line " + line(tuple.getKeyNode()) + ": the name of a field must be a word");
                }
                if (fields.put(key.getValue(), tuple.getValueNode()) != null) {
                    throw new UnfitException(
                            file + " line " + line(key) + ": '" + path + key.getValue() + "' is given twice");
                }
            }
        }
    }

    /**
     * The whole of a file.
     *
     * @throws UnfitException when it is no mapping, no YAML, or longer than 65 536 characters
     */
    static Section of(String file, String text) {
        if (text.length() > MOST_CHARACTERS) {
            throw new UnfitException(
                    file + " must have at most " + MOST_CHARACTERS + " characters: it has " + text.length());
        }
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(0);
        Node root;
        try {
            root = new Yaml(new SafeConstructor(options)).compose(new StringReader(text));
        } catch (MarkedYAMLException e) {
            String at = e.getProblemMark() == null
                    ? ""
                    : " line " + (e.getProblemMark().getLine() + 1);
            throw new UnfitException(file + at + ": " + e.getProblem(), e);
        } catch (YAMLException e) {
            throw new UnfitException(file + ": " + e.getMessage(), e);
        }
        if (!(root instanceof MappingNode mapping)) {
            throw new UnfitException(file + " must be a mapping of fields to values");
        }
        return new Section(file, "", 1, mapping);
    }

    private static int line(Node node) {
        return node.getStartMark().getLine() + 1;
    }

    boolean has(String name) {
        asked.add(name);
        return fields.containsKey(name);
    }

    /** The mapping under a name; an empty one where there is none. */
    Section section(String name) {
        Node node = node(name);
        if (node != null && !(node instanceof MappingNode)) {
            throw misfit(name, "must be a mapping of fields to values");
        }
        Section inner = new Section(file, path + name + ".", node == null ? line : line(node), (MappingNode) node);
        taken.put(name, inner.taken);
        return inner;
    }

    /** A text that must be there. */
    String text(String name) {
        return optional(name)
                .orElseThrow(() -> new UnfitException(file + " line " + line + ": '" + path + name + "' is missing"));
    }

    String text(String name, String otherwise) {
        String text = optional(name).orElse(otherwise);
        taken.put(name, text);
        return text;
    }

    Optional<String> optional(String name) {
        Node node = node(name);
        if (node == null) {
            return Optional.empty();
        }
        if (!(node instanceof ScalarNode scalar)) {
            throw misfit(name, "must be one value");
        }
        taken.put(name, scalar.getValue());
        return Optional.of(scalar.getValue());
    }

    /** A text read by its own rule; what the rule throws gets line and field. */
    <T> T parsed(String name, String text, Function<String, T> rule) {
        try {
            return rule.apply(text);
        } catch (IllegalArgumentException | UnfitException e) {
            throw misfit(name, String.valueOf(e.getMessage()), e);
        }
    }

    /** What a rule makes of fields of this section; errors get its line. */
    <T> T made(Function<Section, T> rule) {
        try {
            return rule.apply(this);
        } catch (IllegalArgumentException e) {
            throw new UnfitException(file + " line " + line + ": " + place() + ": " + e.getMessage(), e);
        }
    }

    <T extends Enum<T>> T word(String name, T otherwise) {
        String text = text(name, words(otherwise));
        T[] all = otherwise.getDeclaringClass().getEnumConstants();
        return Arrays.stream(all)
                .filter(one -> words(one).equals(text))
                .findFirst()
                .orElseThrow(() -> misfit(
                        name,
                        "must be one of "
                                + String.join(
                                        ", ",
                                        Arrays.stream(all).map(Section::words).toList()) + ": " + text));
    }

    private static String words(Enum<?> one) {
        return one.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    boolean flag(String name, boolean otherwise) {
        String text = text(name, Boolean.toString(otherwise));
        if (!text.equals("true") && !text.equals("false")) {
            throw misfit(name, "must be true or false: " + text);
        }
        taken.put(name, Boolean.valueOf(text));
        return Boolean.parseBoolean(text);
    }

    int integer(String name, int otherwise, int least, int most) {
        return (int) whole(name, otherwise, least, most);
    }

    long whole(String name, long otherwise, long least, long most) {
        String text = text(name, Long.toString(otherwise));
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                taken.put(name, value);
                return value;
            }
        } catch (NumberFormatException e) {
            throw misfit(name, "must be a whole number: " + text, e);
        }
        throw misfit(name, "must be from " + least + " to " + most + ": " + text);
    }

    double decimal(String name, double otherwise, double least, double most) {
        double value = parsed(name, text(name, Double.toString(otherwise)), text -> decimal(text, least, most));
        taken.put(name, value);
        return value;
    }

    List<Double> decimals(String name, double least, double most) {
        Node node = node(name);
        List<Double> values = new ArrayList<>();
        if (node instanceof SequenceNode sequence) {
            for (Node one : sequence.getValue()) {
                if (!(one instanceof ScalarNode scalar)) {
                    throw misfit(name, "must be a list of numbers");
                }
                values.add(parsed(name, scalar.getValue(), text -> decimal(text, least, most)));
            }
        } else if (node != null) {
            throw misfit(name, "must be a list of numbers");
        }
        taken.put(name, values);
        return values;
    }

    private static double decimal(String text, double least, double most) {
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a number: " + text, e);
        }
        if (!(value >= least && value <= most)) {
            String from = least == Double.MIN_NORMAL ? "above 0 and at most " : "from " + least + " to ";
            throw new IllegalArgumentException("must be " + from + most + ": " + text);
        }
        return value;
    }

    /** All fields of this section as texts, in their order. */
    Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String name : fields.keySet()) {
            texts.put(name, text(name));
        }
        return texts;
    }

    /** Refuses fields that nobody asked for. */
    void end() {
        for (Map.Entry<String, Node> field : fields.entrySet()) {
            if (!asked.contains(field.getKey())) {
                throw new UnfitException(file + " line " + line(field.getValue()) + ": there is no field '" + path
                        + field.getKey() + "'; " + place() + " has " + String.join(", ", asked));
            }
        }
    }

    private String place() {
        return path.isEmpty() ? "a trial" : "'" + path.substring(0, path.length() - 1) + "'";
    }

    /** What is wrong with a field. */
    UnfitException misfit(String name, String sentence) {
        return new UnfitException(at(name) + sentence);
    }

    private UnfitException misfit(String name, String sentence, Throwable cause) {
        return new UnfitException(at(name) + sentence, cause);
    }

    private String at(String name) {
        Node node = fields.get(name);
        return file + " line " + (node == null ? line : line(node)) + ": '" + path + name + "' ";
    }

    /** Every field that was asked for with its value or default, sections as maps. */
    Map<String, Object> taken() {
        return taken;
    }

    private @Nullable Node node(String name) {
        asked.add(name);
        return fields.get(name);
    }
}
