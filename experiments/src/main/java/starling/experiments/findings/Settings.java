package starling.experiments.findings;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The values of all parameters of one run. */
public final class Settings {
    private final Map<String, Object> values;
    private final Map<String, String> texts;

    private Settings(Map<String, Object> values, Map<String, String> texts) {
        this.values = values;
        this.texts = texts;
    }

    /**
     * Takes what was set, and for the rest the standard or quick values.
     *
     * @throws IllegalArgumentException if something was set that is not a parameter (the message names those that are) or to
     *     what is not of its type; the message is a sentence for the user
     */
    public static Settings of(List<Parameter<?>> parameters, Map<String, String> set, boolean quick) {
        for (String name : set.keySet()) {
            if (parameters.stream().noneMatch(parameter -> parameter.name().equals(name))) {
                String known = parameters.stream().map(Parameter::name).collect(Collectors.joining(", "));
                throw new IllegalArgumentException(
                        "there is no parameter '" + name + "' to set: there are " + (known.isEmpty() ? "none" : known));
            }
        }
        Map<String, Object> values = new LinkedHashMap<>();
        Map<String, String> texts = new LinkedHashMap<>();
        for (Parameter<?> parameter : parameters) {
            String text = set.getOrDefault(parameter.name(), quick ? parameter.quick() : parameter.standard());
            texts.put(parameter.name(), text);
            values.put(parameter.name(), plain(parameter.read(text)));
        }
        return new Settings(values, texts);
    }

    /** The value of a parameter of this experiment. */
    public <T> T get(Parameter<T> parameter) {
        String text = texts.get(parameter.name());
        if (text == null) {
            throw new IllegalArgumentException("not a parameter of this experiment: " + parameter.name());
        }
        return parameter.read(text);
    }

    /** Values by name, in the order of the parameters: numbers, text, and lists of those. */
    public Map<String, Object> values() {
        return values;
    }

    private static Object plain(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(Settings::plain).toList();
        }
        return value instanceof Number ? value : value.toString();
    }
}
