package starling.repurpose.space;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import starling.models.UnfitException;
import starling.models.graph.Graph;
import starling.models.graph.Node;
import starling.models.run.ProbedModel;

/**
 * Finds the unit spaces of a network.
 *
 * <p>Every value gets a unit per index; operators join units that must be split alike (the operands of Add, all pixels of a
 * channel that a convolution reads) and layers open new ones. The pass is repeated until it joins nothing more, since a
 * late operator may join what an early one had kept apart. An operator without a rule is run whole.
 *
 * <p>Cost: a few passes of O(elements of all values).
 */
public final class SpaceAnalysis {
    private final ProbedModel model;
    private final Graph graph;
    /** Values that hand an input to every worker; none but in the naive split. */
    private final Set<String> handedOver;

    private final Map<String, InputRule> rules;
    private final UnitForest forest = new UnitForest();
    private final Map<String, Layout> layouts = new LinkedHashMap<>();
    private final List<Operation> operations = new ArrayList<>();
    /** Units opened by a layer or an input, by the value that opens them. */
    private final Map<String, int[]> opened = new LinkedHashMap<>();
    /** Units of all passes, so that a value has the same ones in each. */
    private final Map<String, int[]> known = new HashMap<>();
    /** Values that some operator counts on being laid out as they are. */
    private final Set<String> settled = new HashSet<>();

    private SpaceAnalysis(ProbedModel model, Set<String> handedOver, Map<String, InputRule> rules) {
        this.model = model;
        this.handedOver = handedOver;
        this.graph = model.graph();
        this.rules = rules;
    }

    /**
     * Analyses a network.
     *
     * @param rules who has each model input; inputs without a rule get the default: split if the first layer that reads them
     *     is dense, else replicated
     */
    public static SplitGraph of(ProbedModel model, Map<String, InputRule> rules) {
        return new SpaceAnalysis(model, Set.of(), withDefaults(model, rules)).run();
    }

    private static Map<String, InputRule> withDefaults(ProbedModel model, Map<String, InputRule> rules) {
        Map<String, InputRule> all = new LinkedHashMap<>(rules);
        for (String input : model.inputs()) {
            all.computeIfAbsent(
                    input, name -> readByDense(model, name) ? new InputRule.Split() : new InputRule.Replicated());
        }
        return all;
    }

    /** Whether the first layers that read a value, past operators without weights, are dense. */
    private static boolean readByDense(ProbedModel model, String value) {
        List<String> front = new ArrayList<>(List.of(value));
        Set<String> seen = new HashSet<>(front);
        for (int i = 0; i < front.size(); i++) {
            for (Node node : model.graph().consumers(front.get(i))) {
                switch (node.operator()) {
                    case "Gemm", "MatMul" -> {
                        return true;
                    }
                    case "Conv", "ConvTranspose" -> {}
                    default -> node.outputs().stream().filter(seen::add).forEach(front::add);
                }
            }
        }
        return false;
    }

    /**
     * The naive split, a rival: every worker is sent the whole input and computes everything.
     *
     * @param rules who has each model input before
     */
    public static SplitGraph naive(ProbedModel model, Map<String, InputRule> rules) {
        Everywhere shared = Everywhere.of(model);
        return new SpaceAnalysis(shared.model(), shared.values(), withDefaults(model, rules)).run();
    }

    private SplitGraph run() {
        int before;
        do {
            before = forest.unions();
            layouts.clear();
            operations.clear();
            opened.clear();
            settled.clear();
            for (String input : model.inputs()) {
                place(input);
            }
            OperatorRules operators = new OperatorRules(this);
            for (Node node : live()) {
                operations.add(operators.apply(node));
            }
        } while (forest.unions() != before);
        return finish();
    }

    /** The operators that an output depends on. */
    private List<Node> live() {
        Set<String> wanted = new HashSet<>(model.outputs());
        List<Node> found = new ArrayList<>();
        List<Node> nodes = graph.nodes();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            if (nodes.get(i).outputs().stream().anyMatch(wanted::contains)) {
                nodes.get(i).inputs().stream().filter(input -> !input.isEmpty()).forEach(wanted::add);
                found.add(0, nodes.get(i));
            }
        }
        return found;
    }

    /** Units that a value opens, the same in every pass. */
    private int[] units(String value, int count) {
        int[] units = known.computeIfAbsent(value + "/" + count, fresh -> forest.open(count));
        opened.put(value, units);
        return units;
    }

    private void place(String input) {
        InputRule rule = rules.get(input);
        if (rule == null || rule instanceof InputRule.Replicated) {
            layouts.put(input, Layout.REPLICATED);
            return;
        }
        int[] shape = model.shape(input);
        int elements = model.elements(input);
        int[] units = units(input, elements);
        if (rule instanceof InputRule.Owners stated) {
            requireOwnersFit(input, shape, units, stated.owners());
        }
        set(input, units);
    }

    /** Owners are stated for the input as a whole, per index of the first dimension behind the batch, or per element. */
    private static void requireOwnersFit(String input, int[] shape, int[] units, int[] owners) {
        int channels = shape.length > 1 ? shape[1] : 1;
        if (owners.length != 1 && owners.length != channels && owners.length != units.length) {
            throw new UnfitException("owners of input '" + input + "' must be 1, " + channels + " or " + units.length
                    + " numbers: there are " + owners.length);
        }
    }

    ProbedModel model() {
        return model;
    }

    Set<String> handedOver() {
        return handedOver;
    }

    Layout layout(String value) {
        Layout found = layouts.get(value);
        if (found == null) {
            throw new IllegalStateException("'" + value + "' is read before it is made");
        }
        return found;
    }

    /** Gives a value the simplest layout for these units of its elements. */
    void set(String value, int[] elements) {
        int[] roots = new int[elements.length];
        for (int i = 0; i < roots.length; i++) {
            roots[i] = forest.root(elements[i]);
        }
        layouts.put(value, Layout.of(model.shape(value), roots, model.batched()));
    }

    void set(String value, Layout layout) {
        int[] roots = new int[layout.units().length];
        for (int i = 0; i < roots.length; i++) {
            roots[i] = forest.root(layout.units()[i]);
        }
        layouts.put(value, layout.isReplicated() ? layout : new Layout(layout.axis(), roots));
    }

    /** Opens units along a dimension of a value that a layer makes. */
    void open(String value, int axis, int count) {
        set(value, new Layout(axis, units(value, count)));
        settle(value);
    }

    /** From here on the value keeps its layout. */
    void settle(String value) {
        settled.add(value);
    }

    /**
     * One unit for all that an operator makes.
     *
     * @param withIt units that must be on the same worker
     */
    void openWhole(Node node, List<Integer> withIt) {
        int[] unit = units(node.output(), 1);
        withIt.forEach(other -> forest.join(unit[0], other));
        for (String output : node.outputs()) {
            if (output.isEmpty()) {
                continue;
            }
            opened.put(output, unit);
            if (model.isSignal(output)) {
                int[] shape = model.shape(output);
                int axis = shape.length > 1 ? 1 : model.batched() || shape.length == 0 ? Layout.FLAT : 0;
                int[] units = new int[axis == Layout.FLAT ? model.elements(output) : shape[axis]];
                Arrays.fill(units, unit[0]);
                set(output, new Layout(axis, units));
            } else {
                set(output, new Layout(Layout.FLAT, unit));
            }
        }
    }

    void join(int[] a, int[] b) {
        for (int i = 0; i < a.length; i++) {
            forest.join(a[i], b[i]);
        }
    }

    /**
     * The layout of a value along {@code axis}, for which units are joined where necessary. It becomes the value's layout
     * unless that is settled; both say the same then, since all units are one.
     */
    Layout along(String value, int axis) {
        Layout layout = layout(value);
        if (layout.isReplicated() || layout.axis() == axis) {
            return layout;
        }
        int[] shape = model.shape(value);
        int[] elements = layout.ofElements(shape);
        int[] first = new int[shape[axis]];
        int inner = starling.models.graph.Shapes.inner(shape, axis);
        for (int i = 0; i < first.length; i++) {
            first[i] = elements[i * inner];
        }
        for (int e = 0; e < elements.length; e++) {
            forest.join(elements[e], first[e / inner % shape[axis]]);
        }
        for (int i = 0; i < first.length; i++) {
            first[i] = forest.root(first[i]);
        }
        Layout joined = new Layout(axis, first);
        if (!settled.contains(value)) {
            set(value, joined);
        }
        return joined;
    }

    private SplitGraph finish() {
        Set<Node> last = finalNodes();
        Set<String> delivered = delivered(last);
        Set<String> wanted = new HashSet<>(delivered);
        List<Operation> kept = new ArrayList<>();
        List<Operation.Whole> finals = new ArrayList<>();
        for (int i = operations.size() - 1; i >= 0; i--) {
            Operation operation = operations.get(i);
            Node node = operation.node();
            if (last.contains(node)) {
                finals.add(
                        0,
                        operation instanceof Operation.Whole whole
                                ? whole
                                : new Operation.Whole(node, "it follows the final steps"));
            }
            if (node.outputs().stream().anyMatch(wanted::contains)) {
                wanted.addAll(node.inputs());
                wanted.remove("");
                kept.add(0, operation);
            }
        }
        return numbered(kept, finals, List.copyOf(delivered));
    }

    /**
     * What the workers deliver, given the final steps. Only float32 crosses the network: an operator that makes anything else
     * for the final steps is added to them.
     */
    private Set<String> delivered(Set<Node> last) {
        Set<String> delivered = new LinkedHashSet<>();
        boolean complete = false;
        while (!complete) {
            delivered.clear();
            Set<String> made = new HashSet<>();
            for (Operation operation : operations) {
                if (last.contains(operation.node())) {
                    operation.node().inputs().stream()
                            .filter(input -> !input.isEmpty() && !graph.isConstant(input) && !made.contains(input))
                            .forEach(delivered::add);
                    made.addAll(operation.node().outputs());
                }
            }
            model.outputs().stream().filter(output -> !made.contains(output)).forEach(delivered::add);
            complete = true;
            for (String value : delivered) {
                if (!model.isSignal(value)) {
                    Node producer = graph.producer(value);
                    if (producer == null) {
                        throw new UnfitException("value '" + value + "' must be float32 to be delivered: it is not");
                    }
                    last.add(producer);
                    complete = false;
                }
            }
        }
        return delivered;
    }

    /** Operators run whole from which no layer is reached, and all that follows them. */
    private Set<Node> finalNodes() {
        Set<String> feedsLayer = new HashSet<>();
        Set<Node> candidates = new HashSet<>();
        for (int i = operations.size() - 1; i >= 0; i--) {
            Operation operation = operations.get(i);
            Node node = operation.node();
            boolean before = operation instanceof Operation.Linear
                    || node.outputs().stream().anyMatch(feedsLayer::contains);
            if (before) {
                feedsLayer.addAll(node.inputs());
            } else {
                candidates.add(node);
            }
        }
        Set<Node> last = new HashSet<>();
        Set<String> made = new HashSet<>();
        for (Operation operation : operations) {
            Node node = operation.node();
            boolean starts = operation instanceof Operation.Whole
                    || node.inputs().stream().anyMatch(made::contains);
            if (candidates.contains(node) && starts) {
                last.add(node);
                made.addAll(node.outputs());
            }
        }
        return last;
    }

    /** Numbers the units that are used and groups them into spaces. */
    private SplitGraph numbered(List<Operation> kept, List<Operation.Whole> finals, List<String> delivered) {
        Map<String, Operation> producers = new HashMap<>();
        for (Operation operation : kept) {
            operation.node().outputs().forEach(output -> producers.put(output, operation));
        }
        Map<Integer, Integer> groupOf = new LinkedHashMap<>();
        List<List<String>> members = new ArrayList<>();
        for (Map.Entry<String, int[]> entry : opened.entrySet()) {
            String value = entry.getKey();
            if (!model.inputs().contains(value) && !producers.containsKey(value)) {
                continue;
            }
            int group = -1;
            for (int unit : entry.getValue()) {
                Integer known = groupOf.get(forest.root(unit));
                if (known != null) {
                    group = group < 0 ? known : merge(groupOf, members, group, known);
                }
            }
            if (group < 0) {
                group = members.size();
                members.add(new ArrayList<>());
            }
            members.get(group).add(value);
            for (int unit : entry.getValue()) {
                groupOf.put(forest.root(unit), group);
            }
        }
        Map<Integer, Integer> numbers = new HashMap<>();
        List<SplitGraph.Space> spaces = new ArrayList<>();
        for (int g = 0; g < members.size(); g++) {
            List<Integer> units = new ArrayList<>();
            for (String value : members.get(g)) {
                int[] of = opened.get(value);
                for (int unit : of == null ? new int[0] : of) {
                    int root = forest.root(unit);
                    if (!numbers.containsKey(root)) {
                        numbers.put(root, numbers.size());
                        units.add(numbers.get(root));
                    }
                }
            }
            if (!units.isEmpty()) {
                spaces.add(space(members.get(g), units, producers));
            }
        }
        Map<String, Layout> renamed = new LinkedHashMap<>();
        layouts.forEach((value, layout) -> {
            int[] units = new int[layout.units().length];
            boolean used = true;
            for (int i = 0; i < units.length; i++) {
                Integer number = numbers.get(layout.units()[i]);
                used &= number != null;
                units[i] = number == null ? -1 : number;
            }
            if (used) {
                renamed.put(value, new Layout(layout.axis(), units));
            }
        });
        return new SplitGraph(
                model, List.copyOf(kept), renamed, List.copyOf(spaces), numbers.size(), List.copyOf(finals), delivered);
    }

    private static int merge(Map<Integer, Integer> groupOf, List<List<String>> members, int a, int b) {
        if (a == b) {
            return a;
        }
        int to = Math.min(a, b);
        int from = Math.max(a, b);
        members.get(to).addAll(members.get(from));
        members.get(from).clear();
        groupOf.replaceAll((unit, group) -> group == from ? to : group);
        return to;
    }

    private SplitGraph.Space space(List<String> values, List<Integer> units, Map<String, Operation> producers) {
        List<Operation.Linear> layers = new ArrayList<>();
        String kind = "whole";
        String input = "";
        for (String value : values) {
            if (model.inputs().contains(value)) {
                input = value;
                kind = layout(value).isFlat() || model.shape(value).length <= 2 ? "feature" : "channel";
            } else if (producers.get(value) instanceof Operation.Linear linear) {
                layers.add(linear);
                kind = linear.map().kind() == LinearMap.Kind.CONV ? "channel" : "neuron";
            }
        }
        return new SplitGraph.Space(
                values.get(0), kind, units.stream().mapToInt(Integer::intValue).toArray(), List.copyOf(layers), input);
    }
}
