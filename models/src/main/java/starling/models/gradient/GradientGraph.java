package starling.models.gradient;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import starling.models.UnfitException;
import starling.models.graph.Graph;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;
import starling.models.graph.Tensors;
import starling.models.onnx.opset.OpsetUpgrade;
import starling.models.run.ProbedModel;

/**
 * A model's loss and its derivatives as an ordinary ONNX graph, so that whoever can run an ONNX model can learn: reverse-mode
 * differentiation written out operator by operator.
 *
 * <p>Inputs of the graph are the model's own, the target, the parameters under their own names (what is learned changes
 * from step to step) and what {@link #noise} lists. Outputs are the loss, the model's first output, one gradient per parameter
 * and, where asked for, the signals of the dense layers beside their weights' gradients or instead of them. The first dimension of everything that is computed is free: it counts
 * the samples of a batch. Operators of older sets are brought to the {@linkplain OpsetUpgrade#VERSION current} one.
 *
 * <p>Cost: a forward and a backward pass, about three times the multiplications of running the model (about twice where dense
 * layers' weight gradients are left out), and memory for all forward values that derivatives need. Gradients are exact up to rounding; where an operator has none at a point (Relu at 0, equal
 * maxima) the usual choice is made: 0, the first maximum.
 *
 * @param model the graph
 * @param target name of the input with what should be answered; type and shape as the {@link Loss} says
 * @param loss name of the output with the mean loss of the batch
 * @param predictions name of the model's own first output
 * @param parameters inputs that are learned, in the order of the request
 * @param gradients for each parameter whose gradient is formed the name of the output with it, of the parameter's shape
 * @param signals of the dense layers among the parameters, where asked for
 * @param statistics what each batch normalization measured; empty unless training
 * @param noise inputs that must be given uniform random numbers in [0, 1); empty unless training
 */
public record GradientGraph(
        ModelProto model,
        String target,
        String loss,
        String predictions,
        List<String> parameters,
        Map<String, String> gradients,
        List<Signals> signals,
        List<Statistics> statistics,
        List<Noise> noise) {

    /** How operators behave that work differently while training. */
    public enum Mode {
        /** Batch normalization with the statistics of the batch, dropout with random masks. */
        TRAINING,
        /** As in inference: running statistics, nothing dropped. */
        FROZEN
    }

    /**
     * The two factors of a dense layer's weight gradient.
     *
     * @param parameter the weights, of shape (K, M) or (M, K)
     * @param forward name of the output with the layer's input X, shape (N, K)
     * @param backward name of the output with Delta, the gradient of the layer's output, shape (N, M): the weight gradient is
     *     X^T Delta or its transpose
     */
    public record Signals(String parameter, String forward, String backward) {}

    /**
     * What one batch normalization measured, for its running statistics.
     *
     * @param mean the constant with the running mean
     * @param variance the constant with the running variance
     * @param batchMean name of the output with the mean of the batch
     * @param batchVariance name of the output with the variance of the batch, divided by the number of elements
     * @param momentum share that the running statistics keep
     */
    public record Statistics(String mean, String variance, String batchMean, String batchVariance, float momentum) {}

    /**
     * Uniform random numbers that a dropout needs.
     *
     * @param input name of the graph's input
     * @param elements numbers per sample
     */
    public record Noise(String input, int elements) {}

    /** What is wanted of the weights of dense layers. All other parameters, biases among them, have their gradients. */
    public enum Dense {
        /** The gradient. */
        GRADIENTS,
        /** The gradient and its factors. */
        GRADIENTS_AND_SIGNALS,
        /**
         * The factors alone: the product is never formed. Weights that have no two factors here (because several operators
         * read them, or the layer's input is no matrix) still have their gradient.
         */
        SIGNALS
    }

    /**
     * What is to be differentiated.
     *
     * @param loss what is minimised
     * @param parameters names of float32 initializers; empty for all that have a gradient
     * @param mode how operators behave that work differently while training
     * @param dense what is wanted of the weights of dense layers
     */
    public record Request(Loss loss, List<String> parameters, Mode mode, Dense dense) {
        /** All gradients, and the dense layers' signals beside them if wanted. */
        public Request(Loss loss, List<String> parameters, Mode mode, boolean signals) {
            this(loss, parameters, mode, signals ? Dense.GRADIENTS_AND_SIGNALS : Dense.GRADIENTS);
        }

        /** All parameters, as in inference, without signals. */
        public static Request of(Loss loss) {
            return new Request(loss, List.of(), Mode.FROZEN, false);
        }
    }

    private static final Map<String, Rule> RULES = rules();

    private static Map<String, Rule> rules() {
        Map<String, Rule> all = new HashMap<>();
        all.putAll(ElementwiseRules.all());
        all.putAll(LinearRules.all());
        all.putAll(ConvolutionRules.all());
        all.putAll(PoolingRules.all());
        all.putAll(NormalizationRules.all());
        all.putAll(ShapeRules.all());
        all.putAll(ReductionRules.all());
        return Map.copyOf(all);
    }

    /** The operators that can be differentiated. */
    public static Set<String> operators() {
        return new TreeSet<>(RULES.keySet());
    }

    /**
     * Differentiates a model's loss.
     *
     * @throws UnfitException when an operator between a parameter and the loss has no derivative here, a parameter is none, or
     *     the loss does not fit the model's output; the sentence names it
     */
    public static GradientGraph of(ModelProto model, Request request) {
        ProbedModel probed = ProbedModel.of(OpsetUpgrade.of(model));
        if (!probed.batched()) {
            throw new UnfitException(
                    "to learn in batches, the first dimension of every value must count the samples: in"
                            + " this model it does not");
        }
        return new Differentiation(probed, request).run();
    }

    /** One differentiation. */
    private static final class Differentiation {
        private final ProbedModel model;
        private final Request request;
        private final Graph graph;
        private final GraphBuilder built = new GraphBuilder("gradient", OpsetUpgrade.VERSION);
        private final Set<String> parameters = new LinkedHashSet<>();

        Differentiation(ProbedModel model, Request request) {
            this.model = model;
            this.request = request;
            this.graph = model.graph();
        }

        GradientGraph run() {
            String output = model.outputs().get(0);
            LossGraph loss = LossGraph.of(model, request.loss(), output);
            parameters.addAll(request.parameters().isEmpty() ? learnable() : request.parameters());
            Set<String> wanted = wanted();
            if (!wanted.contains(loss.argument())) {
                throw new UnfitException("a parameter must lead to '" + output + "': none of " + parameters + " does");
            }
            built.avoid(graph.names());
            Forward forward = new Forward(model, built, request.mode());
            declareInputs();
            forward.write();
            Backward backward = new Backward(model, built, wanted, request.mode() == Mode.TRAINING);
            LossGraph.Written written = loss.write(backward);
            backward.contribute(loss.argument(), written::gradient);
            List<Signals> signals = new ArrayList<>();
            List<Node> nodes = graph.nodes();
            for (int i = nodes.size() - 1; i >= 0; i--) {
                back(nodes.get(i), backward, signals);
            }
            return declareOutputs(backward, forward, written, output, signals);
        }

        /** Constants that operators with a derivative read, but for what those do not learn. */
        private Set<String> learnable() {
            Set<String> found = new LinkedHashSet<>();
            for (Node node : graph.nodes()) {
                int learned = Math.min(
                        LEARNED.getOrDefault(node.operator(), 0), node.inputs().size());
                for (int i = 0; i < learned; i++) {
                    if (isFloat(node.input(i)) && model.isSignal(node.output())) {
                        found.add(node.input(i));
                    }
                }
            }
            return found;
        }

        private boolean isFloat(String value) {
            TensorProto constant = graph.constant(value);
            return constant != null && constant.getDataType() == TensorProto.DataType.FLOAT.getNumber();
        }

        /** Parameters and all that is computed from them. */
        private Set<String> wanted() {
            for (String parameter : parameters) {
                if (!isFloat(parameter)) {
                    throw new UnfitException(
                            "a parameter must be a float32 initializer of the model: '" + parameter + "' is none");
                }
            }
            Set<String> wanted = new LinkedHashSet<>(parameters);
            for (Node node : graph.nodes()) {
                if (node.inputs().stream().anyMatch(wanted::contains)) {
                    node.outputs().stream().filter(model::isSignal).forEach(wanted::add);
                }
            }
            return wanted;
        }

        private void declareInputs() {
            for (ValueInfoProto input : graph.inputs()) {
                int[] shape = model.shape(input.getName()).clone();
                shape[0] = -1;
                built.input(input.getName(), shape);
            }
            for (Map.Entry<String, TensorProto> constant : graph.constants().entrySet()) {
                if (parameters.contains(constant.getKey())) {
                    built.input(constant.getKey(), Tensors.shape(constant.getValue()));
                } else {
                    built.constant(constant.getValue());
                }
            }
        }

        private void back(Node node, Backward backward, List<Signals> signals) {
            if (node.outputs().stream().noneMatch(backward::reached)) {
                return;
            }
            Rule rule = RULES.get(node.operator());
            if (rule == null) {
                throw new UnfitException("operators between a parameter and the loss must be among "
                        + String.join(", ", operators()) + ": '" + node.name() + "' is a " + node.operator());
            }
            String output = node.output();
            String dy = backward.reached(output) ? backward.total(output) : "";
            rule.apply(node, dy, backward);
            if (request.dense() != Dense.GRADIENTS) {
                signals(node, dy, signals);
            }
        }

        private void signals(Node node, String dy, List<Signals> signals) {
            boolean dense = node.operator().equals("Gemm") || node.operator().equals("MatMul");
            if (dense
                    && parameters.contains(node.input(1))
                    && !graph.isConstant(node.input(0))
                    && node.attributes().integer("transA", 0) == 0
                    && node.attributes().real("alpha", 1) == 1
                    && model.shape(node.input(0)).length == 2) {
                String x = node.output() + "#x";
                String delta = node.output() + "#delta";
                built.node("Identity", List.of(node.input(0)), x);
                built.node("Identity", List.of(dy), delta);
                signals.add(new Signals(node.input(1), x, delta));
            }
        }

        /** Parameters whose gradient is the product of one pair of signals and nothing else. */
        private Set<String> factored(List<Signals> signals) {
            Set<String> found = new LinkedHashSet<>();
            for (Signals signal : signals) {
                long readers = graph.nodes().stream()
                        .flatMap(node -> node.inputs().stream())
                        .filter(signal.parameter()::equals)
                        .count();
                if (readers == 1) {
                    found.add(signal.parameter());
                }
            }
            return found;
        }

        private GradientGraph declareOutputs(
                Backward backward, Forward forward, LossGraph.Written written, String output, List<Signals> signals) {
            built.output(GraphBuilder.value(written.loss()));
            int[] predicted = model.shape(output).clone();
            predicted[0] = -1;
            built.output(output, predicted);
            Map<String, String> gradients = new LinkedHashMap<>();
            Set<String> factored = request.dense() == Dense.SIGNALS ? factored(signals) : Set.of();
            for (String parameter : parameters) {
                if (!backward.reached(parameter)) {
                    throw new UnfitException("the loss must depend on a parameter by operators with a derivative: on '"
                            + parameter + "' it does not");
                }
                if (factored.contains(parameter)) {
                    continue; // its operators lead to no output, so they are not written
                }
                String name = "gradient/" + parameter;
                int[] shape = backward.shape(parameter);
                built.node("Identity", List.of(backward.total(parameter)), name);
                built.output(name, shape);
                gradients.put(parameter, name);
            }
            for (Signals signal : signals) {
                built.output(GraphBuilder.shapeless(signal.forward()));
                built.output(GraphBuilder.shapeless(signal.backward()));
            }
            for (Statistics measured : forward.statistics()) {
                built.output(GraphBuilder.shapeless(measured.batchMean()));
                built.output(GraphBuilder.shapeless(measured.batchVariance()));
            }
            ModelProto whole = built.build();
            return new GradientGraph(
                    whole,
                    written.target(),
                    written.loss(),
                    output,
                    List.copyOf(parameters),
                    Map.copyOf(gradients),
                    List.copyOf(signals),
                    forward.statistics(),
                    forward.noise());
        }
    }

    /** How many of an operator's first inputs may be learned. */
    private static final Map<String, Integer> LEARNED =
            Map.of("Gemm", 3, "MatMul", 2, "Conv", 3, "BatchNormalization", 3, "Add", 2, "Mul", 2, "Sub", 2, "Div", 2);
}
