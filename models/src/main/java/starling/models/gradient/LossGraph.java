package starling.models.gradient;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.Arrays;
import java.util.List;
import starling.models.UnfitException;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;
import starling.models.run.ProbedModel;

/**
 * The loss behind a model's output, and its derivative. A model that ends in the very function that the loss undoes (Softmax,
 * LogSoftmax, Sigmoid) is differentiated from that function's argument, which is exact where the function saturates.
 *
 * @param kind which loss
 * @param argument the value that the loss is computed from
 * @param answers numbers in that value for one sample
 */
record LossGraph(Loss kind, String argument, int answers) {
    /**
     * The loss of a model.
     *
     * @throws UnfitException if the output has not the shape that the loss needs
     */
    static LossGraph of(ProbedModel model, Loss kind, String output) {
        int[] shape = model.shape(output);
        int answers = model.elements(output);
        if (kind == Loss.SOFTMAX_CROSS_ENTROPY && (shape.length < 2 || shape[1] != answers || answers < 2)) {
            throw new UnfitException("softmax cross-entropy needs an output of one number per class, at least 2: '"
                    + output + "' has shape " + Arrays.toString(shape));
        }
        Node last = model.graph().producer(output);
        while (last != null && last.operator().equals("Identity")) {
            last = model.graph().producer(last.input(0));
        }
        if (last != null && undoes(kind, last, shape.length)) {
            return new LossGraph(kind, last.input(0), answers);
        }
        return new LossGraph(kind, output, answers);
    }

    /** Whether the loss begins with the inverse of what a model ends with. */
    private static boolean undoes(Loss kind, Node last, int rank) {
        return switch (kind) {
            case SOFTMAX_CROSS_ENTROPY ->
                (last.operator().equals("Softmax") || last.operator().equals("LogSoftmax"))
                        && Backward.axis(last.attributes().integer("axis", -1), rank) == 1;
            case SIGMOID_CROSS_ENTROPY -> last.operator().equals("Sigmoid");
            case MEAN_SQUARED_ERROR -> false;
        };
    }

    /**
     * What was written.
     *
     * @param target the input with what should be answered
     * @param loss the mean loss
     * @param gradient of the loss with respect to {@link #argument}
     */
    record Written(String target, String loss, String gradient) {}

    Written write(Backward b) {
        GraphBuilder graph = b.graph();
        String z = b.reshape(argument, -1, answers);
        String target = graph.fresh("target");
        String loss = graph.fresh("loss");
        String gradient;
        if (kind == Loss.SOFTMAX_CROSS_ENTROPY) {
            graph.input(labels(target));
            String count = b.samples(argument);
            String one = b.op("OneHot", target, b.integers(answers), graph.constant("off-on", new float[] {0, 1}, 2));
            String logarithms = b.op("LogSoftmax", z);
            String sum = b.sumAway(b.op("Mul", logarithms, one), 0, 1);
            mean(b, b.op("Neg", sum), count, loss);
            gradient = b.op("Div", b.op("Sub", b.op("Exp", logarithms), one), count);
        } else {
            graph.input(target, -1, answers);
            String count = b.op("Mul", b.samples(argument), b.scalar(answers));
            String difference;
            String errors;
            if (kind == Loss.SIGMOID_CROSS_ENTROPY) {
                String spread = b.op("Log", b.op("Add", b.scalar(1), b.op("Exp", b.op("Neg", b.op("Abs", z)))));
                errors = b.op("Add", b.op("Sub", b.op("Relu", z), b.op("Mul", z, target)), spread);
                difference = b.op("Sub", b.op("Sigmoid", z), target);
            } else {
                String apart = b.op("Sub", z, target);
                errors = b.op("Mul", apart, apart);
                difference = b.op("Mul", apart, b.scalar(2));
            }
            mean(b, b.sumAway(errors, 0, 1), count, loss);
            gradient = b.op("Div", difference, count);
        }
        return new Written(target, loss, b.shapedAs(gradient, argument));
    }

    private static void mean(Backward b, String sum, String count, String name) {
        b.graph()
                .node(
                        "Reshape",
                        List.of(b.op("Div", sum, count), b.graph().constant("scalar-shape", new long[0])),
                        name);
    }

    private static ValueInfoProto labels(String name) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.INT64.getNumber())
                                .setShape(TensorShapeProto.newBuilder()
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimParam(GraphBuilder.BATCH)))))
                .build();
    }
}
