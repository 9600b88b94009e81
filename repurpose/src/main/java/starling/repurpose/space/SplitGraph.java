package starling.repurpose.space;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import starling.models.graph.Node;
import starling.models.run.ProbedModel;

/**
 * A network seen as unit spaces.
 *
 * @param model the network
 * @param operations every operator in topological order, without those of the final steps
 * @param layouts how each value is spread, units numbered 0 .. {@link #units}-1
 * @param spaces the unit spaces, in the order they open
 * @param units number of units in all spaces
 * @param finals operators after which nothing is split any more, in topological order: run by the requester
 * @param delivered values the workers deliver to it
 */
public record SplitGraph(
        ProbedModel model,
        List<Operation> operations,
        Map<String, Layout> layouts,
        List<Space> spaces,
        int units,
        List<Operation.Whole> finals,
        List<String> delivered) {

    /**
     * One unit space: units that are assigned together.
     *
     * @param name the value that opens it
     * @param kind {@code feature}, {@code neuron}, {@code channel} or {@code whole}
     * @param units its units
     * @param producers layers whose output lies in it; none for an input
     * @param input the model input it is, or an empty name
     */
    public record Space(String name, String kind, int[] units, List<Operation.Linear> producers, String input) {}

    public Layout layout(String value) {
        Layout found = layouts.get(value);
        if (found == null) {
            throw new IllegalArgumentException("no layout of '" + value + "'");
        }
        return found;
    }

    public List<Operation.Linear> linear() {
        return operations.stream()
                .filter(Operation.Linear.class::isInstance)
                .map(Operation.Linear.class::cast)
                .toList();
    }

    /** The layer that makes a value. */
    public LinearMap layer(String output) {
        return linear().stream()
                .map(Operation.Linear::map)
                .filter(map -> map.output().equals(output))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no layer makes '" + output + "'"));
    }

    /** The space that holds a unit. */
    public int spaceOf(int unit) {
        for (int i = 0; i < spaces.size(); i++) {
            for (int member : spaces.get(i).units()) {
                if (member == unit) {
                    return i;
                }
            }
        }
        return -1;
    }

    /** Values computed by the network that an operator reads. */
    public Set<String> signals(Node node) {
        Set<String> found = new LinkedHashSet<>();
        for (String input : node.inputs()) {
            if (!input.isEmpty() && !model.graph().isConstant(input)) {
                found.add(input);
            }
        }
        return found;
    }
}
