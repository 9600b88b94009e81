package starling.learning.model;

import java.util.ArrayList;
import java.util.List;
import starling.models.training.Parameters;

/**
 * Where each parameter of a model stands in the one vector of all its numbers.
 *
 * @param parts in order, without gaps
 */
public record Layout(List<Part> parts) {
    /**
     * One parameter.
     *
     * @param name in the model
     * @param from its first place
     * @param length numbers
     * @param dimensions of its shape
     */
    public record Part(String name, int from, int length, int dimensions) {}

    public Layout {
        parts = List.copyOf(parts);
    }

    static Layout of(Parameters parameters) {
        List<Part> parts = new ArrayList<>();
        int from = 0;
        for (String name : parameters.names()) {
            int length = parameters.values(name).length;
            parts.add(new Part(name, from, length, parameters.shape(name).length));
            from = Math.addExact(from, length);
        }
        return new Layout(parts);
    }

    /** All numbers, d. */
    public int length() {
        Part last = parts.get(parts.size() - 1);
        return last.from() + last.length();
    }
}
