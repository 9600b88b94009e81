package starling.models.gradient;

import java.util.Map;
import starling.models.graph.Node;
import starling.models.graph.Shapes;

/** Derivatives of operators that compare the elements of a value with each other: batch normalization, softmax, dropout. */
final class NormalizationRules {
    private NormalizationRules() {}

    static Map<String, Rule> all() {
        return Map.of(
                "BatchNormalization",
                NormalizationRules::batchNormalization,
                "Softmax",
                NormalizationRules::softmax,
                "LogSoftmax",
                NormalizationRules::logSoftmax,
                "Dropout",
                NormalizationRules::dropout);
    }

    /**
     * {@code y = scale xhat + shift}, {@code xhat = (x - mean) r}, {@code r = 1/sqrt(var + epsilon)}. With given statistics
     * {@code dx = scale r dy}; with those of the batch, which depend on x as well,
     * {@code dx = scale r (dy - mean(dy) - xhat mean(dy xhat))} with means over everything but the channels.
     */
    private static void batchNormalization(Node node, String dy, Backward b) {
        String x = node.input(0);
        int[] shape = b.shape(x);
        long[] axes = Forward.allButChannels(shape.length);
        String normalized = Forward.normalized(node);
        String sumDy = b.sum(dy, axes);
        String sumDyX = b.sum(b.op("Mul", dy, normalized), axes);
        b.contribute(node.input(1), () -> b.reshape(sumDyX, -1));
        b.contribute(node.input(2), () -> b.reshape(sumDy, -1));
        for (int statistic = 3; statistic <= 4; statistic++) {
            if (b.wants(node.input(statistic))) {
                throw Backward.unfit(
                        node, "running statistics are not learned by gradients: '" + node.input(statistic) + "'");
            }
        }
        b.contribute(x, () -> {
            String factor =
                    b.op("Mul", Forward.perChannel(b.graph(), node.input(1), shape.length), Forward.scale(node));
            if (!b.training()) {
                return b.op("Mul", dy, factor);
            }
            String count = b.op("Mul", b.samples(x), b.scalar((double) Shapes.elements(shape) / shape[1]));
            String centred = b.op("Sub", dy, b.op("Div", sumDy, count));
            String decorrelated = b.op("Sub", centred, b.op("Mul", normalized, b.op("Div", sumDyX, count)));
            return b.op("Mul", decorrelated, factor);
        });
    }

    /** {@code dx = y (dy - sum(dy y))}. */
    private static void softmax(Node node, String dy, Backward b) {
        long axis = axis(node, b);
        b.contribute(node.input(0), () -> {
            String weighted = b.op("Mul", dy, node.output());
            return b.op("Sub", weighted, b.op("Mul", node.output(), b.sum(weighted, axis)));
        });
    }

    /** {@code dx = dy - exp(y) sum(dy)}. */
    private static void logSoftmax(Node node, String dy, Backward b) {
        long axis = axis(node, b);
        b.contribute(node.input(0), () -> b.op("Sub", dy, b.op("Mul", b.op("Exp", node.output()), b.sum(dy, axis))));
    }

    private static long axis(Node node, Backward b) {
        return Backward.axis(node.attributes().integer("axis", -1), b.shape(node.input(0)).length);
    }

    /** In training the mask that {@link Forward} drew is used once more; otherwise nothing is dropped. */
    private static void dropout(Node node, String dy, Backward b) {
        b.contribute(node.input(0), () -> b.training() ? b.op("Mul", dy, Forward.mask(node)) : dy);
    }
}
