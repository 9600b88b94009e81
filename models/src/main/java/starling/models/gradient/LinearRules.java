package starling.models.gradient;

import java.util.List;
import java.util.Map;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;

/** Derivatives of matrix products. */
final class LinearRules {
    private LinearRules() {}

    static Map<String, Rule> all() {
        return Map.of("Gemm", LinearRules::gemm, "MatMul", LinearRules::matMul);
    }

    /** {@code Y = alpha op(A) op(B) + beta C}. */
    private static void gemm(Node node, String dy, Backward b) {
        String left = node.input(0);
        String right = node.input(1);
        boolean leftTurned = node.attributes().integer("transA", 0) != 0;
        boolean rightTurned = node.attributes().integer("transB", 0) != 0;
        float alpha = node.attributes().real("alpha", 1);
        b.contribute(
                left,
                () -> leftTurned
                        ? gemm(b, alpha, right, rightTurned, dy, true)
                        : gemm(b, alpha, dy, false, right, !rightTurned));
        b.contribute(
                right,
                () -> rightTurned
                        ? gemm(b, alpha, dy, true, left, leftTurned)
                        : gemm(b, alpha, left, !leftTurned, dy, false));
        String bias = node.input(2);
        float beta = node.attributes().real("beta", 1);
        if (!bias.isEmpty()) {
            b.contribute(bias, () -> {
                String summed = b.reduceTo(node, dy, node.output(), bias);
                return beta == 1 ? summed : b.op("Mul", summed, b.scalar(beta));
            });
        }
    }

    private static String gemm(
            Backward b, float alpha, String left, boolean leftTurned, String right, boolean rightTurned) {
        return b.op(
                "Gemm",
                List.of(left, right),
                GraphBuilder.attribute("alpha", alpha),
                GraphBuilder.attribute("transA", leftTurned ? 1 : 0),
                GraphBuilder.attribute("transB", rightTurned ? 1 : 0));
    }

    /** A stack of products; what has fewer dimensions, or dimensions of 1, is used in several of them. */
    private static void matMul(Node node, String dy, Backward b) {
        String left = node.input(0);
        String right = node.input(1);
        int[] a = b.shape(left);
        int[] w = b.shape(right);
        if (a.length < 2 || w.length < 2) {
            throw Backward.unfit(
                    node, "operands must have at least 2 dimensions: they have " + a.length + " and " + w.length);
        }
        if (w.length == 2 && !b.isSignal(right)) {
            b.contribute(
                    left,
                    () -> a.length == 2 ? gemm(b, 1, dy, false, right, true) : b.op("MatMul", dy, turned(b, right, 2)));
            b.contribute(right, () -> gemm(b, 1, rows(b, left, w[0]), true, rows(b, dy, w[1]), false));
            return;
        }
        b.contribute(
                left, () -> b.reduceTo(node, b.op("MatMul", dy, turned(b, right, w.length)), node.output(), left, 2));
        b.contribute(
                right, () -> b.reduceTo(node, b.op("MatMul", turned(b, left, a.length), dy), node.output(), right, 2));
    }

    /** As a matrix of this width. */
    private static String rows(Backward b, String value, int width) {
        return b.reshape(value, -1, width);
    }

    /** With the last two axes exchanged. */
    private static String turned(Backward b, String value, int rank) {
        long[] order = new long[rank];
        for (int i = 0; i < rank; i++) {
            order[i] = i;
        }
        order[rank - 1] = rank - 2L;
        order[rank - 2] = rank - 1L;
        return b.transpose(value, order);
    }
}
