package starling.models.gradient;

import java.util.Map;
import java.util.function.Supplier;
import starling.models.graph.Node;

/** Derivatives of operators that work element by element, with broadcasting. */
final class ElementwiseRules {
    private ElementwiseRules() {}

    static Map<String, Rule> all() {
        return Map.ofEntries(
                Map.entry("Identity", (node, dy, b) -> b.contribute(node.input(0), () -> dy)),
                Map.entry("Add", ElementwiseRules::sum),
                Map.entry("Sum", ElementwiseRules::sum),
                Map.entry("Sub", ElementwiseRules::difference),
                Map.entry("Mul", ElementwiseRules::product),
                Map.entry("Div", ElementwiseRules::quotient),
                Map.entry(
                        "Relu",
                        (node, dy, b) ->
                                unary(node, b, () -> b.where(b.op("Greater", node.output(), b.scalar(0)), dy))),
                Map.entry("LeakyRelu", ElementwiseRules::leakyRelu),
                Map.entry("Elu", ElementwiseRules::elu),
                Map.entry(
                        "Sigmoid",
                        (node, dy, b) -> unary(
                                node,
                                b,
                                () -> b.op(
                                        "Mul",
                                        dy,
                                        b.op("Mul", node.output(), b.op("Sub", b.scalar(1), node.output()))))),
                Map.entry(
                        "Tanh",
                        (node, dy, b) -> unary(
                                node,
                                b,
                                () -> b.op(
                                        "Mul",
                                        dy,
                                        b.op("Sub", b.scalar(1), b.op("Mul", node.output(), node.output()))))),
                Map.entry("HardSigmoid", ElementwiseRules::hardSigmoid),
                Map.entry("HardSwish", ElementwiseRules::hardSwish),
                Map.entry("Clip", ElementwiseRules::clip));
    }

    private static void unary(Node node, Backward b, Supplier<String> gradient) {
        b.contribute(node.input(0), gradient);
    }

    private static void sum(Node node, String dy, Backward b) {
        for (String input : node.inputs()) {
            b.contribute(input, () -> b.reduceTo(node, dy, node.output(), input));
        }
    }

    private static void difference(Node node, String dy, Backward b) {
        b.contribute(node.input(0), () -> b.reduceTo(node, dy, node.output(), node.input(0)));
        b.contribute(node.input(1), () -> b.op("Neg", b.reduceTo(node, dy, node.output(), node.input(1))));
    }

    private static void product(Node node, String dy, Backward b) {
        for (int i = 0; i < 2; i++) {
            String input = node.input(i);
            String other = node.input(1 - i);
            b.contribute(input, () -> b.reduceTo(node, b.op("Mul", dy, other), node.output(), input));
        }
    }

    /** {@code d(x/z) = dx/z - (x/z) dz/z}. */
    private static void quotient(Node node, String dy, Backward b) {
        String x = node.input(0);
        String z = node.input(1);
        b.contribute(x, () -> b.reduceTo(node, b.op("Div", dy, z), node.output(), x));
        b.contribute(
                z,
                () -> b.reduceTo(node, b.op("Neg", b.op("Div", b.op("Mul", dy, node.output()), z)), node.output(), z));
    }

    private static void leakyRelu(Node node, String dy, Backward b) {
        double slope = node.attributes().real("alpha", 0.01f);
        unary(
                node,
                b,
                () -> b.op("Where", b.op("Greater", node.input(0), b.scalar(0)), dy, b.op("Mul", dy, b.scalar(slope))));
    }

    /** {@code x > 0 ? 1 : y + alpha}, since y = alpha (exp(x) - 1) there. */
    private static void elu(Node node, String dy, Backward b) {
        double alpha = node.attributes().real("alpha", 1);
        unary(
                node,
                b,
                () -> b.op(
                        "Where",
                        b.op("Greater", node.input(0), b.scalar(0)),
                        dy,
                        b.op("Mul", dy, b.op("Add", node.output(), b.scalar(alpha)))));
    }

    /** {@code clip(alpha x + beta, 0, 1)}: alpha where y is inside. */
    private static void hardSigmoid(Node node, String dy, Backward b) {
        double alpha = node.attributes().real("alpha", 0.2f);
        unary(node, b, () -> {
            String inside =
                    b.op("And", b.op("Greater", node.output(), b.scalar(0)), b.op("Less", node.output(), b.scalar(1)));
            return b.where(inside, b.op("Mul", dy, b.scalar(alpha)));
        });
    }

    /** {@code x clip(x/6 + 1/2, 0, 1)}: 0 up to -3, 1 from 3, x/3 + 1/2 between. */
    private static void hardSwish(Node node, String dy, Backward b) {
        String x = node.input(0);
        unary(node, b, () -> {
            String between = b.op("Add", b.op("Div", x, b.scalar(3)), b.scalar(0.5));
            String below = b.op("Where", b.op("Less", x, b.scalar(3)), between, b.scalar(1));
            return b.op("Mul", dy, b.where(b.op("Greater", x, b.scalar(-3)), below));
        });
    }

    /** Passes where {@code min <= x <= max}. */
    private static void clip(Node node, String dy, Backward b) {
        String x = node.input(0);
        unary(node, b, () -> {
            String gradient = dy;
            if (!node.input(1).isEmpty()) {
                gradient = b.where(b.op("GreaterOrEqual", x, node.input(1)), gradient);
            }
            if (!node.input(2).isEmpty()) {
                gradient = b.where(b.op("LessOrEqual", x, node.input(2)), gradient);
            }
            return gradient;
        });
    }
}
