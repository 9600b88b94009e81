package starling.models.data;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import starling.models.UnfitException;

/**
 * The dictionary at the beginning of a NumPy array file: {@code {'descr': '<f4', 'fortran_order': False, 'shape': (60, 28), }}.
 *
 * <p>Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
 *
 * @param descr byte order ({@code <}, {@code >}, {@code |}) and element type, as NumPy writes them
 * @param shape each dimension at least 1 and an int
 */
public record NpyHeader(String descr, int[] shape) {
    private static final int MAX_DIMENSIONS = 8;
    private static final Pattern ENTRY =
            Pattern.compile("\\s*'(\\w+)'\\s*:\\s*(?:'([^']*)'|(True|False)|\\(([0-9L,\\s]*)\\))\\s*(,|(?=\\}))");

    /**
     * Parses the dictionary of an array in C order.
     *
     * @param name names the array in an error
     * @throws UnfitException when the text is no such dictionary, or the array is in Fortran order
     */
    public static NpyHeader parse(String header, String name) {
        Map<String, String> entries = entries(header, name);
        if (!entry(entries, "fortran_order", name).equals("False")) {
            throw new UnfitException("NumPy arrays must be in C order: " + name
                    + " is in Fortran order (save numpy.ascontiguousarray of it)");
        }
        return new NpyHeader(entry(entries, "descr", name), shape(entry(entries, "shape", name), name));
    }

    private static int[] shape(String text, String name) {
        String inside = text.strip();
        String[] sizes = (inside.endsWith(",") ? inside.substring(0, inside.length() - 1) : inside).split(",", -1);
        if (sizes.length > MAX_DIMENSIONS) {
            throw new UnfitException(
                    "an array must have at most " + MAX_DIMENSIONS + " dimensions: " + name + " has " + sizes.length);
        }
        int[] shape = new int[sizes.length];
        for (int i = 0; i < shape.length; i++) {
            String size = sizes[i].strip();
            String digits = size.endsWith("L") ? size.substring(0, size.length() - 1) : size;
            shape[i] = Numbers.parseCount(digits);
            if (shape[i] < 0 && digits.matches("[0-9]+")) {
                throw new UnfitException("the dimensions of an array must be at most " + Integer.MAX_VALUE + ": " + name
                        + " has (" + text + ")");
            }
            if (shape[i] < 1) {
                throw new UnfitException(
                        "the dimensions of an array must be 1 or more: " + name + " has (" + text + ")");
            }
        }
        return shape;
    }

    private static Map<String, String> entries(String header, String name) {
        Map<String, String> entries = new HashMap<>();
        String text = header.strip();
        if (text.startsWith("{") && text.endsWith("}")) {
            Matcher matcher = ENTRY.matcher(text);
            int at = 1;
            while (matcher.find(at) && matcher.start() == at) {
                String value = matcher.group(2) != null ? matcher.group(2) : matcher.group(3);
                if (entries.put(matcher.group(1), value != null ? value : matcher.group(4)) != null) {
                    break;
                }
                at = matcher.end();
            }
            if (text.substring(at).strip().equals("}") && entries.size() == 3) {
                return entries;
            }
        }
        throw new UnfitException(
                "the header of a NumPy array must be a dictionary of descr, fortran_order and shape: that of " + name
                        + " is '" + (text.length() > 100 ? text.substring(0, 100) + "..." : text) + "'");
    }

    private static String entry(Map<String, String> entries, String key, String name) {
        String value = entries.get(key);
        if (value == null) {
            throw new UnfitException(
                    "the header of a NumPy array must name its " + key + ": that of " + name + " does not");
        }
        return value;
    }
}
